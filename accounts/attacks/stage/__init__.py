"""What all attacks share: the hosts and their fence, the shop with its houses, and the thief.

Nothing of the shop is accepted by the site, and nothing of the site by the shop: they share no
host, no cookie, no key and no table. Read ``fence.py`` first. Imports no attack.
"""
