"""The page `/benchmarks/`: a result of `manage.py bench` as charts.

May import bench and what lies below it. Read ``views.py`` first. ``bars.py`` and ``lines.py``
make charts of a result, ``charts.py`` gives all in them its place, ``sentences.py`` says what they
show.
"""
