"""Django's back end for SQLite, whose files are private."""
