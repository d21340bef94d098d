"""Which way to take: the measured ways, ranked for the system that a visitor describes.

``facts.py`` reads the newest benchmark and the recorded matrix of a database, ``ranking.py`` ranks
what they measured, ``tipping.py`` finds what would have to change for another way to win, and
``sentences.py`` says so.
"""
