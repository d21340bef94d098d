"""All pages write dates in one form: 2026-11-30, with a time 2026-11-30 10:43 UTC."""

import re
from pathlib import Path

from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR) / "templates"
USE = re.compile(r'\|date:"(.*?)" ?}}(?P<after>.{0,4})')
DATE, WITH_TIME, FOR_PROGRAMS, OF_TODAY = "Y-m-d", "Y-m-d H:i", "c", "H:i:s"

pages = [file for file in sorted(TEMPLATES.rglob("*.html")) if "|date" in file.read_text()]


def test_a_page_writes_dates_in_the_one_form() -> None:
    for file in pages:
        text = file.read_text()
        uses = list(USE.finditer(text))
        assert len(uses) == text.count("|date"), file
        for use in uses:
            assert use[1] in {DATE, WITH_TIME, FOR_PROGRAMS, OF_TODAY}, file
            if use[1] == WITH_TIME:
                assert use["after"] == " UTC", file


def test_there_are_dates_to_look_at() -> None:
    assert len(pages) > 5
