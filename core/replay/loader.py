"""From a store to columns: the instants first, then the rows in chunks, with progress."""

from __future__ import annotations

import gc
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import msgspec
import numpy as np

from core.events.contributions import Source, contributions
from core.events.instants import parse_instants
from core.events.problems import Problem
from core.events.schema import EventType
from core.replay.columns import (
    KNOWN_KINDS,
    NONE,
    PENDING,
    Bool,
    ConceptNames,
    Contributions,
    Int32,
    Int64,
    SessionLog,
    group,
)
