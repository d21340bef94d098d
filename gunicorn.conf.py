"""What gunicorn reads when it is started here, for the demo and in production alike."""

# No sender says where the site is mounted. gunicorn believes SCRIPT_NAME of whoever connects from
# this machine, as everybody does behind a proxy on it, and answers 500 to one that does not fit.
forwarder_headers = ""
