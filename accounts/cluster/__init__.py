"""More than one process: what a log-out is worth there, on this machine and on paper.

May import bench, the lab and what lies below them. Read ``scale.py`` first for what lies past this
machine: it is the arithmetic, ``scale_facts.py`` has its measured coefficients, and
``simulation.py`` plays the same to check it.
"""
