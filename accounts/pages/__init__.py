"""The HTML pages: views, forms, and the context of every template.

May import everything but the API and the commands. Read ``urls.py`` first: it lists the pages.
"""
