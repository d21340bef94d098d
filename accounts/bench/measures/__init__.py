"""What is measured, one module per idea. The worker calls each with the subjects to measure.

Read ``requests`` first. ``summary`` puts their samples together into parts of a result.
May import ``bench.subjects`` and what lies below it.
"""
