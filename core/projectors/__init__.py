"""Projectors: pure functions from events and rules to what the system knows."""
