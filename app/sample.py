"""Where the sample log lies that the program brings along."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from pathlib import Path


@cache
def sample_path() -> Path:
    """The sample's path, in a checkout and in an installed program alike."""
    with as_file(files("resources").joinpath("sample-events.db")) as path:
        return Path(path)
