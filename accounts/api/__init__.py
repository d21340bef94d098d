"""The JSON API: simplejwt's paths and shapes, cookie sessions beside them, OAuth, and the lab.

May import everything but the pages and the commands. Read ``urls.py`` first, then ``views.py``;
``authentication.py`` finds out who sent a request.
"""
