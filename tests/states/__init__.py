"""What each version has left of every environment, and that today's program takes it over without losing anything."""
