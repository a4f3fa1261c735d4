"""Everything that this program writes, each as a thing that takes numbers and says which it has."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import ClassVar

import apsw
from pyarrow import parquet

from app.models.saved_filters import FilterFile
from app.settings import SettingsFile
from core.events.errors import StoreError
from core.events.schema import EventEnvelope
from core.events.spool import Spool, SpoolFault
from core.events.store.sqlite import SQLiteEventStore
from core.export.copying import copy_sessions
from core.export.errors import ExportError
from core.export.events import EventFormat, export_events
from core.export.importing import import_events
from core.mirror.file import EVENTS, MirrorFile
from core.mirror.remote import RemoteRow
from core.notes.bookmark import Anchor, Bookmark
from core.notes.bookmark_file import BookmarkFile
from core.notes.errors import BookmarkError
from core.projectors.context import SessionContext
from core.projectors.read_model.base import KeptContext, ReadModelDown
from core.projectors.read_model.sqlite import SQLiteReadModel
from core.projectors.rules import BRAIN_WEB
from core.projectors.saved_rules import RuleError, RuleFolder
from core.projectors.session_context import fold
from core.replay.kept_logs import KeptLogs
from core.replay.link_file import LinkFile
from core.replay.linked import Link, LinkError
from core.replay.loader import load
from tests.builders import event
from tests.builders_files import write_log
from tests.core.mirror.tables import TableInMemory

TEXT = 20_000
"""Characters of what is written, so that a write is several pages of the disk."""


def numbered(n: int) -> EventEnvelope:
    return event(
        seconds=n,
        ref=("concept", f"c-{n}"),
        payload={"n": n, "name": f"{n} " * (TEXT // 5)},
        event_id=f"e-{n}",
    )


def numbers(events: Iterator[EventEnvelope]) -> frozenset[int]:
    return frozenset(each.payload["n"] for each in events)


class Writer(ABC):
    """Writes numbers into a folder; ``there`` is read anew, as the next program would.

    ``write`` returns True where it was acknowledged, raises one of ``faults``, or returns False
    where it is none of the caller's business. ``aside`` is a folder on a disk that is well.
    """

    faults: ClassVar[tuple[type[Exception], ...]] = ()
    keeps_all: ClassVar[bool] = True
    """Whether what was written before stays, or the last takes its place."""
    may_be_there: ClassVar[bool] = False
    """Whether what was refused may be there all the same: then who tries again stores it once."""

    def __init__(self, folder: Path, aside: Path) -> None:
        self.folder, self.aside = folder, aside

    @abstractmethod
    def write(self, n: int) -> bool: ...

    @abstractmethod
    def there(self) -> frozenset[int]: ...

    def close(self) -> None:  # noqa: B027 - most have nothing open.
        """Let go of what is open."""


class Log(Writer):
    faults = (StoreError,)
    journal: ClassVar[str] = "wal"

    def __init__(self, folder: Path, aside: Path) -> None:
        super().__init__(folder, aside)
        self.path = folder / "events.db"
        write_log(self.path, [])
        with closing(apsw.Connection(str(self.path))) as connection:
            assert connection.execute(f"PRAGMA journal_mode = {self.journal}").get == self.journal
        self.store = SQLiteEventStore(self.path, writable=True)

    def write(self, n: int) -> bool:
        return not self.store.append(numbered(n)).existed

    def there(self) -> frozenset[int]:
        with SQLiteEventStore(self.path, cache=self.aside / "cache") as store:
            assert list(store.problems()) == []
            return numbers(store.iter_events())

    def close(self) -> None:
        self.store.close()


class LogWithJournal(Log):
    journal = "delete"


class Batches(Log):
    """Each number is a batch of three."""

    def write(self, n: int) -> bool:
        batch = [numbered(each) for each in range(3 * n, 3 * n + 3)]
        return not any(answer.existed for answer in self.store.append_many(batch))

    def there(self) -> frozenset[int]:
        found = super().there()
        whole = {n for n in {each // 3 for each in found} if {3 * n, 3 * n + 1, 3 * n + 2} <= found}
        assert len(found) == 3 * len(whole), "half a batch is there"
        return frozenset(whole)


class Import(Log):
    def write(self, n: int) -> bool:
        source = self.aside / "source.jsonl"
        source.write_text(json.dumps(numbered(n).to_wire()) + "\n")
        *_, report = import_events(source, self.path)
        return report.added == 1


class Copy(Log):
    def __init__(self, folder: Path, aside: Path) -> None:
        super().__init__(folder, aside)
        self.source = SQLiteEventStore(aside / "source.db", writable=True, create=True)

    def write(self, n: int) -> bool:
        self.source.append(numbered(n).model_copy(update={"session_id": f"s-{n}"}))
        *_, report = copy_sessions(self.source, self.store, [f"s-{n}"])
        return report.added == 1

    def close(self) -> None:
        self.source.close()
        super().close()


class Mirror(Writer):
    """How far it was read is kept after what was read, which is read again where that fails."""

    faults = (StoreError,)
    may_be_there = True

    def __init__(self, folder: Path, aside: Path) -> None:
        super().__init__(folder, aside)
        self.file = MirrorFile(folder)

    def write(self, n: int) -> bool:
        return self.file.take("s", [self._item(n)], 1) == 1

    def _item(self, n: int) -> RemoteRow:
        table = TableInMemory()
        table.put(numbered(n))
        return table.rows("s")[0]

    def there(self) -> frozenset[int]:
        with SQLiteEventStore(self.folder / EVENTS) as store:
            return numbers(store.iter_events())

    def close(self) -> None:
        self.file.close()


class Waiting(Writer):
    """The spool. Its log of changes may have what a failing disk did not confirm."""

    faults = (SpoolFault,)
    may_be_there = True

    def __init__(self, folder: Path, aside: Path) -> None:
        super().__init__(folder, aside)
        self.spool = Spool(folder / "spool.db")

    def write(self, n: int) -> bool:
        return not self.spool.add("log", numbered(n))[1]

    def there(self) -> frozenset[int]:
        with Spool(self.folder / "spool.db") as spool:
            return frozenset(each.payload["n"] for _, each in spool.batch("log", 10_000))

    def close(self) -> None:
        self.spool.close()


class Contexts(Writer):
    """The embedded read model."""

    faults = (ReadModelDown,)
    keeps_all = False

    def __init__(self, folder: Path, aside: Path) -> None:
        super().__init__(folder, aside)
        self.model = SQLiteReadModel(folder / "read-model.db", source="log")

    def write(self, n: int) -> bool:
        return self.model.keep_context(KeptContext(self._context(n), f"e-{n}"))

    @staticmethod
    def _context(n: int) -> SessionContext:
        return fold("s", [numbered(each) for each in range(n)])

    def there(self) -> frozenset[int]:
        with SQLiteReadModel(self.folder / "read-model.db", source="log") as model:
            kept = model.context("s")
            assert not list(self.folder.glob("*.broken*")), "it was set aside"
        if kept is None:
            return frozenset()
        n = int((kept.last_event_id or "").removeprefix("e-"))
        assert kept.context == self._context(n)
        return frozenset({n})

    def close(self) -> None:
        self.model.close()


class Bookmarks(Writer):
    faults = (BookmarkError,)

    def __init__(self, folder: Path, aside: Path) -> None:
        super().__init__(folder, aside)
        self.file = BookmarkFile(folder / "bookmarks.db")

    def write(self, n: int) -> bool:
        made = Bookmark("s", Anchor(f"e-{n}", at=n), f"{n}", note="x" * TEXT)
        return self.file.put([made]).added == 1

    def there(self) -> frozenset[int]:
        kept = BookmarkFile(self.folder / "bookmarks.db")
        found = frozenset(int(each.name) for each in kept.all())
        assert self.file.notice is None, self.file.notice
        assert kept.notice is None, kept.notice
        return found


class Links(Writer):
    faults = (LinkError,)

    def __init__(self, folder: Path, aside: Path) -> None:
        super().__init__(folder, aside)
        self.file = LinkFile(folder / "links.json")

    def write(self, n: int) -> bool:
        self.file.add(Link(f"link {n}", (f"a-{n}" + "x" * 5_000, f"b-{n}")))
        return True

    def there(self) -> frozenset[int]:
        kept = LinkFile(self.folder / "links.json")
        found = frozenset(int(each.name.split()[1]) for each in kept.read())
        assert kept.notice is None, kept.notice
        return found


class Filters(Writer):
    def __init__(self, folder: Path, aside: Path) -> None:
        super().__init__(folder, aside)
        self.file = FilterFile(folder / "filters.json")

    def write(self, n: int) -> bool:
        filters, told = self.file.change(lambda known: known | {f"{n}": "text:x" * 1_000})
        assert (f"{n}" in filters) == (not told)
        return not told

    def there(self) -> frozenset[int]:
        filters, told = FilterFile(self.folder / "filters.json").read()
        assert not told
        return frozenset(map(int, filters))


class Rules(Writer):
    faults = (RuleError,)

    def __init__(self, folder: Path, aside: Path) -> None:
        super().__init__(folder, aside)
        self.rules = RuleFolder(folder / "rules")

    def write(self, n: int) -> bool:
        self.rules.save(BRAIN_WEB.model_copy(update={"name": f"mine {n}"}))
        return True

    def there(self) -> frozenset[int]:
        found = RuleFolder(self.folder / "rules").read()
        assert not found.notice
        return frozenset(int(name.split()[1]) for name in found.rules)


class Remembered(Writer):
    """The settings, which fail nobody: what was not kept is kept with the next change."""

    keeps_all = False

    def __init__(self, folder: Path, aside: Path) -> None:
        super().__init__(folder, aside)
        self.file = SettingsFile(folder / "settings.json")

    def write(self, n: int) -> bool:
        changed = self.file.settings.model_copy(update={"recent": (f"/{n}" + "x" * 9_000,)})
        self.file.keeping(changed)()
        return self.there() == {n}

    def there(self) -> frozenset[int]:
        file = SettingsFile(self.folder / "settings.json")
        found = frozenset(int(each.strip("/x")) for each in file.read().recent)
        assert not file.notice, file.notice
        return found


class Columns(Writer):
    """Columns of long sessions in the cache, which fail nobody either."""

    def __init__(self, folder: Path, aside: Path) -> None:
        super().__init__(folder, aside)
        self.kept = KeptLogs(folder / "columns", events_least=1, still=0)
        self.logs: dict[int, Path] = {}

    def write(self, n: int) -> bool:
        self.logs[n] = write_log(self.aside / f"columns-{n}.db", map(numbered, range(10)))
        with SQLiteEventStore(self.logs[n]) as store, self.kept.keeping(store, "s") as found:
            found.append(load(store, "s"))
        return n in self.there()

    def there(self) -> frozenset[int]:
        return frozenset(n for n, log in self.logs.items() if self._is_kept(log))

    def _is_kept(self, log: Path) -> bool:
        with SQLiteEventStore(log) as store:
            kept = self.kept.read(store, "s")
        assert kept is None or len(kept) == 10
        return kept is not None


class Export(Writer):
    faults = (ExportError,)
    keeps_all = False
    form: ClassVar[EventFormat] = EventFormat.JSONL

    @property
    def target(self) -> Path:
        return self.folder / f"events.{self.form}"

    def write(self, n: int) -> bool:
        log = write_log(self.aside / f"exported-{n}.db", [numbered(n)])
        with SQLiteEventStore(log) as store:
            list(export_events(store, load(store, "s"), self.target, self.form))
        log.unlink()
        return True

    def there(self) -> frozenset[int]:
        lines = self.target.read_text().splitlines() if self.target.exists() else []
        return frozenset(json.loads(line)["payload"]["n"] for line in lines)


class ExportToParquet(Export):
    form = EventFormat.PARQUET

    def there(self) -> frozenset[int]:
        if not self.target.exists():
            return frozenset()
        payloads = parquet.read_table(self.target).column("payload").to_pylist()
        return frozenset(json.loads(payload)["n"] for payload in payloads)


WRITERS: dict[str, type[Writer]] = {
    each.__name__: each
    for each in (
        Log, LogWithJournal, Batches, Import, Copy, Mirror, Waiting, Contexts, Bookmarks, Links,
        Filters, Rules, Remembered, Columns, Export, ExportToParquet,
    )
}  # fmt: skip
