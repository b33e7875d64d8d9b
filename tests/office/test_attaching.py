"""Pictures that come in chunks, and the papers that go down: whole and verified, or not there."""

from __future__ import annotations

import csv
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server import attaching, enrolling, filing, receiving
from server.attaching import Forgotten
from server.exporting_pictures import export_pictures
from server.filing import Filed
from server.shelf import Damaged, Missing, Shelf
from server.store import attachments, papers
from server.store import tables as t
from server.store.devices import Device
from server.store.engine import reading
from server.store.scopes import Scope
from sync.ids import new_id
from sync.records import Refused
from sync.wire.attachments import LARGEST_CHUNK, digest_of
from sync.wire.errors import Problem

from .builders import NOW, Laptop, World, enrolled

SEED = 20261122
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40


def photo(size: int = 40_000, seed: int = SEED) -> bytes:
    return b"\xff\xd8\xff" + random.Random(seed).randbytes(size - 3)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(str(tmp_path / "attachments"))


def announce(laptop: Laptop, data: bytes, debtor: str = "Rosa", visit: str | None = None) -> str:
    """A visit with a photo, pushed; answers the attachment event's id."""
    visit = visit or laptop.visit(debtor).id
    said = {"visit": visit, "sha256": digest_of(data), "media_type": "image/jpeg", "size": len(data)}
    event = laptop.write("attachment.added", said)
    receiving.receive(laptop.world.engine, laptop.world.signer, laptop.device, laptop.request(None), NOW)
    return event.id


def put(
    laptop: Laptop, shelf: Shelf, data: bytes, offset: int, size: int = 16_000, device: Device | None = None
) -> dict[str, Any]:
    chunk = data[offset : offset + size]
    return attaching.take(
        laptop.world.engine,
        shelf,
        device or laptop.device,
        digest_of(data),
        offset=offset,
        chunk=chunk,
        digest=digest_of(chunk),
        now=NOW,
    )


def send(laptop: Laptop, shelf: Shelf, data: bytes, size: int = 16_000) -> dict[str, Any]:
    answer = attaching.held(laptop.world.engine, laptop.device, digest_of(data))
    while not answer["stored"]:
        answer = put(laptop, shelf, data, answer["received"], size)
    return answer


def refused(code: str, *args: Any, **given: Any) -> Problem:
    with pytest.raises(Problem) as told:
        put(*args, **given)
    assert told.value.code == code
    return told.value


def test_a_photo_comes_in_chunks_and_the_visit_knows_when_it_is_whole(
    world: World, laptop: Laptop, shelf: Shelf
) -> None:
    data = photo()
    event = announce(laptop, data)
    with reading(world.engine) as connection:
        [told] = attachments.missing(connection, Scope.everything())
    assert (told["debtor_name"], told["size"], told["received"]) == ("Rosa", 40_000, 0)
    assert put(laptop, shelf, data, 0) == {"size": 40_000, "received": 16_000, "stored": False}
    with reading(world.engine) as connection:
        assert attachments.missing(connection, Scope.everything())[0]["received"] == 16_000
    assert send(laptop, shelf, data) == {"size": 40_000, "received": 40_000, "stored": True}
    assert shelf.get(digest_of(data)) == data
    with reading(world.engine) as connection:
        assert attachments.missing(connection, Scope.everything()) == []
    [record] = [row for row in world.feed("Ana") if row["record_id"] == event]
    assert '"stored":null' not in record["payload"]
    assert world.rows(t.uploads) == world.rows(t.upload_parts) == []


def test_every_chunk_may_be_the_last_before_a_crash(world: World, laptop: Laptop, tmp_path: Path) -> None:
    """The office is begun anew after each chunk: what was answered is held, and nothing is asked twice."""
    data, size = photo(), 7_000
    announce(laptop, data)
    sent = 0
    for offset in range(0, len(data), size):
        # Nothing of the office lives in memory between two requests: a new shelf, a new answer.
        answer = attaching.held(world.engine, laptop.device, digest_of(data))
        assert answer["received"] == offset
        put(laptop, Shelf(str(tmp_path / "attachments")), data, offset, size)
        sent += 1
    assert sent == -(-len(data) // size)
    assert attaching.held(world.engine, laptop.device, digest_of(data))["stored"]


def test_a_crash_between_the_shelf_and_the_database_is_finished_by_the_next_request(
    world: World, laptop: Laptop, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = photo()
    announce(laptop, data)
    with monkeypatch.context() as broken:
        broken.setattr(attaching.attachments, "store", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            send(laptop, shelf, data)
    assert attaching.held(world.engine, laptop.device, digest_of(data))["received"] == len(data)
    assert not attaching.held(world.engine, laptop.device, digest_of(data))["stored"]
    assert put(laptop, shelf, data, len(data))["stored"], "an empty chunk at the end asks to finish"
    assert shelf.get(digest_of(data)) == data


def test_a_chunk_sent_again_is_answered_like_the_first_time(laptop: Laptop, shelf: Shelf) -> None:
    data = photo()
    announce(laptop, data)
    put(laptop, shelf, data, 0)
    assert put(laptop, shelf, data, 0, 8_000)["received"] == 16_000, "a late duplicate, and shorter"
    assert put(laptop, shelf, data, 8_000)["received"] == 24_000, "one that overlaps adds what is new"
    assert send(laptop, shelf, data)["stored"]
    assert put(laptop, shelf, data, 0)["stored"]


def test_a_chunk_that_leaves_a_hole_is_refused_and_told_where_to_go_on(laptop: Laptop, shelf: Shelf) -> None:
    data = photo()
    announce(laptop, data)
    put(laptop, shelf, data, 0)
    assert refused("bad_offset", laptop, shelf, data, 20_000).fields == {"received": 16_000}
    assert send(laptop, shelf, data)["stored"]


def test_a_damaged_chunk_is_not_kept(world: World, laptop: Laptop, shelf: Shelf) -> None:
    data = photo()
    announce(laptop, data)
    with pytest.raises(Problem) as told:
        attaching.take(
            world.engine,
            shelf,
            laptop.device,
            digest_of(data),
            offset=0,
            chunk=b"x" + data[1:500],
            digest=digest_of(data[:500]),
            now=NOW,
        )
    assert told.value.code == "hash_mismatch"
    assert attaching.held(world.engine, laptop.device, digest_of(data))["received"] == 0


def test_a_whole_with_another_hash_is_dropped_and_begun_again(
    world: World, laptop: Laptop, shelf: Shelf
) -> None:
    data = photo()
    announce(laptop, data)
    lie = b"\x00" * 20_000

    def tell(chunk: bytes, offset: int) -> dict[str, Any]:
        return attaching.take(
            world.engine,
            shelf,
            laptop.device,
            digest_of(data),
            offset=offset,
            chunk=chunk,
            digest=digest_of(chunk),
            now=NOW,
        )

    tell(lie, 0)
    with pytest.raises(Problem) as told:
        tell(data[20_000:], 20_000)
    assert told.value.code == "hash_mismatch"
    assert not shelf.has(digest_of(data))
    assert attaching.held(world.engine, laptop.device, digest_of(data))["received"] == 0
    assert send(laptop, shelf, data)["stored"], "the control: the true bytes are taken"


def test_only_announced_bytes_are_taken(world: World, laptop: Laptop, shelf: Shelf) -> None:
    data = photo()
    refused("not_found", laptop, shelf, data, 0)
    announce(laptop, data)
    benito = enrolled(world, "Benito")
    refused("not_found", benito, shelf, data, 0)
    assert put(laptop, shelf, data, 0)["received"] == 16_000


def test_the_picture_of_a_colleagues_visit_is_taken_from_whoever_announced_it(
    world: World, laptop: Laptop, shelf: Shelf
) -> None:
    data, visit = photo(), laptop.visit("Rosa").id
    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)
    benito = enrolled(world, "Benito")
    world.assign("Rosa", "Benito", since=NOW.date())
    announce(benito, data, visit=visit)
    refused("not_found", laptop, shelf, data, 0)
    assert send(benito, shelf, data)["stored"]
    with reading(world.engine) as connection:
        assert attachments.missing(connection, Scope.everything()) == []


def test_a_picture_too_large_a_chunk_too_large_and_a_picture_longer_than_announced_are_refused(
    world: World, laptop: Laptop, shelf: Shelf
) -> None:
    data = photo()
    visit = laptop.visit().id
    body = {"visit": visit, "sha256": digest_of(data), "media_type": "image/jpeg", "size": 10_000}
    laptop.write("attachment.added", body)
    huge = photo(seed=2)
    laptop.write("attachment.added", body | {"sha256": digest_of(huge), "size": 2**40})
    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)
    refused("too_large", laptop, shelf, data, 0)
    refused("too_large", laptop, shelf, huge, 0)
    refused("too_large", laptop, shelf, photo(LARGEST_CHUNK + 1), 0, LARGEST_CHUNK + 1)


def test_two_visits_that_share_a_photo_need_it_once(world: World, laptop: Laptop, shelf: Shelf) -> None:
    data = photo()
    announce(laptop, data, "Rosa")
    send(laptop, shelf, data)
    announce(laptop, data, "Luis")
    with reading(world.engine) as connection:
        assert attachments.missing(connection, Scope.everything()) == []
    assert attaching.held(world.engine, laptop.device, digest_of(data))["stored"]


def test_many_requests_for_one_photo_at_once_store_it_once(
    world: World, laptop: Laptop, shelf: Shelf
) -> None:
    data = photo()
    announce(laptop, data)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send(laptop, shelf, data, 9_000), range(8)))
    assert all(answer["stored"] for answer in answers)
    assert shelf.get(digest_of(data)) == data
    assert len(world.rows(t.files)) == 1


def test_half_way_pictures_of_one_laptop_are_bounded_and_the_queue_still_drains(
    world: World, laptop: Laptop, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attaching, "UNFINISHED", 3)
    every = [photo(9_000, seed) for seed in range(6)]
    visit = laptop.visit().id
    for data in every:
        announce(laptop, data, visit=visit)
    for data in every:
        put(laptop, shelf, data, 0, 4_000)
    assert len(world.rows(t.uploads)) == 3
    assert all(send(laptop, shelf, data)["stored"] for data in every)
    assert world.rows(t.upload_parts) == []


def test_what_a_revoked_laptop_sends_is_sealed_apart(world: World, laptop: Laptop, shelf: Shelf) -> None:
    data = photo()
    enrolling.revoke(world.engine, laptop.device.id, actor="cli", now=NOW)
    laptop.device = replace(laptop.device, revoked_at=NOW)
    with pytest.raises(Problem):
        announce(laptop, data)
    assert send(laptop, shelf, data)["stored"]
    assert not shelf.has(digest_of(data))
    assert shelf.get(digest_of(data), laptop.device.id) == data
    assert world.rows(t.attachments) == []


def test_sealed_pictures_join_the_others_when_their_events_are_let_in(
    world: World, laptop: Laptop, shelf: Shelf
) -> None:
    data = photo()
    event = announce(laptop, data)
    revoked = replace(laptop.device, revoked_at=NOW)
    enrolling.revoke(world.engine, laptop.device.id, actor="cli", now=NOW)
    for offset in range(0, len(data), 16_000):
        put(laptop, shelf, data, offset, device=revoked)
    assert not shelf.has(digest_of(data))
    assert attaching.release_sealed(world.engine, shelf, laptop.device.id, NOW) == 1
    assert shelf.get(digest_of(data)) == data
    assert world.rows(t.attachments, t.attachments.c.id == event)[0]["stored_at"] is not None


def test_pictures_carried_on_a_stick_are_taken_whole_and_a_false_one_stops_no_other(
    world: World, laptop: Laptop, shelf: Shelf
) -> None:
    data, other = photo(seed=1), photo(seed=2)
    announce(laptop, data)
    announce(laptop, other)
    carried = {"../x": b"x", "0" * 64: b"y", digest_of(other): b"false", digest_of(data): data}
    assert attaching.take_carried(world.engine, shelf, laptop.device, carried, NOW) == 1
    assert shelf.get(digest_of(data)) == data
    assert not shelf.has(digest_of(other))


def test_forgetting_a_debtor_suppresses_his_photos_but_not_those_another_shares(
    world: World, laptop: Laptop, shelf: Shelf
) -> None:
    own, shared = photo(seed=1), photo(seed=2)
    announce(laptop, own, "Rosa")
    announce(laptop, shared, "Rosa")
    announce(laptop, shared, "Luis")
    send(laptop, shelf, own)
    send(laptop, shelf, shared)
    rosa = world.debtors["Rosa"]
    done = attaching.forget(world.engine, shelf, rosa, reason="2026-014", actor="cli", now=NOW)
    assert done == Forgotten((digest_of(own),), (digest_of(shared),))
    assert not shelf.has(digest_of(own))
    assert shelf.get(digest_of(shared)) == shared
    refused("erased", laptop, shelf, own, 0)
    announce(laptop, own, "Rosa")
    assert not shelf.has(digest_of(own))
    again = attaching.forget(world.engine, shelf, rosa, reason="2026-014", actor="cli", now=NOW)
    assert again == done
    facts = world.rows(t.facts, t.facts.c.kind == "attachments.forgotten")
    assert facts[0]["payload"] == {"reason": "2026-014", "erased": 1, "shared": 1}


def file_paper(world: World, shelf: Shelf, debtor: str = "Rosa", data: bytes = PDF) -> Filed:
    with reading(world.engine) as connection:
        account = papers.account(connection, Scope.everything(), world.accounts[debtor][0])
    assert account is not None
    filed = filing.file_paper(
        world.engine, shelf, account, kind="pagare", name="pagaré.pdf", data=data, actor="cli", now=NOW
    )
    assert isinstance(filed, Filed)
    return filed


def test_a_paper_travels_to_whoever_has_the_account_and_to_nobody_else(
    world: World, laptop: Laptop, shelf: Shelf
) -> None:
    filed = file_paper(world, shelf)
    assert ("document", filed.id) in world.kinds("Ana")
    assert ("document", filed.id) not in world.kinds("Benito")
    benito = enrolled(world, "Benito")

    def piece(device: Device, offset: int = 0) -> bytes | None:
        return filing.piece(world.engine, shelf, device, filed.sha256, offset=offset, limit=4_000)

    assert piece(laptop.device) == PDF[:4_000]
    assert piece(laptop.device, 8_000) == PDF[8_000:]
    assert piece(benito.device) is None
    assert file_paper(world, shelf) == replace(filed, again=True)
    world.assign("Rosa", "Benito")
    from server import publishing
    from server.store.engine import writing

    with writing(world.engine) as connection:
        publishing.refresh_debtors(connection, [world.debtors["Rosa"]], NOW)
    assert piece(laptop.device) is None
    assert piece(benito.device) == PDF[:4_000]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"PK\x03\x04" + bytes(50), "pagare"),
        (b"<svg onload=alert(1)>", "pagare"),
        (b"", "pagare"),
        (PDF, "../etc"),
        (b"%PDF-" + bytes(9 * 2**20), "pagare"),
    ],
)
def test_what_is_no_paper_is_refused_with_a_sentence(
    world: World, shelf: Shelf, data: bytes, kind: str
) -> None:
    account = {"id": world.accounts["Rosa"][0], "debtor_id": world.debtors["Rosa"]}
    said = filing.file_paper(
        world.engine, shelf, account, kind=kind, name="x", data=data, actor="cli", now=NOW
    )
    assert isinstance(said, Refused)
    assert str(said.reason)
    assert world.rows(t.papers) == world.rows(t.files) == []


def hostile_names() -> list[str]:
    """200 names that would be somewhere else on some system, were a name ever a path."""
    seeds = [
        "../../etc/passwd",
        "..\\..\\windows\\win.ini",
        "a\x00b",
        "\\\\server\\share\\x",
        "CON",
        "nul.txt",
        "C:\\x",
        "/abs",
        "\u202egpj.exe",
        "file:///etc/passwd",
        "~/x",
        "%2e%2e%2fx",
        ".",
        "..",
        "",
        "a" * 5_000,
        "A" * 64,
        "f" * 63 + "/",
        "f" * 64 + "\n",
        "ｆ" * 64,
    ]
    drawn = random.Random(SEED)
    return [
        seed if turn == 0 else drawn.choice(("../", "..\\", "x/", "\u202e")) * turn + seed
        for turn in range(10)
        for seed in seeds
    ]


def test_no_name_is_ever_a_path(world: World, laptop: Laptop, shelf: Shelf, tmp_path: Path) -> None:
    before = sorted(path for path in tmp_path.rglob("*") if "office.db" not in path.name)
    names = hostile_names()
    assert len(names) == 200
    for name in names:
        with pytest.raises(ValueError, match="SHA-256 only"):
            shelf.get(name)
        with pytest.raises((ValueError, Missing)):
            shelf.put(name, b"x")
        with pytest.raises(ValueError, match="SHA-256 only"):
            shelf.remove("0" * 64, name or "..")
        with pytest.raises(Problem) as told:
            attaching.held(world.engine, laptop.device, name)
        assert told.value.code == "not_found"
    assert sorted(path for path in tmp_path.rglob("*") if "office.db" not in path.name) == before
    shelf.put(digest_of(b"x"), b"x")
    assert shelf.get(digest_of(b"x")) == b"x", "the control: a hash is a name"


def test_bytes_the_disk_changed_are_shown_to_nobody(shelf: Shelf, tmp_path: Path) -> None:
    name = digest_of(b"cierto")
    shelf.put(name, b"cierto")
    [path] = [path for path in (tmp_path / "attachments").rglob("*") if path.is_file()]
    path.write_bytes(b"falso!")
    with pytest.raises(Damaged):
        shelf.get(name)
    shelf.remove(name)
    with pytest.raises(Missing):
        shelf.get(name)


def test_any_place_that_fsspec_knows_serves_as_a_shelf() -> None:
    place = Shelf(f"memory://{new_id()}")
    name = digest_of(b"foto")
    place.put(name, b"foto")
    assert place.get(name) == b"foto"
    assert not place.has(digest_of(b"otra"))


def test_an_export_holds_the_pictures_and_says_which_lack(
    world: World, laptop: Laptop, shelf: Shelf, tmp_path: Path
) -> None:
    here, lacking = photo(seed=1), photo(seed=2)
    announce(laptop, here)
    announce(laptop, lacking)
    send(laptop, shelf, here)
    counts = export_pictures(world.engine, shelf, tmp_path / "export")
    assert counts == {"attachments.csv": 2, "attachments": 1}
    with (tmp_path / "export" / "attachments.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["sha256"]: row for row in csv.DictReader(file)}
    assert rows[digest_of(lacking)]["state"] == "announced"
    assert rows[digest_of(here)]["state"] == "stored"
    assert (tmp_path / "export" / rows[digest_of(here)]["file"]).read_bytes() == here
