"""The board of the claims, and a page for each: guess first, then see what was measured.

May import claims and what lies below it. Read ``views.py`` first; ``figures.py`` draws evidence.
"""
