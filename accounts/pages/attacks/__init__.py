"""The pages of the attacks: the list, one for each, and what came of a play.

May import what the other pages may. Read ``views.py``.
"""
