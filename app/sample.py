"""Where the logs lie that the program brings along or makes for show."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from pathlib import Path


@cache
def sample_path() -> Path:
    """The sample's path, in a checkout and in an installed program alike."""
    with as_file(files("resources").joinpath("sample-events.db")) as path:
        return Path(path)


DEMO_FOLDER = "brainweb-demo-"
"""What the folders of demonstrations begin with; they are gone when these are over."""


def is_ours(path: Path) -> bool:
    """Whether a log is the sample or a demonstration's, and so none that a user looks for again."""
    return path == sample_path() or path.parent.name.startswith(DEMO_FOLDER)
