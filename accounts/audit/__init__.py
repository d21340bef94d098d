"""The lab's scenarios against any server, over the network, as a profile describes it.

Imports the lab's script and events; reads no database of this site. Read ``profile.py``, then a
file in ``profiles/``, then ``player.py``.
"""
