"""How far an export is, and a way to stop it."""

from __future__ import annotations

from app.views.banner import LoadingBar


class ExportBar(LoadingBar):
    """The bar of reading, for writing; hidden while nothing is written."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("export-bar")
        self.setAccessibleName("Exporting")
        self._bar.setAccessibleName("Exported so far")
        self._cancel.setAccessibleName("Stop exporting")
        self._cancel.setObjectName("export-cancel")

    def show_progress(self, name: str, done: int, total: int) -> None:
        """Show that so much of so much is in the file of this name; a total of 0 is not known."""
        super().show_progress(name, done, total)
        text = f"Exporting {done:,} of {total:,} to {name}" if total else f"Exporting to {name}…"
        self._text.setText(text)
        self.setAccessibleDescription(text)
