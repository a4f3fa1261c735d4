"""Events in a table of DynamoDB."""

from __future__ import annotations
