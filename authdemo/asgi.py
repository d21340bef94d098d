"""The ASGI entry point, for servers that speak nothing else."""

import os
import sys

from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured

from authdemo.gateway import AsyncGateway

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "authdemo.settings")

try:
    application = AsyncGateway(get_asgi_application())
except ImproperlyConfigured as error:
    sys.exit(str(error))
