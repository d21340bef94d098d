"""What the server does for a request, step by step. Imports nothing of ours.

``with step("verify signature", kind="crypto"):`` adds to the trace of the current request, or costs
next to nothing when there is none. SQL statements add themselves. Read ``recorder.py`` first.
"""
