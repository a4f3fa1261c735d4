"""`python -m app` is the program."""

from __future__ import annotations

from core.replay.collector import collector_paused


def main() -> None:
    """Run the program."""
    # What imports make stays: looking through it for garbage would take a fifth of the start.
    with collector_paused():
        from app.cli import main as run
    run()


if __name__ == "__main__":
    main()
