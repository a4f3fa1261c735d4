"""Replay: a session as columns, its context at any moment, and the playhead that moves over it."""
