"""Template filters. Imports nothing of ours."""
