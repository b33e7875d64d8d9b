"""What is set aside is found, applied and unsealed alike on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from server.receiving import releasing, replaying
from sync.records import Refused
from tests.office.builders import NOW, small_world
from tests.office.test_replaying import revoked

LATER = NOW + timedelta(days=3)


def test_replay_and_release_are_the_same_on_both_databases(office_engine: Engine) -> None:
    world = small_world(office_engine)
    laptop = revoked(world)
    done = releasing.release(office_engine, laptop.device.id, why="apareció", actor="clara", now=LATER)
    assert not isinstance(done, Refused)
    assert done.applied == 2
    assert replaying.replay(office_engine, LATER, "cli").waiting == {"validation_failed": 1}
