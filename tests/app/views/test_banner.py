"""Notices are seen, acted upon and closed; reading shows how far it is and can be stopped."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QProgressBar, QWidget
from pytestqt.qtbot import QtBot

from app.theme import DARK, LIGHT
from app.views.banner import Banner, BannerKind, LoadingBar
from app.views.text_views import ElidedLabel


def button(parent: QWidget, name: str) -> QAbstractButton:
    found = parent.findChild(QAbstractButton, name)
    assert isinstance(found, QAbstractButton)
    return found


def text(parent: QWidget) -> ElidedLabel:
    return parent.findChildren(ElidedLabel)[0]


@pytest.fixture
def banner(qtbot: QtBot) -> Banner:
    banner = Banner()
    qtbot.addWidget(banner)
    banner.show_theme(DARK)
    banner.resize(700, banner.height())
    return banner


@pytest.fixture
def loading(qtbot: QtBot) -> LoadingBar:
    loading = LoadingBar()
    qtbot.addWidget(loading)
    loading.show_theme(DARK)
    loading.resize(700, loading.height())
    return loading


def test_it_is_hidden_until_there_is_something_to_say(banner: Banner) -> None:
    assert not banner.isVisible()
    banner.show_message("The file grew")
    assert banner.isVisible()
    assert text(banner).text() == "The file grew"


def test_its_button_acts_and_its_cross_closes(banner: Banner, qtbot: QtBot) -> None:
    banner.show_message("The file grew", action="Reload")
    with qtbot.waitSignal(banner.action_requested):
        qtbot.mouseClick(button(banner, "banner-action"), Qt.MouseButton.LeftButton)
    assert banner.isVisible()
    with qtbot.waitSignal(banner.closed):
        qtbot.mouseClick(button(banner, "banner-close"), Qt.MouseButton.LeftButton)
    assert not banner.isVisible()


def test_without_an_action_there_is_no_button(banner: Banner) -> None:
    banner.show_message("The file grew", action="Reload")
    banner.show_message("A recovered copy is shown")
    assert not button(banner, "banner-action").isVisible()


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_kinds_look_different(banner: Banner, theme: object) -> None:
    banner.show_theme(DARK if theme is DARK else LIGHT)
    pictures = []
    for kind in BannerKind:
        banner.show_message("Same text", kind=kind)
        pictures.append(banner.grab().toImage().pixelColor(1, 10).name())
    assert len(set(pictures)) == 3


def test_a_long_notice_is_cut_and_told_whole_as_typed_in_its_tip(banner: Banner) -> None:
    long = "The path <b>is</b> " + "/very/long" * 40
    banner.show_message(long)
    banner.show()
    label = text(banner)
    assert label.shown_text().endswith("…")
    assert "&lt;b&gt;" in label.toolTip()


def test_reading_tells_how_far_it_is(loading: LoadingBar) -> None:
    loading.show_progress("session-big", 412_000, 1_000_000)
    assert loading.isVisible()
    assert text(loading).text() == "Reading 412,000 of 1,000,000 events"
    bar = loading.findChildren(QProgressBar)[0]
    assert (bar.minimum(), bar.value(), bar.maximum()) == (0, 412, 1000)


def test_reading_without_a_known_end_is_busy(loading: LoadingBar) -> None:
    loading.show_progress("session-big", 0, 0)
    assert text(loading).text() == "Reading session-big…"
    assert loading.findChildren(QProgressBar)[0].maximum() == 0


def test_more_events_than_32_bits_hold_are_counted(loading: LoadingBar) -> None:
    loading.show_progress("s", 3_000_000_000, 6_000_000_000)
    assert loading.findChildren(QProgressBar)[0].value() == 500


def test_reading_can_be_stopped(loading: LoadingBar, qtbot: QtBot) -> None:
    loading.show_progress("s", 1, 2)
    with qtbot.waitSignal(loading.cancel_requested):
        qtbot.mouseClick(button(loading, "loading-cancel"), Qt.MouseButton.LeftButton)
