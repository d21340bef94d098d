"""The board of the claims, and a page for each: guess first, then see what was measured."""
