"""Which of a debtor's places speaks for him: where he sleeps before others, the better known first."""

from __future__ import annotations

from typing import Any

KINDS = {"home": 0, "business": 1, "work": 2, "other": 3, "guarantor_home": 4}
PRECISIONS = {"door": 0, "block": 1, "street": 2, "zone": 3, "none": 4}


def place_rank(row: Any) -> tuple[int, int]:
    """The less, the sooner it is shown."""
    return KINDS.get(row["kind"], 9), PRECISIONS.get(row["precision"], 9)
