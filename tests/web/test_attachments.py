"""Pictures and papers on the office's pages: shown alone, to who may see them, and what lacks."""

from __future__ import annotations

import io

from server.store import tables as t
from server.store.engine import reading
from sync.wire.attachments import digest_of

from .conftest import ClientOf
from .worlds import PDF, World, csrf_of, facts_of, log_in


def test_a_picture_is_shown_alone_to_who_may_see_its_visit(seen: World, reader: ClientOf) -> None:
    path = f"/attachments/{seen.pictures['Rosa']}"
    shown = reader("carla").get(path)
    assert shown.status_code == 200
    assert shown.data.startswith(b"\xff\xd8\xff")
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert shown.headers["Content-Disposition"].startswith("inline; filename=")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert reader("hilda").get(path).status_code == 404, "of another branch"
    assert reader("carla").get(f"/attachments/{seen.pictures['Rosa, falta']}").status_code == 404


def test_a_visit_says_which_photo_lacks_and_since_when(seen: World, reader: ClientOf) -> None:
    page = reader("carla").get(f"/visits/{seen.visits['Rosa']}").text
    assert f"/attachments/{seen.pictures['Rosa']}" in page
    assert "Falta la foto" in page
    assert "0 de 180 KiB" in page
    board = reader("carla").get("/attachments/").text
    assert "falta 1" in board
    assert "0 de 180 KiB" in board
    assert "No falta ninguna" in reader("bruno").get("/attachments/").text, "nothing of another branch"
    assert "Falta 1 foto" in reader("carla").get("/visits/").text


def test_a_coordinator_files_a_paper_and_a_page_is_no_paper(world: World) -> None:
    nora = log_in(world.app(), "nora")
    account = world.accounts["Rosa"][1]

    def upload(data: bytes, name: str) -> str:
        said = {
            "csrf_token": csrf_of(nora.get("/").text),
            "kind": "contrato",
            "file": (io.BytesIO(data), name),
        }
        answer = nora.post(f"/attachments/papers/of/{account}", data=said, follow_redirects=True)
        return str(answer.text)

    assert "Solo se guardan documentos PDF" in upload(b"<script>alert(1)</script>", "x.pdf")
    page = upload(PDF, "../../contrato 7.pdf")
    assert "llegará al portátil" in page
    assert "contrato 7.pdf" in page
    assert "../" not in page.partition("contrato 7.pdf")[0][-40:]
    with reading(world.office.engine) as connection:
        rows = list(connection.execute(t.papers.select().where(t.papers.c.account_id == account)).mappings())
    assert [row["sha256"] for row in rows] == [digest_of(PDF)]
    assert facts_of(world)[-1]["kind"] == "paper.filed"
    read = nora.get(f"/attachments/papers/{rows[0]['id']}")
    assert (read.data, read.headers["Content-Type"]) == (PDF, "application/pdf")
