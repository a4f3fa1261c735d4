"""The problems of what is open, and the wish to look for all of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.text import count
from app.theme import SPACE, Theme
from app.views.problem_list import ProblemListView
from app.views.text_views import ElidedLabel, tint
from core.events.problems import Problem


class ProblemPage(QWidget):
    """The list of problems under a line that says what was looked at."""

    check_requested = Signal()
    problem_activated = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("problem-page")
        self.setAccessibleName("Problems")
        self._list = ProblemListView()
        self._list.problem_activated.connect(self.problem_activated)
        self.setFocusProxy(self._list)
        self._scope = ElidedLabel()
        self._check = QPushButton("Check the whole file")
        self._check.setObjectName("check-file-button")
        self._check.setAccessibleName("Check the whole file")
        self._check.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._check.clicked.connect(self.check_requested)
        self._checking = False
        self._whole = False
        self._found = 0
        bar = QHBoxLayout()
        bar.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        bar.addWidget(self._scope, 1)
        bar.addWidget(self._check)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self._list, 1)
        self._tell()

    def show_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        tint(self._scope, theme.muted)
        self._list.show_theme(theme)

    def show_problems(self, problems: Sequence[Problem], *, more: int = 0) -> None:
        """Show the problems of the session; ``more`` is how many there are beside them."""
        self._whole = False
        self._found = len(problems) + more
        self._list.show_problems(problems)
        self._tell()

    def add_problems(self, problems: Sequence[Problem]) -> None:
        """Show what the check of the whole file found."""
        self._found += len(problems)
        self._list.add_problems(problems)
        self._tell()

    def show_checking(self, checking: bool) -> None:
        """Whether the whole file is being looked at; it has been, once that ends."""
        self._whole = self._whole or (self._checking and not checking)
        self._checking = checking
        self._tell()

    def _tell(self) -> None:
        found = count(self._found, "problem")
        if self._checking:
            self._scope.setText(f"Checking the whole file… {found} so far")
        elif self._whole:
            self._scope.setText(f"{found} in the whole file")
        else:
            self._scope.setText(f"{found} in this session")
        self._check.setText("Stop" if self._checking else "Check the whole file")
