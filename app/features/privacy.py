"""Private mode: screens that can be shared, with pseudonyms for people, names and texts."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from app import privacy
from app.features.base import Feature, Slot
from app.models.opening import Wish
from app.theme import Theme
from app.views.banner import BannerKind
from app.views.private_sign import PrivateSign
from core.events.errors import StoreError
from core.privacy.key_file import pseudonyms_of_user
from core.privacy.pseudonyms import Pseudonyms
from core.replay.moment import Moment

if TYPE_CHECKING:
    from app.window import Window

PREFIX = "Private · "
"""What the titles of windows begin with while it is on."""

_FOR_NOW = "The pseudonyms are those of this time only: they will be others at the next start."


class PrivacyFeature(Feature):
    """The command, the sign in the top bar, and reading anew what is open.

    It is on in all windows or in none, and stays on over a restart.
    """

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.sign = PrivateSign()
        self._shown = privacy.pseudonyms()

    def slots(self) -> Mapping[str, Slot]:
        return {"private": self.choose}

    def connect(self) -> None:
        w = self.window
        w.top_bar.place_sign(self.sign)
        w.windowTitleChanged.connect(lambda _: self._show_title())
        if w.settings.private and privacy.pseudonyms() is None:
            privacy.read_privately(self._at_any_rate())
        self._shown = privacy.pseudonyms()
        self._show()

    def show_theme(self, theme: Theme) -> None:
        self.sign.show_theme(theme)

    def choose(self, on: bool) -> None:
        """Read logs privately, or as they are."""
        try:
            privacy.read_privately(pseudonyms_of_user() if on else None)
        except StoreError as error:
            self._show()
            self.window.presenter.failed(error)
            return
        self.window.keep(private=on)
        self.window.others.each(lambda each: each.privacy.follow())

    def follow(self) -> None:
        """Show anew what was read in the other way."""
        self._show()
        if privacy.pseudonyms() is self._shown:
            return
        self._shown = privacy.pseudonyms()
        w, place = self.window, self.window.source.place
        w.banner.hide()
        w.filter.bar.field.clear()
        # Their labels tell what the events that are left out speak of.
        w.what_if.model.forget_left_out()
        w.server.follow_privacy()
        if place is not None:
            playback = w.clock.playback
            at = None if playback is None else Moment(f"#{playback.position}")
            w.open(place, Wish(w.opening.session_id, at))

    def _at_any_rate(self) -> Pseudonyms:
        """The user's pseudonyms; where there is no key for them, others: never what is stored."""
        try:
            return pseudonyms_of_user()
        except StoreError as error:
            self.window.notice.show_message(f"{error} {_FOR_NOW}", kind=BannerKind.WARNING)
            return Pseudonyms(secrets.token_bytes(32))

    def _show(self) -> None:
        is_on = privacy.pseudonyms() is not None
        self.window.actions_by_id["private"].setChecked(is_on)
        self.sign.setVisible(is_on)
        self._show_title()

    def _show_title(self) -> None:
        w, is_on = self.window, privacy.pseudonyms() is not None
        title = w.windowTitle().removeprefix(PREFIX)
        w.setWindowTitle(PREFIX + title if is_on else title)
