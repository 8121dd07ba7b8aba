"""What the YAML means: frozen models of the stack files and of the catalogue, and every physical name."""
