"""A million log-outs whose tokens have not expired: what a process takes to hold them.

``.venv/bin/python -m tests.load.blacklist --database postgres`` fills a database that is thrown
away, and lets one new process after the other hold them: how long its first request waits, how long
until it answers from memory, and how much memory that is.
"""

import json
import os
import subprocess
import sys
import time
import uuid
from argparse import ArgumentParser
from secrets import token_bytes
from typing import Any

from rich.console import Console

ROWS = 1_000_000
MIB = 1 << 20
FILL = {
    "postgresql": "INSERT INTO {table} SELECT gen_random_uuid(), now() + interval '1 day', now(), "
    "1, 3, 1 FROM generate_series(1, %s)",
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s) "
    "INSERT INTO {table} SELECT lower(hex(randomblob(16))), datetime('now', '+1 day'), "
    "datetime('now'), 1, 3, 1 FROM n",
}


def fill(rows: int) -> None:
    """Write so many rows, in the order of the columns that the model has."""
    from django.core.management import call_command
    from django.db import connection

    from accounts.models import BlacklistedToken

    call_command("migrate", verbosity=0, interactive=False)
    names = ("jti", "expires_at", "blacklisted_at", "user_id", "token_type", "reason")
    table = f"{BlacklistedToken._meta.db_table} ({', '.join(names)})"
    with connection.cursor() as cursor:
        cursor.execute(FILL[connection.vendor].format(table=table), [rows])
        cursor.execute("ANALYZE")


def held(slug: str) -> dict[str, float]:
    """What this process takes to hold all of them under a strategy."""
    import psutil

    from accounts.strategies import strategies
    from accounts.tokens.realm import lab_realm

    blacklist = strategies[slug](lab_realm()).blacklist  # type: ignore[attr-defined]
    process = psutil.Process()
    before, began, cpu = process.memory_info().rss, time.perf_counter(), time.process_time()
    blacklist.has_any(uuid.uuid4())
    first = time.perf_counter() - began
    longest = 0.0
    while not blacklist.feed.is_current():
        asked = time.perf_counter()
        blacklist.has_any(uuid.uuid4())
        longest = max(longest, time.perf_counter() - asked)
        time.sleep(0.001)
    loaded, cpu = time.perf_counter() - began, time.process_time() - cpu
    strangers = [uuid.uuid4() for _ in range(10_000)]
    asked = time.perf_counter()
    perhaps = sum(blacklist.memory.has_any(jti) for jti in strangers)
    each = (time.perf_counter() - asked) / len(strangers)
    found = {
        "ids": len(blacklist.memory),
        "first request (ms)": round(first * 1000, 1),
        "slowest request until then (ms)": round(longest * 1000, 1),
        "loaded after (s)": round(loaded, 2),
        "CPU time until then (s)": round(cpu, 2),
        "more memory (MiB)": round((process.memory_info().rss - before) / MIB, 1),
        "look-up (µs)": round(each * 1e6, 2),
        "of 10,000 innocents, perhaps listed": perhaps,
    }
    blacklist.close()
    return found


def status_list(rows: int) -> dict[str, float]:
    """Bytes of a status list in which so many of its bits are set at random, and half of them."""
    from random import sample

    from django.utils.text import compress_string

    from accounts.strategies._status_list import BITS
    from accounts.tokens.realm import lab_realm
    from accounts.tokens.status import status_sign

    bits = bytearray(BITS // 8)
    for index in sample(range(BITS), min(rows, BITS)):
        bits[index // 8] |= 1 << index % 8
    found: dict[str, float] = {"held (bytes)": len(bits)}
    for name, content in {"": bytes(bits), " at worst": token_bytes(BITS // 8)}.items():
        token = status_sign(lab_realm(), content, uri="x", ttl=1, lifetime=60)
        found[f"as a token{name} (bytes)"] = len(token)
        found[f"on the wire{name} (bytes)"] = len(compress_string(token.encode()))
    return found


def main(arguments: list[str]) -> None:
    """Fill, measure in processes of their own, and print."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--inside", help="In a process of its own: fill, a strategy, or list.")
    options = parser.parse_args(arguments)
    if options.inside:
        import django

        django.setup()
        sys.stdout.write(json.dumps(_inside(options.inside, options.rows)))
        return
    from accounts.services.temporary import temporary_database

    with temporary_database(options.database) as database:
        ours = {"DEMO": "1", "SECRET_KEY": "k" * 64, "DATABASE_URL": database.address}
        environment = {**os.environ, **ours, "DJANGO_SETTINGS_MODULE": "authdemo.settings"}
        for job in ("fill", "jwt-blacklist-memory", "jwt-bloom", "list"):
            command = [sys.executable, "-m", "tests.load.blacklist", "--inside", job]
            rows = ["--rows", str(options.rows)]
            done = subprocess.run([*command, *rows], env=environment, check=True, stdout=-1)
            for name, value in json.loads(done.stdout).items():
                Console(highlight=False).print(f"{job}: {name}: {value:,}")


def _inside(job: str, rows: int) -> dict[str, Any]:
    if job == "fill":
        fill(rows)
        return {"rows": rows}
    return status_list(rows) if job == "list" else held(job)


if __name__ == "__main__":
    main(sys.argv[1:])
