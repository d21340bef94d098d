"""What each way of carrying a login costs, measured side by side in a database of its own.

``runner`` makes a temporary database and starts ``worker``, a process whose settings name it. The
worker measures, one module per idea, and sends back progress and the parts of a ``Result``.
Nothing here touches the database of a running site.
"""
