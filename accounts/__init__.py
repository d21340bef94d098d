"""Accounts that log in with a cookie session and with a JSON Web Token, side by side."""

__version__ = "1.0.0"
