"""An audit as a file: a page that needs nothing else, and JUnit's XML for a CI."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from django.template import Context, Engine

from accounts.audit.curl import curl
from accounts.audit.player import Cell
from accounts.lab.events import events
from accounts.lab.wording import LEGEND, OTHER_DEVICE, SIGNS, CellText
from accounts.strategies import Outcome

_PAGE = Path(__file__).with_name("page.html")


def as_dict(title: str, url: str, cells: Sequence[Cell], sent: int) -> dict[str, Any]:
    """An audit for JSON."""
    return {
        "title": title,
        "url": url,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "requests": sent,
        "cells": [cell.as_dict() for cell in cells],
    }


def other_words(cell: Cell) -> str:
    """What became of the other device."""
    if cell.error or cell.thief is Outcome.NOT_APPLICABLE:
        return ""
    return OTHER_DEVICE[cell.other]


def colon(text: CellText) -> str:
    """What stands between a cell's word and its detail where that is a reason."""
    return ":" if text.detail and text.tone in ("none", "broken") else ""


def page(title: str, url: str, cells: Sequence[Cell]) -> str:
    """One page of HTML with all transcripts; style and script are in it."""
    rows = [
        {
            "event": events[cell.event],
            "text": cell.text,
            "colon": colon(cell.text),
            "other": other_words(cell),
            "exchanges": [_shown(url, cell, number) for number in range(len(cell.transcript))],
        }
        for cell in cells
    ]
    legend = [(SIGNS[tone], words) for tone, words in LEGEND.items() if tone != "broken"]
    legend.append((SIGNS["broken"], "cannot tell"))
    template = Engine().from_string(_PAGE.read_text())
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    context = {
        "title": title,
        "url": url,
        "rows": rows,
        "bytes": max((cell.bytes_sent for cell in cells), default=0),
        "timing": next((cell.server_timing for cell in cells if cell.server_timing), ""),
        "legend": legend,
        "made": made,
    }
    return template.render(Context(context))


def _shown(url: str, cell: Cell, number: int) -> dict[str, Any]:
    exchange = cell.transcript[number]
    begins, ends = cell.event_at
    return {
        "who": exchange.who,
        "title": exchange.title,
        "is_event": begins <= number < ends,
        "request": exchange.request,
        "sent": _pretty(exchange.request["body"]),
        "response": exchange.response,
        "received": _pretty(exchange.response["body"]),
        "curl": curl(url, exchange) if exchange.request["method"] else "",
    }


def _pretty(body: Any) -> str:
    if body is None or isinstance(body, str):
        return body or ""
    return json.dumps(body, indent=1, ensure_ascii=False)


def junit(title: str, cells: Sequence[Cell]) -> str:
    """The audit as a suite of tests: an event that does not do what it ought to is a failure."""
    suite = ET.Element("testsuite", name=f"audit: {title}", tests=str(len(cells)))
    counts = {"failure": 0, "error": 0, "skipped": 0}
    for cell in cells:
        case = ET.SubElement(suite, "testcase", classname="audit", name=cell.event)
        text = cell.text
        told = ", ".join(part for part in (text.word, text.detail, text.also) if part)
        if kind := _kind(cell):
            counts[kind] += 1
            ET.SubElement(case, kind, message=told)
    suite.attrib |= {
        "failures": str(counts["failure"]),
        "errors": str(counts["error"]),
        "skipped": str(counts["skipped"]),
    }
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _kind(cell: Cell) -> str:
    if cell.error:
        return "error"
    if cell.thief is Outcome.NOT_APPLICABLE:
        return "skipped"
    return "" if cell.holds else "failure"
