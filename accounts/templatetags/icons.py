"""Icons as SVG, each drawn once per process: a page of the lab shows one and a half hundred."""

from functools import cache

from django import template
from heroicons.templatetags.heroicons import heroicon_mini

register = template.Library()

icon = register.simple_tag(cache(heroicon_mini), name="icon")
