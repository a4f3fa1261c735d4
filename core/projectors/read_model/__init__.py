"""Read models: where projected contexts are kept, to be read without replaying."""

from __future__ import annotations

from core.projectors.read_model.base import KeptContext, ReadModel, ReadModelDown

__all__ = ["KeptContext", "ReadModel", "ReadModelDown"]
