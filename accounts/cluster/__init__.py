"""More than one process: what a log-out is worth there, on this machine and on paper.

May import bench, the lab and what lies below them. Read ``parts.py`` first for what is started and
``drills/`` for what breaks; ``resource_server.py`` is a program that imports nothing of ours.
``scale.py`` is the arithmetic past this machine, which ``simulation.py`` checks.
"""
