"""What a database's migrations do to it: judged before they run, and run, here or where the database is."""
