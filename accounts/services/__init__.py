"""What runs beside the site: PostgreSQL, a cache, a proxy, server processes, temporary databases.

One module per service, all with the interface of ``_base.Service``: start, ready, stop, kill.
A module that is also a program (``delay_proxy``, ``load_generator``) holds both sides of it.
Imports nothing of ours, so that everything may start a service. Read ``_base.py`` first.
"""

from accounts.services._base import Program, Service, ServiceError
from accounts.services._cluster import private_folder

__all__ = ["Program", "Service", "ServiceError", "private_folder"]
