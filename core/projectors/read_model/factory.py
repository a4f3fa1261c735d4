"""The read models that the environment names."""

from __future__ import annotations

import os
from collections.abc import Mapping

from core.projectors.read_model.base import ReadModel
from core.projectors.read_model.sqlite import SQLiteReadModel


def open_read_models(*, source: str, environ: Mapping[str, str] = os.environ) -> list[ReadModel]:
    """The embedded read model. Nothing is connected to yet, so nothing is raised."""
    return [SQLiteReadModel(source=source)]
