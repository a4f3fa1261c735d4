"""The server: a log's sessions, events and contexts over HTTP and WebSocket."""

from __future__ import annotations

PORT = 8765
"""The port that is listened on unless another is asked for."""
