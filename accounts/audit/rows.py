"""A row of the table of the libraries: one of them, started and audited."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from accounts.audit.device import Server
from accounts.audit.libraries import FOLDER, Library, PeerServer, version_of
from accounts.audit.limits import Limited
from accounts.audit.masking import Masks
from accounts.audit.player import Cell, play
from accounts.lab.events import Event

_TIMEOUT = 10.0  # seconds for an answer
_LIFETIME = 4  # seconds, where the end of a log-in is waited for


@dataclass(frozen=True, slots=True)
class Row:
    """A library, the version that was played, and its cells by the event's slug."""

    library: Library
    version: str
    cells: dict[str, Cell]

    def as_dict(self) -> dict[str, Any]:
        """For JSON, with all that was used."""
        library = self.library
        return {
            "slug": library.slug,
            "title": library.title,
            "framework": library.framework,
            "package": library.package,
            "version": self.version,
            "documentation": library.documentation,
            "promise": library.promise,
            "environment": library.environment,
            "server": library.server,
            "source": library.source,
            "profile": (FOLDER / f"{library.profile}.toml").read_text(),
            "cells": [cell.as_dict() for cell in self.cells.values()],
        }


def library_play(library: Library, chosen: Sequence[type[Event]], *, venv: Path) -> Row:
    """Start the library's server, play the events, and stop it; beside, those that wait for an end.

    Raises:
        ServiceError: it does not start.
    """
    lasting = [event for event in chosen if not event.ages]
    aging = [event for event in chosen if event.ages]
    with ThreadPoolExecutor() as pool:
        found = [
            pool.submit(_played, library, events, venv, lifetime)
            for events, lifetime in ((lasting, 0), (aging, _LIFETIME))
            if events
        ]
    cells = {cell.event: cell for played in found for cell in played.result()}
    return Row(library, version_of(library, venv=venv), cells)


def _played(
    library: Library, chosen: Sequence[type[Event]], venv: Path, lifetime: int
) -> list[Cell]:
    with (
        PeerServer(library, venv=venv, lifetime=lifetime) as peer,
        Limited(is_local=True, timeout=_TIMEOUT) as limited,
    ):
        profile, staff = library.load_profile(), {"rotate_key": peer.rotate}
        if lifetime and not profile.credential.lives:
            # Whoever starts the server knows what it may not say.
            given = msgspec.structs.replace(profile.credential, lives=float(lifetime))
            profile = msgspec.structs.replace(profile, credential=given)
        server = Server(peer.address, profile, limited, Masks(), staff)
        return list(play(server, chosen))
