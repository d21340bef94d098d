"""Template filters. Imports nothing of ours. Read ``words.py`` first: the glossary is there."""
