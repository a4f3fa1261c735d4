"""Sizes and costs of reading a table, in words."""

from __future__ import annotations

import math

from app.text import count
from core.mirror.feeder import Fed
from core.mirror.relisting import AN_HOUR
from core.mirror.remote import ListingStep, Spent


def megabytes(size: int) -> str:
    """A number of bytes, such as `12.3 MB`."""
    for unit, bytes_of in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= bytes_of:
            return f"{size / bytes_of:,.1f} {unit}"
    return f"{size:,} bytes"


def price(dollars: float) -> str:
    """About how much something costs, in US dollars, with two digits that count."""
    if dollars < 0.000001:
        return "under $0.000001"
    if dollars >= 1:
        return f"about ${dollars:,.2f}"
    places = max(2, 1 - math.floor(math.log10(dollars)))
    return f"about ${dollars:.{places}f}"


def spent_text(spent: Spent) -> str:
    """What reading a table has consumed."""
    units = f"{spent.units:,.1f}".removesuffix(".0")
    return f"{units} units read, {price(spent.price)}"


def again_text(size: int | None, pause: float | None) -> str:
    """How new sessions are found in a table without a whole list of them.

    ``size`` is what is read for it (bytes; None where the table tells of them by itself), ``pause``
    the seconds until it is read again, None where it is too large for that.
    """
    if size is None:
        return "Its stream tells of new ones."
    if pause is None:
        return "For new ones, list its sessions again."
    minutes = round(pause / 60)
    every = "minute" if minutes <= 1 else f"{minutes:,} minutes"
    if minutes >= 120:
        every = f"{round(minutes / 60)} hours"
    return f"It is read again every {every}, for about ${AN_HOUR:.2f} an hour."


def filling_text(fed: Fed) -> str:
    """How far a session is read."""
    of_all = "" if fed.total is None else f" of {fed.total:,}"
    return f"Reading the table: {fed.read:,}{of_all} events, {megabytes(fed.size)}"


def listing_text(step: ListingStep, spent: Spent) -> str:
    """How far a listing is."""
    if not step.scan:
        return "Listing the sessions…"
    return (
        f"Looking for sessions through the whole table: {count(step.pages, 'page')}, "
        f"{count(step.items, 'item')}, {count(step.sessions, 'session')} so far, "
        f"{price(spent.price)}"
    )
