"""A User-Agent header in words. Its sender chooses it, so it is shown and never trusted."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ua_parser.core import Result

# The names of ua-parser where people use another, or where a version only splits one thing in two.
_BROWSERS = {
    "Chrome Mobile": "Chrome",
    "Chrome Mobile WebView": "Web view",
    "Chrome Mobile iOS": "Chrome",
    "Edge Mobile": "Edge",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "HeadlessChrome": "Headless Chrome",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Web view",
    "Python Requests": "python-requests",
}
# The parser tries hundreds of patterns: a long text made for it would take it a tenth of a second.
MAX_PARSED = 256  # characters

_SYSTEMS = {"Mac OS X": "macOS"}
_HAND_HELD = frozenset({"iOS", "Android"})
_APPLE = frozenset({"iPhone", "iPad"})
_PRODUCT = re.compile(r"[A-Za-z][\w.+-]{0,40}(?=/)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Device:
    """A browser on a system, either empty where it is not told."""

    browser: str
    system: str
    hand_held: bool = False

    def __str__(self) -> str:
        return " on ".join(filter(None, (self.browser, self.system))) or "Unknown device"

    @property
    def icon(self) -> str:
        """The name of its picture among the heroicons."""
        if self.hand_held:
            return "device-phone-mobile"
        return "computer-desktop" if self.system else "command-line"


@lru_cache(maxsize=1024)
def device(user_agent: str) -> Device:
    """`"Firefox on Windows"`; a program that is no browser goes by the name it gives itself."""
    from ua_parser import parse  # late: it loads YAML, and hundreds of patterns

    user_agent = user_agent[:MAX_PARSED]
    result = parse(user_agent)
    family = result.user_agent.family if result.user_agent else _product(user_agent)
    system = result.os.family if result.os else ""
    return Device(
        browser=_BROWSERS.get(family, family),
        system=_apple(result) or _SYSTEMS.get(system, system),
        hand_held=system in _HAND_HELD,
    )


def _apple(result: "Result") -> str:
    family = result.device.family if result.device else ""
    return family if family in _APPLE else ""


def _product(user_agent: str) -> str:
    """The first product token (RFC 9110, section 10.1.5)."""
    found = _PRODUCT.match(user_agent)
    return found[0] if found else ""
