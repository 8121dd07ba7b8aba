"""What an API server says of thousands of objects that are nearly right, on record."""
