"""A module a case: `measure(logs)` yields the figures of one run, in a process of its own."""

from __future__ import annotations
