"""More than one process: what a log-out is worth there, on this machine and on paper.

May import bench, the lab and what lies below them. ``parts.py`` is what is started, ``control.py``
how a page or a command speaks with it, ``drills/`` one file per drill. ``resource_server.py`` is a
program of its own, which imports none of these.

Read ``scale.py`` first for what lies past this machine: it is the arithmetic, ``scale_facts.py``
has its measured coefficients, and ``simulation.py`` plays the same to check it.
"""
