"""What is known of the properties of each type: tables of data, read by `check.py` and `diff.py`."""
