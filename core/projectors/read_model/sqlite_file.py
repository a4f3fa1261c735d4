"""The file of the embedded read model: made where there is none, set aside where it is spoilt."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw

from core.files import whole
from core.files.database import DAMAGE, DatabaseKind, ForeignDatabase, set_database_aside
from core.projectors.read_model.base import ReadModelDown

log = logging.getLogger(__name__)

_READ_MODEL = DatabaseKind(
    application_id=0x42575252,
    layout=1,
    # What a power cut takes is projected again.
    synchronous="NORMAL",
    create="""
CREATE TABLE contexts (
    source BLOB NOT NULL, session_id BLOB NOT NULL, rules TEXT NOT NULL, version INTEGER NOT NULL,
    position INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (source, session_id, rules, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE preferences (
    source BLOB NOT NULL, session_id BLOB NOT NULL, rules TEXT NOT NULL, version INTEGER NOT NULL,
    position INTEGER NOT NULL, user_id BLOB NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (source, session_id, rules, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX preferences_by_user ON preferences (source, user_id);
""",
)
_BUSY_MILLISECONDS = 2_000


class Spoilt(Exception):  # noqa: N818 - named by what is wrong.
    """The file is damaged, or not one of ours."""


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise what apsw and the system raise as Spoilt or ReadModelDown."""
    try:
        yield
    except ForeignDatabase as error:
        raise Spoilt(str(error)) from error
    except apsw.Error as error:
        if _is_damage(error):
            raise Spoilt(str(error)) from error
        raise _fault(error, path) from error
    except UnicodeDecodeError as error:
        raise Spoilt(str(error)) from error
    except OSError as error:
        raise ReadModelDown(
            f"The read model “{path}” cannot be made or written ({error}). Check the permissions "
            "of its folder, and the disk."
        ) from error


def open_file(path: Path) -> apsw.Connection:
    """Open the file, making it first where there is none; Spoilt where it is not one of ours."""
    with translated(path):
        return _READ_MODEL.open(path, busy_milliseconds=_BUSY_MILLISECONDS)


def set_aside(path: Path, reason: object) -> None:
    """Rename a spoilt file and what lies beside it, so that a new one can be made."""
    with translated(path):
        aside = set_database_aside(path)
    log.warning(
        "The read model %s cannot be used (%s). It is set aside as %s and made anew from the log.",
        path, reason, aside.name,
    )  # fmt: skip


def inode(path: Path) -> tuple[int, int] | None:
    """Which file lies there, None where there is none, or where that cannot be said."""
    with suppress(OSError):
        return whole.inode(path)
    return None


def _is_damage(error: apsw.Error) -> bool:
    if isinstance(error, apsw.IOError):
        code = apsw.mapping_extended_result_codes.get(getattr(error, "extendedresult", 0), "")
        return "SHORT_READ" in str(code)
    return isinstance(error, (*DAMAGE, apsw.SchemaChangeError))


def _fault(error: apsw.Error, path: Path) -> ReadModelDown:
    if isinstance(error, apsw.BusyError | apsw.LockedError):
        return ReadModelDown(
            f"The read model “{path}” is locked by another program. Try again when it is done."
        )
    if isinstance(error, apsw.FullError):
        return ReadModelDown(f"The disk is full: nothing was written to “{path}”. Make room.")
    return ReadModelDown(
        f"The read model “{path}” cannot be read or written ({error}). Check the permissions of "
        "the file and its folder, and the disk."
    )
