"""What a view says of the keys that are the player's."""

from __future__ import annotations

LEAVES_KEYS = "leaves_keys"
"""A property of widgets that have no use of their own for the keys that move about."""
