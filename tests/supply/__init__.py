"""What Slipway is made of that others have written: under which licences, and with which known weaknesses."""
