"""The real accounts: sign-in, the list of logins, devices, the throttle, the inspector's checks.

Imports strategies, tokens, models and what lies below them; nothing of the lab.
Read ``signin.py`` first: the one check of name and password, for pages and API.
"""
