"""The page `/benchmarks/`: a result of `manage.py bench` as charts."""
