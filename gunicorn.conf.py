"""What gunicorn reads when it is started here, for the demo and in production alike."""

import os
import socket
import struct
import sys
from typing import Any

worker_class = "gthread"  # threads live on, and so do their database connections
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "24"))
control_socket_disable = True  # nobody steers the server from outside

# No sender says where the site is mounted. gunicorn believes SCRIPT_NAME of whoever connects from
# this machine, as everybody does behind a proxy on it, and answers 500 to one that does not fit.
forwarder_headers = ""
# Nor by which scheme it was reached: Django decides that, and asks TRUSTED_PROXIES.
secure_scheme_headers: dict[str, str] = {}
forwarded_allow_ips = ""

# A client that stops in the middle of a request gives its thread back after so many seconds. One
# that sends a byte now and then does not: a proxy that reads requests whole keeps it away.
_CLIENT_TIMEOUT = int(os.environ.get("CLIENT_TIMEOUT", "10"))


def post_worker_init(worker: Any) -> None:
    """Bound the wait for clients, be prepared or end in one line, and let the site prune itself."""
    # Accepted connections inherit it from the socket that listens (Linux, socket(7)).
    for listener in worker.sockets:
        seconds = struct.pack("ll", _CLIENT_TIMEOUT, 0)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, seconds)
    if worker.app.app_uri.startswith("authdemo."):
        _must_be_prepared()
        _keep_house()


def _keep_house() -> None:
    from accounts.site.housekeeping import housekeeping_start

    housekeeping_start()


def _must_be_prepared() -> None:
    from accounts.management.commands.prepare import missing_step

    if problem := missing_step():
        sys.stderr.write(f"{problem}\n")
        sys.exit(3)  # gunicorn does not try again
