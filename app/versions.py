"""What runs here: the versions of the program and of what it stands on, told in one way."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec


def versions() -> list[tuple[str, str]]:
    """Names and versions; what is not there says so."""
    import apsw

    return [
        ("Brain Web Replay", _of("brainweb-replay")),
        ("Python", platform.python_version()),
        ("Qt", _qt()),
        ("PySide6", _of("PySide6-Essentials")),
        ("SQLite", apsw.sqlite_lib_version()),
        ("apsw", _of("apsw")),
        ("numpy", _of("numpy")),
        ("System", platform.platform(terse=True)),
    ]


def versions_text() -> str:
    """The same, a line each, as one puts it into a report."""
    return "\n".join(f"{name}: {found}" for name, found in versions())


def _of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _qt() -> str:
    if find_spec("PySide6") is None:
        return "not installed"
    from PySide6.QtCore import qVersion

    return qVersion()
