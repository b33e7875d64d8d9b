"""The evidence for one visit proves it to a stranger, and shows him nobody else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from server import erasing, receiving
from server.evidencing import NotEmpty, Package, write_evidence
from server.shelf import Shelf
from server.store import tables as t
from server.store.engine import reading
from server.store.ledgers import all_checkpoints
from sync.keys import Keyring
from sync.ledger import LAPTOP_EXPORT, OFFICE_EXPORT, Manifest
from sync.ledger_folder import LEDGER, MANIFEST, read_export
from sync.verifying import verdict_on, verify

from .builders import NOW, Laptop, World, enrolled

PICTURE = b"\xff\xd8\xff picture of the door \xff\xd9"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    made = Shelf(str(tmp_path / "shelf"))
    made.put(sha256(PICTURE).hexdigest(), PICTURE)
    return made


@pytest.fixture
def visit(world: World, laptop: Laptop) -> str:
    """Rosa's second visit of the day, between Luis's; its correction and its picture came days later."""
    laptop.visit("Luis", note="PLANTADO Luis antes")
    rosa = laptop.visit("Rosa", "PTP", note="Rosa dice que pagará")
    laptop.promise(rosa)
    laptop.visit("Luis", note="PLANTADO Luis después", start=NOW - timedelta(hours=3))
    receive(laptop, laptop.entries)
    laptop.write(
        "visit.amended", {"visit": rosa.id, "why": "Faltó el barrio", "replaces": {"note": "Centro"}}
    )
    picture = {"visit": rosa.id, "sha256": sha256(PICTURE).hexdigest(), "media_type": "image/jpeg"}
    laptop.write("attachment.added", picture | {"size": len(PICTURE)})
    laptop.visit("Luis", note="PLANTADO Luis al final", start=NOW - timedelta(hours=4))
    receive(laptop, laptop.entries[4:])
    other = enrolled(world, "Benito")
    other.visit("Marta", note="PLANTADO Marta")
    receive(other, other.entries)
    return rosa.id


def receive(laptop: Laptop, entries: Any) -> None:
    request = laptop.request(entries)
    receiving.receive(laptop.world.engine, laptop.world.signer, laptop.device, request, NOW)


def packed(world: World, shelf: Shelf, visit: str, folder: Path, **given: Any) -> Package:
    said: dict[str, Any] = {"why": "Reclamo ante la SIC", "actor": "carla", "now": NOW}
    return write_evidence(world.engine, world.signer, shelf, visit, folder, **(said | given))


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def kinds(folder: Path, *arguments: str) -> set[tuple[str, int]]:
    result = CliRunner().invoke(verify, [str(folder), "--json", *arguments])
    return {(one["kind"], one["n"]) for one in json.loads(result.stdout)["problems"]}


def test_the_package_holds_and_says_that_it_is_evidence(
    world: World, shelf: Shelf, visit: str, tmp_path: Path
) -> None:
    done = packed(world, shelf, visit, tmp_path / "out")
    assert (done.events, done.links, done.pictures, done.pictures_missing, done.vouched) == (4, 6, 1, 0, True)
    result = CliRunner().invoke(verify, [str(tmp_path / "out"), "--kind", "evidence", "--json"])
    said = json.loads(result.stdout)
    assert (result.exit_code, said["ok"], said["kind"], said["about"]) == (0, True, "evidence", visit)
    assert (said["events"], said["withheld"], said["unanchored"]) == (6, 2, 0)
    assert said["signed_by"] == world.signer.id


def test_nobody_else_is_in_it(world: World, shelf: Shelf, visit: str, laptop: Laptop, tmp_path: Path) -> None:
    packed(world, shelf, visit, tmp_path / "out")
    data = everything(tmp_path / "out")
    others = [laptop.entries[n] for n in (0, 3, 6)]
    strange = ["PLANTADO", "Luis", "Marta", *(entry.id for entry in others)]
    for name in ("Luis", "Marta"):
        strange += [world.debtors[name], world.addresses[name], *world.accounts[name]]
    assert [word for word in strange if word.encode() in data] == []
    for entry in others:  # nor anything from which a guess could be checked
        assert entry.salt is not None
        assert entry.salt.hex().encode() not in data
    for word in ("Rosa dice que pagará", "Centro", world.debtors["Rosa"], *world.accounts["Rosa"]):
        assert word.encode() in data or json.dumps(word)[1:-1].encode() in data


def test_the_page_tells_it_in_plain_spanish_and_runs_nothing(
    world: World, shelf: Shelf, visit: str, tmp_path: Path
) -> None:
    packed(world, shelf, visit, tmp_path / "out")
    page = (tmp_path / "out" / "visita.html").read_text(encoding="utf-8")
    for words in (
        "Constancia de una visita",
        "Rosa",
        "Ana",
        "Faltó el barrio",
        "Coopsol",
        "2026-11-20 14:30:00",
    ):
        assert words in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize("name", ["visita.html", "attachments"])
def test_a_page_or_a_picture_that_was_changed_or_taken_out_is_named(
    world: World, shelf: Shelf, visit: str, tmp_path: Path, name: str
) -> None:
    packed(world, shelf, visit, tmp_path / "out")
    path = tmp_path / "out" / name
    path = next(path.iterdir()) if path.is_dir() else path
    honest = path.read_bytes()
    path.write_bytes(honest[:-1] + bytes([honest[-1] ^ 1]))
    assert kinds(tmp_path / "out") == {("changed", 0)}
    path.unlink()
    assert kinds(tmp_path / "out") == {("missing", 0)}


def test_every_link_of_it_is_guarded(world: World, shelf: Shelf, visit: str, tmp_path: Path) -> None:
    packed(world, shelf, visit, tmp_path / "out")
    honest = read_export(tmp_path / "out")
    assert verdict_on(honest).ok
    for at, entry in enumerate(honest.entries):
        for part in ("header", "salt", "body", "body_digest", "h", "header_digest"):
            value = getattr(entry, part)
            if not value:
                continue
            changed = replace(entry, **{part: value[:3] + bytes([value[3] ^ 1]) + value[4:]})
            rows = [*honest.entries[:at], changed, *honest.entries[at + 1 :]]
            found = {one.n for one in verdict_on(replace(honest, entries=rows)).problems}
            assert entry.n in found, (part, entry.n)
        rows = [*honest.entries[:at], *honest.entries[at + 1 :]]
        assert not verdict_on(replace(honest, entries=rows)).ok, entry.n
    without_signature = replace(honest, receipts=[], checkpoints=[])
    assert verdict_on(without_signature).unanchored == 6


def test_one_kind_of_export_cannot_pass_for_another(
    world: World, shelf: Shelf, visit: str, tmp_path: Path
) -> None:
    packed(world, shelf, visit, tmp_path / "out")
    honest = read_export(tmp_path / "out")
    assert honest.manifest is not None
    as_office = replace(honest.manifest, kind=OFFICE_EXPORT)
    kinds_found = {one.kind for one in verdict_on(replace(honest, manifest=as_office)).problems}
    assert {"partial", "withheld", "bad_manifest"} <= kinds_found
    unsigned = Manifest(LAPTOP_EXPORT, NOW, honest.manifest.starts, honest.manifest.withheld)
    assert verdict_on(replace(honest, manifest=unsigned)).to_json()["kind"] == "laptop"
    assert ("other_kind", 0) in kinds(tmp_path / "out", "--kind", "office")
    (tmp_path / "out" / MANIFEST).unlink()
    assert {"withheld", "inserted"} & {kind for kind, _ in kinds(tmp_path / "out")} or kinds(tmp_path / "out")


def test_what_the_manifest_does_not_list_may_not_be_missing(
    world: World, shelf: Shelf, visit: str, tmp_path: Path
) -> None:
    packed(world, shelf, visit, tmp_path / "out")
    honest = read_export(tmp_path / "out")
    assert honest.manifest is not None
    bare = replace(honest.manifest, withheld=(), key_id=None, signature=None)
    found = {(one.kind, one.n) for one in verdict_on(replace(honest, manifest=bare)).problems}
    assert found == {("withheld", 4), ("withheld", 7)}


def test_a_checkpoint_held_by_someone_else_and_keys_from_outside_agree(
    world: World, shelf: Shelf, visit: str, tmp_path: Path
) -> None:
    packed(world, shelf, visit, tmp_path / "out")
    honest = read_export(tmp_path / "out")
    with reading(world.engine) as connection:
        held = list(all_checkpoints(connection))
    assert honest.keys is not None
    office = Keyring(tuple(key for key in honest.keys.keys if key.purpose == "office"))
    report = verdict_on(honest, checkpoints=held, keys=office)
    assert report.ok, report.problems
    assert len(report.outside) == len(held)


def test_an_erased_visit_leaves_a_package_that_says_so(
    world: World, shelf: Shelf, visit: str, tmp_path: Path
) -> None:
    asked: dict[str, Any] = {"asked_by": "holder", "channel": "letter", "basis": "Ley 1581"}
    erasing.receive_request(
        world.engine, world.debtors["Rosa"], **asked, received_on=None, actor="carla", now=NOW
    )
    erasing.carry_out(
        world.engine, world.signer, "1", why="Procede", actor="carla", now=NOW, despite_open=True
    )
    packed(world, shelf, visit, tmp_path / "out")
    report = verdict_on(read_export(tmp_path / "out"))
    assert report.ok, report.problems
    assert (report.erased, report.withheld) == (4, 2)
    assert "Rosa dice que pagará".encode() not in everything(tmp_path / "out")


def test_the_command_writes_it_and_says_what_is_wrong(
    world: World, shelf: Shelf, visit: str, tmp_path: Path
) -> None:
    packed(world, shelf, visit, tmp_path / "out")
    with pytest.raises(NotEmpty, match="not empty"):
        packed(world, shelf, visit, tmp_path / "out")
    with pytest.raises(LookupError):
        packed(world, shelf, "no-such-visit", tmp_path / "two")
    [fact] = world.rows(t.facts, t.facts.c.kind == "evidence.written")
    assert (fact["actor"], fact["subject"]) == ("carla", visit)
    assert (tmp_path / "out" / LEDGER).is_file()
