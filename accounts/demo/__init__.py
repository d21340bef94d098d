"""What only ``make demo`` has: accounts to try out, an environment, static files collected once.

May import the models and the layers below them. ``manage.py demo`` puts it together with the
services that run the site. Read ``environment`` first, then that command.
"""
