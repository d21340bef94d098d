"""User agents in words."""

import pytest
import ua_parser
from ua_parser import parse
from ua_parser.core import Result

from accounts.site import devices
from accounts.site.devices import device

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64"
ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPAD = "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "words", "icon"),
    [
        (f"{WINDOWS}; rv:121.0) Gecko/20100101 Firefox/121.0", "Firefox on Windows", "computer"),
        (f"{MAC} Version/17.0 Safari/605.1.15", "Safari on macOS", "computer"),
        (f"{ANDROID} Chrome/120.0.0.0 Mobile Safari/537.36", "Chrome on Android", "phone"),
        (f"{IPAD} Version/16.6 Mobile/15E148 Safari/604.1", "Safari on iPad", "phone"),
        (f"{IPAD} Mobile/15E148", "Web view on iPad", "phone"),
        ("curl/8.5.0", "curl", "command-line"),
        ("python-httpx/0.28.1", "python-httpx", "command-line"),
        ("python-requests/2.32.3", "python-requests", "command-line"),
        ("", "Unknown device", "command-line"),
        ("<script>alert(1)</script>", "Unknown device", "command-line"),
        ("x" * 400, "Unknown device", "command-line"),
        ("\N{PILE OF POO}/1.0", "Unknown device", "command-line"),
    ],
)
def test_a_user_agent_in_words(agent: str, words: str, icon: str) -> None:
    found = device(agent)
    assert str(found) == words
    assert icon in found.icon


def test_a_long_text_made_for_the_parser_is_cut_before_it_is_parsed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed: list[str] = []

    def noting(text: str) -> Result:
        parsed.append(text)
        return parse(text)

    monkeypatch.setattr(ua_parser, "parse", noting)
    device("Mozilla/5.0 (" + "iPhone;" * 100)
    device("Mozilla/5.0 (" + "iPhone;" * 100)
    assert [len(text) for text in parsed] == [devices.MAX_PARSED]
