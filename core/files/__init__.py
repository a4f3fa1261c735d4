"""Files that this program keeps for its user: whole or not at all, and the user's alone."""

from __future__ import annotations
