"""Draws the layers in the README from the contracts in pyproject.toml: ``make layers``."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PICTURE = re.compile(r"(?<=^```text\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)


def layers() -> list[str]:
    """The layers of the project, the uppermost first; ``|`` separates the modules of one layer."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    outside, inside = (
        next(one for one in contracts["contracts"] if one.get("containers", []) == containers)
        for containers in ([], ["accounts"])
    )
    return [*outside["layers"][:-1], *inside["layers"]]


def picture() -> str:
    """Steps that lead down, one for each layer."""
    steps = []
    for depth, layer in enumerate(layers()):
        step = "   " * (depth - 1) + "└─ " if depth else ""
        steps.append(step + "   ".join(re.findall(r"\w+", layer)))
    return "\n".join([*steps, ""])


def readme_with_picture() -> str:
    """The README as it should be: its one block of ``text`` holds the picture."""
    return PICTURE.sub(picture(), README.read_text())


if __name__ == "__main__":
    README.write_text(readme_with_picture())
