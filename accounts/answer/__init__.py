"""Which way to take: the measured ways, ranked for the system that a visitor describes.

May import bench, the lab and what lies below them. Read ``ranking.py`` first: it ranks what
``facts.py`` takes from the newest benchmark and the recorded matrix. ``tipping.py`` finds what
would have to change for another way to win, ``sentences.py`` says so, ``takeaway.py`` packs a way.
"""
