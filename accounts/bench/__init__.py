"""What each way of carrying a login costs, measured side by side in a temporary database.

``runner`` starts ``worker`` processes, which run what lies in ``measures``; the figures make up a
``Result``. Nothing here touches the database of a running site, ``runs`` and its progress apart.
May import the lab and the layers below it. Read ``result`` first, then ``runner``.
"""
