"""Middleware of the site: safe headers, a guard before everything else, who is logged in."""
