"""How commands show things in a terminal."""

from rich import box, table

from accounts.bench.result import BASELINE
from accounts.bench.tables import Table


def in_terminal(found: Table) -> table.Table:
    """A table for rich. A strategy is called by the slug that ``--strategy`` takes."""
    drawn = table.Table(
        title=found.title,
        caption=found.note,
        title_justify="left",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
    )
    for number, column in enumerate(found.columns):
        drawn.add_column(column, justify="right" if number else "left", no_wrap=number > 0)
    for row in found.rows:
        style = "bold red" if row.missed else "dim" if row.slug == BASELINE else None
        drawn.add_row(row.slug or row.name, *row.cells, style=style)
    return drawn
