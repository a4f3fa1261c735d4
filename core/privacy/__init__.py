"""Showing a log without what it says of people: stable pseudonyms for texts, names and actors."""
