"""The WSGI entry point: ``gunicorn authdemo.wsgi``."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from authdemo.gateway import Gateway

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "authdemo.settings")

try:
    _django = get_wsgi_application()
except ImproperlyConfigured as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(3)  # gunicorn does not try again


application = Gateway(_django)
# The settings have it. gunicorn would refuse what a proxy sends without the prefix.
os.environ.pop("SCRIPT_NAME", None)
