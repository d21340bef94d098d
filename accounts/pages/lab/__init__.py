"""The lab's pages: the matrix, a strategy or an event explained, the transcript of a scenario.

May import the lab and what lies below it. Read ``cells.py`` first, then ``matrix.py``.
"""
