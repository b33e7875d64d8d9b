"""Folders that leave the office: they prove what they say, name a changed byte, and hold nobody else."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import insert

from server import compiling, hearing, receiving
from server.evidencing import NotEmpty
from server.hearing import NewClaim
from server.shelf import Shelf
from server.store import tables as t
from server.store.engine import reading, writing
from server.store.scopes import Scope, Share
from sync.ids import new_id
from sync.verifying import verify

from .builders import NOW, Laptop, World, add_payment, enrolled

EVERYTHING = Scope.everything()
PICTURE = b"\xff\xd8\xff picture of the door \xff\xd9"
PAPER = b"%PDF-1.4 the letter of Rosa"
STRANGE = "Plantada Ajena"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    made = Shelf(str(tmp_path / "shelf"))
    for data in (PICTURE, PAPER):
        made.put(sha256(data).hexdigest(), data)
    return made


@pytest.fixture
def case(world: World, laptop: Laptop) -> str:
    """Rosa complains of a visit that stands between two of Luis's; Marta is another agent's."""
    laptop.visit("Luis", note=f"{STRANGE} antes")
    rosa = laptop.visit("Rosa", "PTP", note="Rosa dice que pagará")
    laptop.promise(rosa)
    picture = {"visit": rosa.id, "sha256": sha256(PICTURE).hexdigest(), "media_type": "image/jpeg"}
    laptop.write("attachment.added", picture | {"size": len(PICTURE)})
    laptop.visit("Luis", note=f"{STRANGE} después", start=NOW - timedelta(hours=3))
    receive(laptop)
    other = enrolled(world, "Benito")
    other.visit("Marta", note=STRANGE)
    receive(other)
    add_payment(world, "Rosa")
    _papers(world)
    number = hearing.open_claim(
        world.engine,
        world.debtors["Rosa"],
        NewClaim(
            kind="amount", source="phone", text="Dice que le hablaron mal y que no debe eso", visit=rosa.id
        ),
        actor="dora",
        now=NOW,
        scope=EVERYTHING,
    )
    assert isinstance(number, int)
    answer = "Recibimos su reclamo y lo estamos revisando."
    hearing.reply(world.engine, str(number), answer, by="letter", actor="dora", now=NOW, scope=EVERYTHING)
    return str(number)


def receive(laptop: Laptop) -> None:
    request = laptop.request(laptop.entries)
    receiving.receive(laptop.world.engine, laptop.world.signer, laptop.device, request, NOW)


def _papers(world: World) -> None:
    """A letter for Rosa, a relative's telephone, and a stranger's telephone and letter."""
    with writing(world.engine) as connection:
        for name, code in (("Rosa", "ABCDEFGHJKMN"), ("Luis", "ZZZZZZZZZZZZ")):
            connection.execute(
                insert(t.notices).values(
                    id=new_id(),
                    debtor_id=world.debtors[name],
                    account_id=world.accounts[name][0],
                    paper="notice",
                    code=code,
                    token=f"t-{name}",
                    sha256=sha256(PAPER).hexdigest(),
                    size=len(PAPER),
                    said={},
                    made_at=NOW,
                )
            )
            connection.execute(
                insert(t.contact_points).values(
                    id=new_id(),
                    debtor_id=world.debtors[name],
                    kind="mobile",
                    value="3109998877" if name == "Rosa" else "3101112233",
                    holder="relative",
                    relation="hermana",
                    since=NOW.date(),
                )
            )


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def verdict(folder: Path) -> tuple[int, str]:
    result = CliRunner().invoke(verify, [str(folder), "--kind", "evidence", "--json"])
    return result.exit_code, " ".join(one["detail"] for one in json.loads(result.stdout)["problems"])


def dossier(world: World, shelf: Shelf, case: str, folder: Path, **given: Any) -> compiling.Compiled:
    said: dict[str, Any] = {"actor": "dora", "now": NOW}
    return compiling.write_dossier(world.engine, world.signer, shelf, case, folder, **(said | given))


def handed(world: World, shelf: Shelf, folder: Path, **given: Any) -> compiling.Compiled:
    said: dict[str, Any] = {
        "lender_id": None,
        "purpose": "agency",
        "why": "cesión de cartera",
        "actor": "elena",
        "now": NOW,
    }
    return compiling.write_handover(
        world.engine, world.signer, shelf, world.debtors["Rosa"], folder, **(said | given)
    )


def test_verify_accepts_the_dossier_and_names_a_flipped_byte_of_any_file(
    world: World, shelf: Shelf, case: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = dossier(world, shelf, case, out)
    assert (done.visits, done.missing, done.vouched) == (1, 0, True)
    assert verdict(out) == (0, "")
    signed = [path for path in out.rglob("*") if path.is_file() and path.suffix in (".html", ".pdf", ".jpg")]
    signed += [out / "dossier.json", out / "reglas" / "demo.json"]
    assert len(signed) == 6
    for path in signed:
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        code, said = verdict(out)
        assert code == 1
        assert path.relative_to(out).as_posix() in said
        path.write_bytes(data)
    assert verdict(out) == (0, "")


def test_nobody_else_is_in_a_dossier(
    world: World, shelf: Shelf, case: str, laptop: Laptop, tmp_path: Path
) -> None:
    dossier(world, shelf, case, tmp_path / "out")
    data = everything(tmp_path / "out")
    strange = [STRANGE, "Luis", "Marta", "3101112233", "3109998877", "ZZZZZZZZZZZZ", "hermana"]
    for name in ("Luis", "Marta"):
        strange += [world.debtors[name], world.addresses[name], *world.accounts[name]]
    assert [word for word in strange if word.encode() in data] == []
    assert b"Rosa dice que pagar" in data, "the control: what is hers is there"


def test_a_dossier_tells_the_rule_the_frequency_and_the_texts_without_scripts(
    world: World, shelf: Shelf, case: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    dossier(world, shelf, case, out)
    page = (out / "index.html").read_text(encoding="utf-8")
    for words in (
        "hablaron mal",
        "estamos revisando",
        "Versión <code>",
        "textos/notice-abcdefghjkmn.pdf",
        "Rosa",
    ):
        assert words in page
    assert "<script" not in page
    assert "http://" not in page.replace("https://", "")
    said = json.loads((out / "dossier.json").read_text(encoding="utf-8"))
    assert said["rules"][0]["in_force"] is True
    assert said["rules"][0]["rulings"], "what each rule said of the visit"
    assert said["promises"][0]["amount"] == "100000.00"
    pack = json.loads((out / "reglas" / "demo.json").read_text(encoding="utf-8"))
    assert pack["version"] == said["rules"][0]["version"]


def test_a_case_about_no_visit_has_its_hashes_and_says_so(
    world: World, shelf: Shelf, case: str, tmp_path: Path
) -> None:
    new = NewClaim(kind="complaint", source="phone", text="Le llegó una carta que no entiende")
    number = hearing.open_claim(
        world.engine, world.debtors["Rosa"], new, actor="dora", now=NOW, scope=EVERYTHING
    )
    done = dossier(world, shelf, str(number), tmp_path / "out")
    assert (done.visits, done.vouched) == (0, False)
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "El caso no nombra una visita" in page
    assert sums_hold(tmp_path / "out")


def sums_hold(folder: Path) -> bool:
    lines = (folder / "SHA256SUMS.txt").read_text(encoding="utf-8").splitlines()
    held = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {line[66:] for line in lines} == held - {"SHA256SUMS.txt"}
    return all(sha256((folder / line[66:]).read_bytes()).hexdigest() == line[:64] for line in lines)


def test_a_case_is_handed_over_whole_and_readable_with_what_is_left_out_said(
    world: World, shelf: Shelf, case: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = handed(world, shelf, out)
    assert sums_hold(out)
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "Teléfonos y correos de otras personas: 1." in page
    assert "<script" not in page
    left = {what: count for what, count, _ in done.left_out}
    assert left["Teléfonos y correos de otras personas"] == 1
    assert "Notas internas de los casos" in left, "an agency gets no internal notes"
    with (out / "datos" / "visitas.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["note"] for row in rows] == ["Rosa dice que pagará"]
    proof = next((out / "constancias").iterdir())
    assert verdict(proof) == (0, "")
    assert list((proof / "attachments").iterdir()), "her picture is with its proof"
    data = everything(out)
    for word in (STRANGE, "Luis", "Marta", "3109998877"):
        assert word.encode() not in data, word
    kinds = [row["kind"] for row in world.rows(t.facts)]
    assert kinds.count("case.handed_over") == 1


def test_a_visit_that_speaks_of_two_lenders_is_told_and_its_proof_left_out(
    world: World, shelf: Shelf, laptop: Laptop, tmp_path: Path
) -> None:
    laptop.visit("Rosa", note="Por las dos cuentas")
    receive(laptop)
    other = new_id()
    with writing(world.engine) as connection:
        held = connection.execute(t.accounts.select().where(t.accounts.c.debtor_id == world.debtors["Rosa"]))
        mine = held.mappings().first()
        assert mine is not None
        connection.execute(insert(t.lenders).values(id=other, name="Banco Ajeno"))
        account = dict(mine) | {"id": new_id(), "lender_id": other, "number": "AJENA-9"}
        connection.execute(insert(t.accounts).values(**account))
        visit = world.rows(t.visits)[0]["id"]
        row = {"visit_id": visit, "account_id": account["id"], "result": "NAD", "detail": {}}
        connection.execute(insert(t.visit_results).values(**row))
    done = handed(world, shelf, tmp_path / "out", lender_id=mine["lender_id"])
    left = {what for what, _, _ in done.left_out}
    assert "Constancias y fotos de visitas de dos acreedores" in left
    assert "Cuentas de otros acreedores o fuera de alcance" in left
    assert not (tmp_path / "out" / "constancias").exists()
    data = everything(tmp_path / "out")
    assert b"AJENA-9" not in data
    assert b"Banco Ajeno" not in data
    whole = handed(world, shelf, tmp_path / "all")
    assert "Constancias y fotos de visitas de dos acreedores" not in {what for what, _, _ in whole.left_out}


def test_who_asks_for_his_data_gets_them_in_words(
    world: World, shelf: Shelf, case: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    compiling.write_access(world.engine, shelf, world.debtors["Rosa"], out, case="7", actor="dora", now=NOW)
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "Lo que esta oficina sabe de usted" in page
    assert "solicitud 7" in page
    assert sums_hold(out)
    assert b"3109998877" not in everything(out), "his sister's telephone is hers"


def test_out_of_scope_and_a_full_folder_are_refused(
    world: World, shelf: Shelf, case: str, tmp_path: Path
) -> None:
    nobody = Scope((Share(branch="no hay"),))
    with pytest.raises(LookupError):
        dossier(world, shelf, case, tmp_path / "a", scope=nobody)
    with pytest.raises(LookupError):
        handed(world, shelf, tmp_path / "b", scope=nobody)
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "algo").write_text("x")
    with pytest.raises(NotEmpty):
        handed(world, shelf, tmp_path / "c")
    assert (tmp_path / "c" / "algo").exists()


def test_a_zip_has_plain_names_under_one_folder_and_the_same_bytes_twice(
    world: World, shelf: Shelf, case: str, tmp_path: Path
) -> None:
    dossier(world, shelf, case, tmp_path / "out")
    first = compiling.zipped(tmp_path / "out", tmp_path / "one.zip", "caso-1")
    second = compiling.zipped(tmp_path / "out", tmp_path / "two.zip", "caso-1")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as made:
        names = made.namelist()
    assert all(re.fullmatch(r"caso-1/[A-Za-z0-9._/-]+", name) and ".." not in name for name in names)


def test_a_failure_leaves_no_half_folder(
    world: World, shelf: Shelf, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device", "index.html")

    monkeypatch.setattr(compiling.folder.Folder, "page", broken)
    with pytest.raises(OSError, match="No space"):
        handed(world, shelf, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with reading(world.engine) as connection:
        kinds = [row.kind for row in connection.execute(t.facts.select())]
    assert "case.handed_over" not in kinds
