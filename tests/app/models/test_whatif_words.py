"""The sentence about a what-if says what differs, in the words of the table."""

from __future__ import annotations

from app.models.whatif_words import NOW, RANK, WhatIfTableModel, sentence
from core.projectors.context import ObjectChange
from core.replay.whatif import Standing, WhatIfDifference

AT = 1_794_474_280_000_000


def standing(name: str, base: float, now: float, ranks: tuple[int | None, int | None]) -> Standing:
    active = [rank is not None and rank <= 10 for rank in ranks]
    return Standing(name.lower(), name, base, now, *ranks, *active)


def found(*concepts: Standing, uncertainty: tuple[float, float] = (0.2, 0.2),
          objects: tuple[ObjectChange, ...] = ()) -> WhatIfDifference:  # fmt: skip
    return WhatIfDifference(7, AT, concepts, objects, *uncertainty)


def test_the_furthest_move_is_named() -> None:
    told = sentence(
        found(
            standing("Raft", 1.0, 0.9, (1, 1)),
            standing("Snapshot isolation", 0.4, 0.8, (5, 2)),
            standing("Paxos", 0.5, 0.5, (3, 3)),
            uncertainty=(0.2, 0.47),
        ),
        "Brain Web",
    )
    assert told.endswith(
        ": 2 of the 3 active concepts change, Snapshot isolation rises from rank 5 to 2;"
        " uncertainty 0.20 → 0.47."
    )


def test_falling_coming_and_going_are_told() -> None:
    falls = sentence(found(standing("Raft", 1.0, 0.1, (1, 4))), "Brain Web")
    assert "1 of the 1 active concept changes, Raft falls from rank 1 to 4." in falls
    comes = sentence(found(standing("Raft", 0.0, 0.1, (None, 4))), "Brain Web")
    assert "Raft comes in at rank 4." in comes
    goes = sentence(found(standing("Raft", 0.3, 0.0, (2, None))), "Brain Web")
    assert "1 of the 1 concept active then or now changes, Raft is gone." in goes
    heavier = sentence(found(standing("Raft", 0.3, 0.4, (2, 2))), "Brain Web")
    assert "Raft 0.30 → 0.40." in heavier


def test_nothing_is_told_as_nothing() -> None:
    told = sentence(found(standing("Raft", 0.3, 0.3, (1, 1))), "Brain Web")
    assert told.endswith(": nothing differs from Brain Web.")
    assert sentence(WhatIfDifference(0, None, (), (), 1.0, 0.9), "Brain Web") == (
        "Before the first event: uncertainty 1.00 → 0.90."
    )


def test_objects_are_counted() -> None:
    objects = (
        ObjectChange("claim", "a", None, 0.8),
        ObjectChange("claim", "b", None, 0.8),
        ObjectChange("document", "c", 0.7, None),
        ObjectChange("document", "d", 0.7, 0.5),
    )
    told = sentence(found(objects=objects), "Brain Web")
    assert told.endswith(": 2 objects come, 1 object goes, 1 object changes.")


def test_a_name_of_the_log_is_no_markup_and_no_line_break() -> None:
    told = sentence(found(standing("<b>Raft\n</b>\u202e", 1.0, 0.1, (1, 4))), "Brain Web")
    assert "<b>Raft </b>\ufffd falls" in told


def test_the_table_has_what_differs_first() -> None:
    model = WhatIfTableModel()
    model.show_difference(
        found(standing("Same", 0.5, 0.5, (1, 1)), standing("Other", 0.4, 0.3, (2, 12)))
    )
    names = [model.cell(row, 0).text for row in range(model.rowCount())]
    assert names == ["Uncertainty", "Other", "Same"]
    assert model.cell(1, NOW).text == "▼ 0.30"
    assert model.cell(1, RANK).text == "2 → 12 · went"
    assert model.concept_at(1) == "other"
    assert model.concept_at(0) is None
    model.show_difference(None)
    assert model.rowCount() == 0
