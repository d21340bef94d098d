"""The WSGI entry point: ``gunicorn authdemo.wsgi``."""

import os

from django.core.wsgi import get_wsgi_application

from authdemo.gateway import Gateway

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "authdemo.settings")

application = Gateway(get_wsgi_application())
# The settings have it. gunicorn would refuse what a proxy sends without the prefix.
os.environ.pop("SCRIPT_NAME", None)
