"""The audit of all visits on both databases: what it asks of many visits together."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from server import auditing_all, receiving
from server.store import audited
from server.store import tables as t
from server.store.engine import reading, writing
from tests.office.builders import NOW, enrolled, small_world

NOTE = "Don Jaime pide que se le llame después de la cosecha de café"


def test_copied_notes_and_shared_pictures_are_found_on_either_database(office_engine: Engine) -> None:
    world = small_world(office_engine)
    laptop = enrolled(world)
    first = laptop.visit("Rosa", party="NAD", note=NOTE, start=NOW - timedelta(hours=7))
    second = laptop.visit("Luis", party="NAD", note=NOTE, start=NOW - timedelta(hours=1))
    for visit, name in ((first, "aa" * 32), (second, "bb" * 32)):
        said = {"visit": visit.id, "sha256": name, "media_type": "image/jpeg", "size": 9}
        laptop.write("attachment.added", said)
    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)
    with writing(world.engine) as connection:
        near = {"aa" * 32: "0f0f3c3c55aa00ff", "bb" * 32: "0f0f3c3c55aa00fe", "cc" * 32: None}
        audited.keep_looks(connection, near, NOW)
        audited.keep_looks(connection, near, NOW)
    report = auditing_all.audit_all(world.engine, actor="carla", now=NOW)
    assert report.by_rule["audit.copied_text"] == report.by_rule["audit.reused_photo"] == 1
    assert auditing_all.audit_all(world.engine, actor="carla", now=NOW).new == 0
    assert {row["visit_id"] for row in world.rows(t.findings)} == {second.id}
    with reading(world.engine) as connection:
        assert audited.unlooked(connection, 5) == [], "nothing of them lies on the shelf"
        assert audited.notes_written(connection) == {world.agents["Ana"]: 2}
