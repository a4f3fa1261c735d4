"""The dialog that asks which table in the cloud to open."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QFormLayout,
    QLineEdit,
    QWidget,
)

from app.sources import (
    DEFAULT_REGION,
    TableLocation,
    is_location,
    parse_location,
    table_location,
)
from app.text import plain
from app.theme import SPACE, Theme
from app.views.dialog import column_of, foot_of, primary_button
from app.views.text_views import PlainLabel, tint
from core.events.errors import WrongLocation

_WIDTH = 520
_REGIONS = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "eu-central-1",
    "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "ap-northeast-1", "ap-south-1",
    "ap-southeast-1", "ap-southeast-2", "sa-east-1",
)  # fmt: skip
_DEFAULT = "the default credentials"
_ABOUT = (
    "A DynamoDB table of a Brain Web backend. It is only read; what is read is kept in the cache "
    "folder of this machine. Credentials are those that every AWS program uses here, and are never "
    "stored."
)


class TableDialog(QDialog):
    """``accepted_table`` carries the location that was asked for."""

    accepted_table = Signal(object)

    def __init__(
        self, parent: QWidget, theme: Theme, *, last: TableLocation | None, region: str | None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("table-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Open a table")
        self._theme = theme
        table, endpoint = (last.table, last.endpoint) if last else (None, None)
        self.table = _field("Table", "brainweb-events, or dynamodb://…", table)
        self.table.textChanged.connect(self._take_location)
        self.region = _field("Region", DEFAULT_REGION, last.region if last else region)
        _offer(self.region, _REGIONS)
        self.endpoint = _field("Endpoint", "as AWS has it; or http://localhost:8000", endpoint)
        self.profile = _field("Profile", _DEFAULT, last.profile if last else None)
        self._told = PlainLabel()
        self._told.setObjectName("table-told")
        self._told.setWordWrap(True)
        self._open = primary_button("Open")
        self._open.setObjectName("table-open")
        self._open.clicked.connect(self._accept)
        self._lay_out()
        for field in (self.table, self.region, self.endpoint, self.profile):
            field.textChanged.connect(lambda _: self._tell())
        self._tell()
        self.table.setFocus()

    def _lay_out(self) -> None:
        about = PlainLabel(_ABOUT)
        about.setWordWrap(True)
        tint(about, self._theme.muted)
        form = QFormLayout()
        form.setHorizontalSpacing(3 * SPACE)
        form.setVerticalSpacing(2 * SPACE)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for name, field in (
            ("Table", self.table), ("Region", self.region), ("Endpoint", self.endpoint),
            ("Profile", self.profile),
        ):  # fmt: skip
            form.addRow(name, field)
        column_of(self, about, form, self._told, foot_of(self, self._open))

    def sizeHint(self) -> QSize:
        """As wide as a location is long."""
        hint = super().sizeHint()
        return QSize(max(_WIDTH, hint.width()), max(hint.height(), self.heightForWidth(_WIDTH)))

    def show_profiles(self, names: Sequence[str]) -> None:
        """Offer these profiles."""
        _offer(self.profile, names)
        if names:
            told = plain(", ".join(names), limit=60)
            self.profile.setPlaceholderText(f"{_DEFAULT}, or one of {told}")

    @property
    def location(self) -> TableLocation:
        """What was asked for. Raises WrongLocation."""
        return table_location(
            self.table.text().strip(),
            region=self.region.text().strip(),
            endpoint=self.endpoint.text().strip(),
            profile=self.profile.text().strip(),
        )

    def _take_location(self, text: str) -> None:
        """Fill all fields from a whole location that was pasted."""
        if not is_location(text.strip()) or len(text) < 13:
            return
        try:
            found = parse_location(text.strip())
        except WrongLocation:
            return
        if "?" not in text and not text.endswith("/"):
            return
        self.region.setText(found.region)
        self.endpoint.setText(found.endpoint or "")
        self.profile.setText(found.profile or "")
        self.table.setText(found.table)

    def _tell(self) -> None:
        """Say what would be opened, or what is wrong."""
        wrong = not self.table.text().strip()
        text = "Name a table." if wrong else ""
        if not wrong:
            try:
                text = str(self.location)
            except WrongLocation as error:
                wrong, text = True, str(error).split(" Expected ")[0].removesuffix(".")
        self._told.setText(plain(text))
        tint(self._told, self._theme.muted)
        self._open.setEnabled(not wrong)

    def _accept(self) -> None:
        self.accepted_table.emit(self.location)
        self.accept()


def _field(name: str, hint: str, text: str | None) -> QLineEdit:
    field = QLineEdit(text or "")
    field.setObjectName(f"table-{name.lower()}")
    field.setAccessibleName(name)
    field.setPlaceholderText(hint)
    return field


def _offer(field: QLineEdit, names: Sequence[str]) -> None:
    """Complete what is typed by one of these."""
    completer = QCompleter(list(names), field)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    field.setCompleter(completer)
