"""What the program costs, beside what it could cost at best and what others make of it."""

from __future__ import annotations
