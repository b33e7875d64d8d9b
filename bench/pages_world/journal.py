"""What the filled office did itself: the facts of its log, its backups, the places it forgot."""

from __future__ import annotations

from datetime import timedelta

from server.store import tables as t
from sync.ids import new_id

from .base import NOW, TODAY, Rows, World, at

KINDS = ("assignment.decided", "import.finished", "route.published", "user.login", "export.made")


def facts(world: World) -> Rows:
    for number in range(world.size.visits // 10):
        day = TODAY - timedelta(days=number % 60)
        yield (
            t.facts,
            {
                "id": new_id(),
                "kind": KINDS[number % len(KINDS)],
                "as_of": day,
                "actor": ("nora", "carla")[number % 2],
                "recorded_at": at(day, 14, number % 60),
                "subject": world.debtors[number % len(world.debtors)].id,
                "payload": {"count": number},
            },
        )


def kept(world: World) -> Rows:
    """A backup each night of two months; a run of forgetting each month."""
    for night in range(60):
        when = NOW - timedelta(days=night, hours=10)
        yield (
            t.backups,
            {
                "id": new_id(),
                "made_at": when,
                "verified_at": when + timedelta(minutes=20),
                "epoch": world.lenders[0],
                "place": "copias",
                "sha256": "0" * 64,
                "events": world.size.visits,
                "gone_at": None if night < 20 else NOW - timedelta(days=night - 20),
                "gone_why": "" if night < 20 else "kept long enough",
            },
        )
    for month in range(12):
        when = NOW - timedelta(days=30 * month)
        yield (
            t.forgettings,
            {
                "id": new_id(),
                "ran_at": when,
                "actor": "elena",
                "days": 180,
                "before": when - timedelta(days=180),
                "old": 20_000,
                "off_duty": 40,
                "kept": {"claim": 12},
            },
        )
