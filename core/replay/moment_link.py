"""A link to a moment: where a log is, which session, when in it, and what was shown of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import quote, unquote, urlsplit

from core.events.errors import WrongLocation
from core.events.instants import InstantError, format_instant, parse_instant
from core.events.problems import printable
from core.events.store.dynamodb.location import is_location, parse_location
from core.late_dataclass import dataclass
from core.replay.columns import SessionLog
from core.replay.playback import Playhead

SCHEME = "brainweb-replay"
VERSION = 1
LONGEST = 16_000
"""How many characters a link may have."""

_PREFIX = f"{SCHEME}://open?"
_FORM = f"{_PREFIX}v={VERSION}&source=/path/to/events.db&session=…&at=2026-11-12T10:04:40Z"
_NUMBER = re.compile(r"[0-9]{1,15}")
_OURS = frozenset({"localhost", "127.0.0.1", "::1"})


class MomentLinkError(ValueError):
    """A text that is no link to a moment, or one not to be followed; the message says why."""


@dataclass(frozen=True, slots=True)
class MomentLink:
    """What a link says.

    ``source`` is an absolute path, or `dynamodb://TABLE…`. The moment is right after the event of
    ``event_id`` (None: not after any), at the instant ``at`` (µs since 1970, UTC), which may be
    later than the event's; ``position`` is how many events had happened when the link was made,
    which a log that grows may have changed. A session without a moment is opened as always.
    ``range`` is from and to (µs).
    """

    source: str
    session_id: str | None = None
    event_id: str | None = None
    position: int | None = None
    at: int | None = None
    range: tuple[int, int] | None = None
    rules: str | None = None
    filter: str | None = None

    @property
    def is_cloud(self) -> bool:
        """Whether the log is a table in the cloud."""
        return is_location(self.source)

    def __str__(self) -> str:
        """The text of the link: ASCII, each value percent-encoded."""
        parts = {
            "v": str(VERSION),
            "source": self.source,
            "session": self.session_id,
            "event": self.event_id,
            "position": None if self.position is None else str(self.position),
            "at": None if self.at is None else format_instant(self.at),
            "from": None if self.range is None else format_instant(self.range[0]),
            "to": None if self.range is None else format_instant(self.range[1]),
            "rules": self.rules,
            "filter": self.filter,
        }
        given = (f"{key}={_quoted(value)}" for key, value in parts.items() if value is not None)
        return _PREFIX + "&".join(given)

    def playhead_in(self, log: SessionLog) -> Playhead | None:
        """Where it is by instant and position, until its event is found; None without a moment.

        Of events at one instant as many have happened as the position says, if it still can be.
        """
        if self.at is None:
            if self.position is None:
                return None
            position = min(self.position, len(log))
            return Playhead(position, log.instant_at(position))
        last = log.position_at(self.at)
        first = log.position_at(self.at - 1)
        fits = self.position is not None and first <= self.position <= last
        return Playhead(self.position if fits else last, self.at)  # type: ignore[arg-type]


def is_link(text: str) -> bool:
    """Whether a text wants to be a link of this program's."""
    return text.strip().lower().startswith(f"{SCHEME}:")


def parse_link(text: str) -> MomentLink:
    """The link that a text is; raises MomentLinkError for anything else.

    What a link can ask for is to open a log and to look at a moment of it. It may name a path of
    this machine alone, and a table of AWS's or of a server on this machine.
    """
    values = _values(text.strip())
    _check_version(values.get("v"))
    at, position = _instant(values, "at"), _position(values.get("position"))
    session_id, event_id = values.get("session"), values.get("event")
    if session_id is None and (at, position, event_id) != (None, None, None):
        raise MomentLinkError("The link has a moment but no session: expected session=…")
    if event_id is not None and at is None:
        raise MomentLinkError("The link has an event but no time: expected at=2026-11-12T10:04:40Z")
    return MomentLink(
        source=_source(values.get("source")),
        session_id=session_id,
        event_id=event_id,
        position=position,
        at=at,
        range=_range(values),
        rules=values.get("rules"),
        filter=values.get("filter"),
    )


def _values(text: str) -> Mapping[str, str]:
    """The values by key; keys that this version does not know are left to a newer one."""
    if len(text) > LONGEST:
        raise MomentLinkError(
            f"The link has {len(text):,} characters: expected at most {LONGEST:,}"
        )
    if text[: len(_PREFIX)].lower() != _PREFIX:
        raise MomentLinkError(f"“{printable(text, limit=60)}” is no link: expected {_FORM}")
    values: dict[str, str] = {}
    for part in filter(None, text[len(_PREFIX) :].split("&")):
        key, equals, raw = part.partition("=")
        if not equals:
            raise MomentLinkError(f"“{printable(part, limit=60)}” in the link: expected key=value")
        if key in values:
            raise MomentLinkError(
                f"The link has “{printable(key, limit=60)}” twice: expected it once"
            )
        values[key] = _unquoted(key, raw)
    return values


def _quoted(value: str) -> str:
    return quote(value, safe="/:", errors="surrogatepass")


def _unquoted(key: str, raw: str) -> str:
    if re.search(r"%(?![0-9A-Fa-f]{2})", raw):
        raise MomentLinkError(f"{_named(key)} has a lone %: expected %25, or % and two digits")
    try:
        value = unquote(raw, errors="surrogatepass" if raw.isascii() else "strict")
    except UnicodeDecodeError as error:
        raise MomentLinkError(
            f"{_named(key)} is no text: expected percent-encoded UTF-8"
        ) from error
    if not value:
        raise MomentLinkError(f"{_named(key)} is empty: expected a value, or no {key}= at all")
    return value


def _named(key: str) -> str:
    return f"“{printable(key, limit=60)}” of the link"


def _check_version(version: str | None) -> None:
    if version is None:
        raise MomentLinkError(f"The link has no version: expected v={VERSION}, as in {_FORM}")
    if version != str(VERSION):
        told = printable(version, limit=20)
        raise MomentLinkError(
            f"The link is of version {told}: expected {VERSION}. A newer program may read it"
        )


def _source(source: str | None) -> str:
    if source is None:
        raise MomentLinkError("The link names no log: expected source=/path/to/events.db")
    if is_location(source):
        return _table(source)
    if any(ord(character) < 32 for character in source):
        raise MomentLinkError(
            "The link's source holds control characters: expected a path of a file"
        )
    # A path of another machine would greet that machine with the user's name.
    if source.startswith(("//", "\\\\")):
        raise MomentLinkError(
            "The link's source is of another machine: expected a path of this one"
        )
    if not (PurePosixPath(source).is_absolute() or PureWindowsPath(source).is_absolute()):
        told = printable(source, limit=60)
        raise MomentLinkError(
            f"The link's source “{told}” is relative: expected a path from the root on"
        )
    return source


def _table(source: str) -> str:
    """A table's place, as it is; MomentLinkError where that would send requests to anybody."""
    try:
        table = parse_location(source)
    except WrongLocation as error:
        told = str(error).rstrip(".")
        raise MomentLinkError(f"The link's source: {told}; expected a table's location") from error
    host = None if table.endpoint is None else urlsplit(table.endpoint).hostname
    if host is not None and host not in _OURS:
        raise MomentLinkError(
            f"The link's source “{printable(source, limit=80)}” would send your requests to another"
            " server than AWS: expected no endpoint, or one of this machine"
        )
    if table.profile is not None:
        raise MomentLinkError(
            "The link's source would choose which of your credentials are used: expected no profile"
        )
    return source


def _instant(values: Mapping[str, str], key: str) -> int | None:
    if key not in values:
        return None
    try:
        return parse_instant(values[key])
    except InstantError as error:
        told = printable(values[key], limit=40)
        raise MomentLinkError(
            f"{key}={told}: expected a time such as 2026-11-12T10:04:40Z"
        ) from error


def _position(text: str | None) -> int | None:
    if text is None:
        return None
    if not _NUMBER.fullmatch(text):
        told = printable(text, limit=40)
        raise MomentLinkError(
            f"position={told}: expected how many events had happened, such as 214"
        )
    return int(text)


def _range(values: Mapping[str, str]) -> tuple[int, int] | None:
    start, end = _instant(values, "from"), _instant(values, "to")
    if start is None and end is None:
        return None
    if start is None or end is None or start >= end:
        raise MomentLinkError("The link's range is not whole: expected from=… and a later to=…")
    return start, end
