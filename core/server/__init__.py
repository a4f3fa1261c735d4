"""The server: a log's sessions, events and contexts over HTTP and WebSocket."""

from __future__ import annotations
