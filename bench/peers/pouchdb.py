"""PouchDB replicating to express-pouchdb, both on the memory adapter; and the server's bulk endpoint."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..driving import Call, NotThere, drive, free_port, running

HERE = Path(__file__).parent / "pouch"
HEADERS = {"Content-Type": "application/json"}


def prepare(cache: Path) -> Path:
    """The folder with both programs and their packages, installed once. Raises NotThere where npm cannot."""
    folder = cache / "pouch"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "server.js", "replicate.js"):
        shutil.copy(HERE / name, folder / name)
    if (folder / "node_modules" / "express-pouchdb").is_dir():
        return folder
    try:
        done = subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--silent"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=600,
        )
    except (OSError, subprocess.TimeoutExpired) as wrong:
        raise NotThere(f"npm cannot install PouchDB: {wrong}") from wrong
    if done.returncode or not (folder / "node_modules" / "express-pouchdb").is_dir():
        raise NotThere(f"npm cannot install PouchDB: {done.stderr.strip()[-300:]}")
    return folder


@contextmanager
def serving(cache: Path, folder: Path) -> Iterator[int]:
    programs, port = prepare(cache), free_port()
    with running(["node", str(programs / "server.js"), str(port)], port, folder / "pouch.log"):
        yield port


def replicate(
    cache: Path, port: int, documents: Path, batch: int, repeats: int = 1, through: int | None = None
) -> list[dict[str, float]]:
    """Seconds of each push and pull of the documents by PouchDB itself; `through` another port."""
    url = f"http://127.0.0.1:{through or port}"
    command = ["node", str(cache / "pouch" / "replicate.js"), url, str(documents), str(batch), str(repeats)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    if done.returncode:
        raise NotThere(f"PouchDB did not replicate: {done.stderr.strip()[-300:]}")
    runs: list[dict[str, float]] = json.loads(done.stdout.splitlines()[-1])
    return runs


def bulk(name: str, records: Sequence[dict[str, Any]], batch: int) -> list[Call]:
    """The server's half alone: `_bulk_docs` with prepared bodies, no revisions compared, no checkpoint."""
    calls = []
    for start in range(0, len(records), batch):
        docs = [_document(record) for record in records[start : start + batch]]
        calls.append(Call("POST", f"/{name}/_bulk_docs", json.dumps({"docs": docs}).encode(), HEADERS))
    return calls


def create(port: int, name: str) -> None:
    drive(port, [Call("PUT", f"/{name}", headers=HEADERS)])


def changes(port: int, name: str, limit: int = 500) -> tuple[float, int]:
    """(seconds, documents) of reading the changes feed with its documents, page by page."""
    seconds, count, since = 0.0, 0, 0
    while True:
        path = f"/{name}/_changes?include_docs=true&limit={limit}&since={since}"
        timed = drive(port, [Call("GET", path, headers=HEADERS)])
        said = json.loads(timed.answers[0].body)
        if not said["results"]:
            return seconds, count
        seconds += timed.total
        count += len(said["results"])
        since = said["last_seq"]


def write_documents(path: Path, records: Sequence[dict[str, Any]]) -> Path:
    path.write_text(json.dumps([_document(record) for record in records]))
    return path


def _document(record: dict[str, Any]) -> dict[str, Any]:
    return {"_id": record["id"], **{name: value for name, value in record.items() if name != "id"}}
