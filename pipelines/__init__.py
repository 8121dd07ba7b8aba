"""What is built, tested and moved when something happens: pure definitions of builds and of what starts them."""
