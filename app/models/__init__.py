"""Qt-facing state, each piece owned by one object."""
