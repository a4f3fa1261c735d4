"""Mirrors: what a table in the cloud holds, as an ordinary events.db in the cache folder."""

from __future__ import annotations
