"""Proofs of possession that were used."""

import uuid
from datetime import datetime

from django.db import connection, models


class SeenProof(models.Model):
    """A proof of possession that was used: its ``jti`` counts once (RFC 9449, section 11.1)."""

    digest = models.UUIDField(primary_key=True)
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"until {self.expires:%H:%M:%S}"


def proof_note(digest: uuid.UUID, expires: datetime) -> bool:
    """Remember a proof; false where it was used before. One statement.

    Of two requests that bring the same proof at once, the table's key lets one have it.
    """
    table = connection.ops.quote_name(SeenProof._meta.db_table)
    key = models.UUIDField().get_db_prep_value(digest, connection)
    until = models.DateTimeField().get_db_prep_value(expires, connection)
    statement = f"INSERT INTO {table} (digest, expires) VALUES (%s, %s) ON CONFLICT DO NOTHING"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [key, until])
        return bool(cursor.rowcount == 1)
