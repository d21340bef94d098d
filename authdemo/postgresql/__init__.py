"""Django's back end for PostgreSQL, whose waits end."""
