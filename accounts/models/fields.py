"""Model fields of our own."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models


class CodedField(models.SmallIntegerField):  # type: ignore[type-arg]  # text here, number there
    """One of a few short texts, kept as a number in two bytes.

    For a table of which every row counts. In Python, in forms and in the admin it is the text; only
    the database sees the number. ``codes`` maps the one to the other: append to it, and never give
    a number a second meaning.
    """

    def __init__(self, *args: Any, codes: Mapping[str, int], **kwargs: Any) -> None:
        self.codes = {str(text): code for text, code in codes.items()}
        self.texts = {code: text for text, code in self.codes.items()}
        if len(self.texts) != len(self.codes):
            raise ValueError("every text needs a number of its own")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """For migrations."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "codes": self.codes}

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> str | None:
        """The text of a number read."""
        return None if value is None else self.texts[value]

    def to_python(self, value: Any) -> str | None:
        """The text, from a form or a fixture.

        Raises:
            ValidationError: none of the texts.
        """
        if value is not None and value not in self.codes:
            raise ValidationError("This is none of the known values.", code="invalid_choice")
        return value if value is None else str(value)

    def get_prep_value(self, value: Any) -> int | None:
        """The number of a text; a number in a query counts as itself.

        Raises:
            ValueError: none of the texts, as Django's own fields say it.
        """
        if value is None or isinstance(value, int):
            return value
        if str(value) not in self.codes:
            raise ValueError("This is none of the known values.")
        return self.codes[str(value)]
