"""Valid JSON from whatever a log holds."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

_SURROGATE = re.compile("[\ud800-\udfff]")


def encode(value: Any) -> bytes:
    """JSON in UTF-8 that every parser reads.

    A payload may hold what is no JSON: NaN and the infinities are sent as null, a lone surrogate as
    U+FFFD. The log keeps what was written.
    """
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(_readable(value), ensure_ascii=False, separators=(",", ":")).encode()


def _readable(value: Any) -> Any:
    """The same value without lone surrogates and without numbers that are none."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_readable(key): _readable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_readable(each) for each in value]
    if isinstance(value, float) and not float("-inf") < value < float("inf"):
        return None
    return value
