"""The lab over HTTP: logins of throwaway users under any strategy, and runs of the matrix.

May import the lab and what lies below it. Read ``views.py`` first.
"""
