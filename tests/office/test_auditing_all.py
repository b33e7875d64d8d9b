"""The audit of all visits: what only many show together, and that office and file say the same of them."""

from __future__ import annotations

import io
import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import update

from bench import forgery_days, forgery_kinds
from bench.forgery import write
from bench.forgery_days import Told
from server import attaching, auditing_all, picturing, receiving
from server.shelf import Shelf
from server.store import audited
from server.store import tables as t
from server.store.engine import reading, writing
from server.visit_files import audit_file
from sync.ids import new_id
from sync.ledger import Clock
from sync.rules.audit import CHECKS
from sync.wire.attachments import digest_of
from sync.wire.fields import instant

from .builders import NOW, Laptop, World, enrolled, visit_body

LONG = "Don Jaime pide que se le llame después de la cosecha de café"
# What only the office's books show, and what only informs of a clock that was put right.
OFFICE_ONLY = {code for code, check in CHECKS.items() if check.office} | {"audit.clock_skew"}


def say(laptop: Laptop, now: datetime = NOW) -> dict[str, Any]:
    world = laptop.world
    return receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None, now=now), now)


def found(world: World, when: datetime = NOW) -> set[tuple[str, str]]:
    auditing_all.audit_all(world.engine, actor="carla", now=when)
    return {(row["visit_id"], row["rule"]) for row in world.rows(t.findings)}


def test_a_note_copied_from_another_debtor_is_found_overnight(world: World, laptop: Laptop) -> None:
    laptop.visit("Rosa", party="NAD", note=LONG, start=NOW - timedelta(hours=3))
    second = laptop.visit("Luis", party="NAD", note=LONG.upper(), start=NOW - timedelta(hours=1))
    say(laptop)
    assert [row["rule"] for row in world.rows(t.findings)] == [], "not in the push"
    assert (second.id, "audit.copied_text") in found(world)


def test_a_note_copied_from_a_colleague_is_found_of_the_later(world: World, laptop: Laptop) -> None:
    note = "Don Jaime ofrece 250 mil el 15 cuando venda la moto que dejó en el taller"
    laptop.visit("Rosa", party="NAD", note=note, start=NOW - timedelta(hours=5))
    say(laptop)
    other = enrolled(world, "Benito")
    copied = other.visit("Marta", party="NAD", note=note, start=NOW - timedelta(hours=1))
    say(other)
    assert {each for each in found(world) if each[1] == "audit.copied_text"} == {
        (copied.id, "audit.copied_text")
    }


def picture(seed: int, *, crop: int = 0, quality: int = 90) -> bytes:
    """A street as a telephone might see it, cropped by some points a side and saved as JPEG."""
    rng = random.Random(seed)
    image = Image.new("RGB", (640, 480), tuple(rng.randrange(256) for _ in range(3)))
    draw = ImageDraw.Draw(image)
    for _ in range(24):
        x, y = rng.randrange(600), rng.randrange(440)
        colour = tuple(rng.randrange(256) for _ in range(3))
        draw.rectangle((x, y, x + rng.randrange(30, 240), y + rng.randrange(30, 200)), fill=colour)
    image = image.crop((crop, crop, 640 - crop, 480 - crop))
    held = io.BytesIO()
    image.save(held, "JPEG", quality=quality)
    return held.getvalue()


def attach(laptop: Laptop, shelf: Shelf, visit: str, data: bytes) -> str:
    said = {"visit": visit, "sha256": digest_of(data), "media_type": "image/jpeg", "size": len(data)}
    laptop.write("attachment.added", said)
    say(laptop)
    attaching.take(laptop.world.engine, shelf, laptop.device, digest_of(data), offset=0, chunk=data,
                   digest=digest_of(data), now=NOW)  # fmt: skip
    return digest_of(data)


def test_a_picture_cropped_and_saved_again_is_known_by_its_looks(
    world: World, laptop: Laptop, tmp_path: Path
) -> None:
    shelf = Shelf(str(tmp_path / "shelf"))
    first = laptop.visit("Rosa", party="NAD", start=NOW - timedelta(hours=5))
    second = laptop.visit("Luis", party="NAD", start=NOW - timedelta(hours=1))
    attach(laptop, shelf, first.id, picture(1))
    attach(laptop, shelf, second.id, picture(1, crop=8, quality=60))
    report = auditing_all.audit_all(world.engine, actor="carla", now=NOW, shelf=shelf)
    assert report.by_rule["audit.reused_photo"] == 1
    [row] = world.rows(t.findings, t.findings.c.rule == "audit.reused_photo")
    assert (row["visit_id"], row["other_visit_id"]) == (second.id, first.id)


def test_other_pictures_are_others_and_bytes_that_are_none_harm_nobody(tmp_path: Path) -> None:
    shelf = Shelf(str(tmp_path / "shelf"))
    pictures = [picture(seed) for seed in range(5)] + [b"\xff\xd8\xff" + bytes(2_000)]
    for data in pictures:
        shelf.put(digest_of(data), data)
    names = [digest_of(data) for data in pictures]
    looks = picturing.looked_at(shelf, [*names, "0" * 64])
    assert [looks[names[-1]], looks["0" * 64]] == [None, None]
    values = [int(looks[name] or "0", 16) for name in names[:5]]
    near = [(a ^ b).bit_count() for at, a in enumerate(values) for b in values[:at]]
    assert min(near) > 10


def test_what_was_forgotten_has_no_looks(world: World, laptop: Laptop, tmp_path: Path) -> None:
    shelf = Shelf(str(tmp_path / "shelf"))
    visit = laptop.visit("Rosa", party="NAD")
    name = attach(laptop, shelf, visit.id, picture(1))
    assert picturing.reckon_looks(world.engine, shelf, NOW) == 1
    assert picturing.reckon_looks(world.engine, shelf, NOW) == 0
    assert [row["sha256"] for row in world.rows(t.picture_looks)] == [name]
    attaching.forget(world.engine, shelf, world.debtors["Rosa"], reason="lo pidió", actor="carla", now=NOW)
    assert world.rows(t.picture_looks) == []


def test_a_result_changed_days_later_is_found_and_a_slip_mended_at_once_is_not(
    world: World, laptop: Laptop
) -> None:
    first = laptop.visit("Rosa", party="NAD", start=NOW - timedelta(hours=5))
    second = laptop.visit("Luis", party="NAD", start=NOW - timedelta(hours=3))
    changed = [{"account": world.accounts["Rosa"][0], "result": "CER", "detail": {}},
               {"account": world.accounts["Rosa"][1], "result": "CER", "detail": {}}]  # fmt: skip
    laptop.write("visit.amended", {"visit": second.id, "why": "dedo", "replaces": {"note": "era el 3"}})
    say(laptop)
    later = NOW + timedelta(days=4)
    body = {"visit": first.id, "why": "bono", "replaces": {"results": changed}}
    laptop.write("visit.amended", body, now=later)
    say(laptop, later)
    assert {rule for _, rule in found(world)} == {"audit.amended_late"}


def test_a_fork_is_found_of_the_visit_it_came_after(world: World, laptop: Laptop) -> None:
    visit = laptop.visit("Rosa", party="NAD")
    laptop.visit("Luis", party="NAD", start=NOW - timedelta(hours=2))
    say(laptop)
    laptop.entries = laptop.entries[:1]
    laptop.visit("Luis", party="NAD", start=NOW - timedelta(hours=4))
    say(laptop)
    rules = found(world)
    assert {rule for _, rule in rules} & {"audit.chain_fork"}
    assert visit.id not in {name for name, rule in rules if rule == "audit.chain_fork"} or len(rules) == 1


def test_the_audit_of_all_is_told_once_and_its_progress_on_the_way(world: World, laptop: Laptop) -> None:
    laptop.visit("Rosa", party="NAD")
    say(laptop)
    steps: list[tuple[int, int]] = []
    auditing_all.audit_all(world.engine, actor="carla", now=NOW, progress=lambda *step: steps.append(step))
    assert steps == [(1, 1)]
    assert [row["kind"] for row in world.rows(t.facts)].count("audit.run") == 1


KINDS = ("from_home", "from_cafe", "address_copied", "fix_repeated", "teleport", "overlapping", "burst",
         "too_short", "photo_reused", "photo_reencoded", "note_copied", "clock_set_back", "outside_hours")  # fmt: skip


def days_with_forgeries(monkeypatch: pytest.MonkeyPatch) -> list[Told]:
    """Two collectors' weeks after the laptops were enrolled, with some of each forgery."""
    monkeypatch.setattr(forgery_days, "FIRST_DAY", date(2026, 11, 23))
    rng = random.Random(2611)
    rows = [
        row
        for number in range(2)
        for row in forgery_days.honest_days(rng, forgery_days.agent(rng, number, 40), 8)
    ]
    for name in KINDS:
        forgery_kinds.KINDS[name][0](rng, rows, 2)
    for row in rows:
        # What the office lets in: a talk that needs no amount, a relative who says he is out, a shut door.
        talk = row.cells["party"] == "TIT"
        row.cells |= {"party": "TIT", "result": "REC"} if talk else {"party": "NAD", "result": "NAD"}
        row.cells["photo_hash"] = row.cells.get("photo_hash", "").split(";")[0]
        row.cells["photo_phash"] = row.cells.get("photo_phash", "").split(";")[0]
        if row.cells["source"] in ("ip", "wifi", "none"):
            row.cells |= {"source": "none", "lat": "", "lon": "", "accuracy_m": ""}
        if row.cells["source"] == "pin":
            row.cells |= {"accuracy_m": ""}
        row.cells["clock_offset_s"] = row.cells["clock_offset_s"] or f"{row.agent.drift_s:.1f}"
        # An address is the person's, not the visit's.
        row.cells |= forgery_days.place_of(row.person)
        row.cells |= {"clock_uncertainty_s": "0.1", "amended_at": ""}
    return rows


def test_the_office_and_the_file_say_the_same_of_the_same_visits(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The generator's days as a file, and as events of two laptops: check by check the same visits."""
    rows = days_with_forgeries(monkeypatch)
    names: dict[str, str] = {}
    for agent, own in by_agent(rows).items():
        laptop = settled(world, agent, own)
        for day in by_day(own):
            push(world, laptop, day, names)
    auditing_all.audit_all(world.engine, actor="carla", now=NOW + timedelta(days=60))
    for row in rows:
        row.cells["id"] = names[row.cells["account"] + row.cells["happened_from"]]
    write(rows, tmp_path / "visits.csv")
    judged = audit_file(tmp_path / "visits.csv", "demo")
    from_file = {(judged.lines[one.visit].get("id"), one.rule) for one in judged.findings}
    from_office = {(row["visit_id"], row["rule"]) for row in world.rows(t.findings)}
    ours = {one for one in from_office if one[1].startswith("audit.") and one[1] not in OFFICE_ONLY}
    theirs = {one for one in from_file if one[1] not in OFFICE_ONLY}
    told = sorted(ours ^ theirs, key=lambda one: one[1])
    assert not told, told
    assert len({rule for _, rule in ours}) >= 9, "there was something to agree on"


def by_agent(rows: list[Told]) -> dict[str, list[Told]]:
    groups: dict[str, list[Told]] = defaultdict(list)
    for row in rows:
        groups[row.agent.name].append(row)
    return groups


def by_day(rows: list[Told]) -> list[list[Told]]:
    groups: dict[date, list[Told]] = defaultdict(list)
    for row in rows:
        groups[row.day].append(row)
    return [sorted(groups[day], key=forgery_kinds._truly_written) for day in sorted(groups)]


def settled(world: World, agent: str, rows: list[Told]) -> Laptop:
    """The collector, his people at their addresses in their zone, and his laptop."""
    world.add_agent(agent)
    for person in {row.person.account: row for row in rows}.values():
        name = person.person.account
        world.add_debtor(name)
        world.assign(name, agent)
    with writing(world.engine) as connection:
        for row in rows:
            cells, name = row.cells, row.person.account
            connection.execute(
                update(t.debtors).where(t.debtors.c.id == world.debtors[name]).values(timezone=cells["zone"])
            )
            connection.execute(
                update(t.addresses)
                .where(t.addresses.c.id == world.addresses[name])
                .values(
                    lat=float(cells["address_lat"]),
                    lon=float(cells["address_lon"]),
                    precision=cells["address_precision"],
                )
            )
    return enrolled(world, agent)


def push(world: World, laptop: Laptop, day: list[Told], names: dict[str, str]) -> None:
    """A day's visits in the order written, each under the clock it was written by, and then the sync."""
    last = max(forgery_kinds._truly_written(row) for row in day) + timedelta(minutes=5)
    for row in day:
        cells, true = row.cells, forgery_kinds._truly_written(row)
        ahead_ms = round(float(cells["clock_offset_s"]) * 1000)
        entry = laptop.write("visit.recorded", body_of(world, row), clock=clock_of(true, ahead_ms))
        names[cells["account"] + cells["happened_from"]] = entry.id
        if cells["photo_hash"]:
            said = {"visit": entry.id, "sha256": cells["photo_hash"], "media_type": "image/jpeg", "size": 9}
            laptop.write("attachment.added", said, clock=clock_of(true, ahead_ms))
            with writing(world.engine) as connection:
                audited.keep_looks(connection, {cells["photo_hash"]: cells["photo_phash"] or None}, NOW)
        cells["received"] = last.isoformat()
    laptop.offset_ms = round(float(day[-1].cells["clock_offset_s"]) * 1000)
    reply = say(laptop, last)
    assert reply["quarantined"] == []


def clock_of(true: datetime, ahead_ms: int) -> Clock:
    return Clock(
        wall=instant(true + timedelta(milliseconds=ahead_ms)),
        mono_ms=10**9 + round((true - NOW).total_seconds() * 1000),
        boot="boot",
        offset_ms=ahead_ms,
        uncertainty_ms=100,
    )


def body_of(world: World, row: Told) -> dict[str, Any]:
    cells = row.cells
    told = {name: instant(datetime.fromisoformat(cells[name]).astimezone(UTC))
            for name in ("happened_from", "happened_to", "recorded")}  # fmt: skip
    place: dict[str, Any] = {"source": cells["source"], "lat": None, "lon": None, "accuracy_m": None}
    if cells.get("lat"):
        place |= {"lat": float(cells["lat"]), "lon": float(cells["lon"])}
        place["accuracy_m"] = float(cells["accuracy_m"]) if cells.get("accuracy_m") else None
    body = visit_body(world, row.person.account, cells["result"], party=cells["party"], note=cells["note"])
    return body | {
        "happened": {"start": told["happened_from"], "end": told["happened_to"], "known": cells["known"]},
        "recorded": told["recorded"],
        "zone": cells["zone"],
        "location": place,
    }


def test_an_id_is_new(world: World) -> None:
    with reading(world.engine) as connection:
        assert audited.visit_at(connection, new_id(), 3) is None
