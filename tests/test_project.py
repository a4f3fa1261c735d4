"""The project as a newcomer meets it: its set-up, its pins, its fonts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.version import Version
from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QFontMetricsF
from PySide6.QtWidgets import QApplication

ROOT = Path(__file__).parent.parent
PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = (("linux", "posix"), ("darwin", "posix"), ("win32", "nt"))


def environment(python: str, platform: tuple[str, str]) -> dict[str, str]:
    return default_environment() | {
        "python_version": python,
        "python_full_version": f"{python}.1",
        "sys_platform": platform[0],
        "os_name": platform[1],
        "extra": "test",
    }


def pins(python: str, platform: tuple[str, str]) -> dict[str, Version]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    required = [Requirement(line) for line in lines if line and not line.startswith("#")]
    here = environment(python, platform)
    return {
        pin.name: Version(str(pin.specifier).removeprefix("=="))
        for pin in required
        if pin.marker is None or pin.marker.evaluate(here)
    }


def dependencies() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [
        Requirement(line)
        for line in project["dependencies"] + project["optional-dependencies"]["test"]
    ]


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda p: p[0])
@pytest.mark.parametrize("python", PYTHONS)
def test_every_dependency_has_one_pin_that_it_allows(
    python: str, platform: tuple[str, str]
) -> None:
    """Else a set-up next month is not the one that was tried."""
    pinned = pins(python, platform)
    for wanted in dependencies():
        if wanted.marker is None or wanted.marker.evaluate(environment(python, platform)):
            name = wanted.name.lower()
            assert name in pinned
            assert pinned[name] in wanted.specifier


def test_python_3_11_is_given_no_pyside_that_aborts_it() -> None:
    """PySide6 6.12.0 ends a Python 3.11 after some hundred signals."""
    assert pins("3.11", PLATFORMS[0])["pyside6-essentials"] < Version("6.12")


def test_the_pins_hold_no_address() -> None:
    """Else a set-up elsewhere would ask for the server of whoever made them."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert not re.search(r"://|^-| @ ", text, re.MULTILINE)


def test_text_is_set_in_inter(qapp: QApplication) -> None:
    """Without the bundled font, text is measured and clipped differently on every system."""
    folder = files("resources") / "fonts"
    for weight in ("Regular", "Medium", "SemiBold", "Bold"):
        with as_file(folder / f"Inter-{weight}.ttf") as path:
            assert QFontDatabase.addApplicationFont(str(path)) >= 0
    assert (folder / "OFL.txt").is_file()
    for weight in (400, 500, 600, 700):
        font = QFont("Inter")
        font.setWeight(QFont.Weight(weight))
        font.setFeature(QFont.Tag("tnum"), 1)
        assert QFontInfo(font).family() == "Inter"
        assert QFontInfo(font).weight() == weight
        measure = QFontMetricsF(font)
        assert measure.horizontalAdvance("111") == measure.horizontalAdvance("888")


def test_the_run_without_qt_has_none() -> None:
    """The core tests prove that the core needs no Qt only if they cannot reach it."""
    script = "import conftest\ntry: import PySide6.QtCore\nexcept ImportError: print('refused')"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"WITHOUT_QT": "1", "PYTHONPATH": str(ROOT / "tests")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "refused\n"


class TestSetUp:
    """The set-up script on a system that lacks things: the tools that it asks are stood in for."""

    @pytest.fixture
    def tools(self, tmp_path: Path) -> Path:
        folder = tmp_path / "tools"
        folder.mkdir()
        for name in ("awk", "basename", "bash", "dirname", "env", "grep", "uname"):
            found = next(p for p in ("/usr/bin", "/bin") if Path(p, name).exists())
            (folder / name).symlink_to(Path(found, name))
        return folder

    def put(self, folder: Path, name: str, body: str) -> None:
        tool = folder / name
        tool.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        tool.chmod(0o755)

    def set_up(self, tools: Path, venv: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(tools / "bash"), str(ROOT / "tools" / "setup.sh"), str(venv)],
            env={"PATH": str(tools)},
            capture_output=True,
            text=True,
            check=False,
        )

    def test_names_the_command_where_it_may_not_install(self, tools: Path, tmp_path: Path) -> None:
        """Without it a newcomer is left with the loader's message about one library of many."""
        self.put(
            tools, "python3", f'case "$*" in *ensurepip*) exit 1;; esac; exec {sys.executable} "$@"'
        )
        self.put(tools, "ldconfig", "true")
        self.put(tools, "apt-get", "exit 9")
        self.put(tools, "id", "echo 1000")
        done = self.set_up(tools, tmp_path / "venv")
        assert done.returncode == 1
        command = done.stderr.splitlines()[-1].strip()
        assert command.startswith("sudo apt-get install python3-venv libegl1 libgl1 ")
        assert "libxcb-cursor0" in command
        assert not (tmp_path / "venv").exists()

    def test_names_the_libraries_where_there_is_no_apt(self, tools: Path, tmp_path: Path) -> None:
        self.put(tools, "python3", f'exec {sys.executable} "$@"')
        self.put(tools, "ldconfig", "true")
        done = self.set_up(tools, tmp_path / "venv")
        assert done.returncode == 1
        assert "libxcb-cursor.so.0" in done.stderr

    def test_says_which_python_is_needed(self, tools: Path, tmp_path: Path) -> None:
        """An old Python would otherwise fail far later, in the middle of pip's output."""
        for name in ("python3", *(f"python{version}" for version in PYTHONS)):
            self.put(tools, name, "exit 1")
        done = self.set_up(tools, tmp_path / "venv")
        assert done.returncode == 1
        assert "Python 3.11 or newer is needed" in done.stderr
