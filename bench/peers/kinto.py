"""Kinto from PyPI in a virtual environment of its own: memory backend, one waitress process, no logging."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..driving import Answer, Call, NotThere, drive, free_port, running

PACKAGES = ("kinto==26.5.0", "waitress==3.0.2", "setuptools<81")
HEADERS = {
    "Authorization": "Basic " + base64.b64encode(b"bench:bench").decode(),
    "Content-Type": "application/json",
}
SETTINGS = """\
[server:main]
use = egg:waitress#main
host = 127.0.0.1
port = {port}
threads = 4
[app:main]
use = egg:kinto
kinto.userid_hmac_secret = bench
multiauth.policies = basicauth
kinto.storage_backend = kinto.core.storage.memory
kinto.cache_backend = kinto.core.cache.memory
kinto.permission_backend = kinto.core.permission.memory
kinto.bucket_create_principals = system.Authenticated
kinto.batch_max_requests = 500
kinto.paginate_by = 500
[loggers]
keys = root
[handlers]
keys = console
[formatters]
keys = plain
[logger_root]
level = ERROR
handlers = console
[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = plain
[formatter_plain]
format = %(message)s
"""


def prepare(cache: Path) -> Path:
    """The `kinto` program, installed once under the cache folder. Raises NotThere where pip cannot."""
    program = cache / "kinto" / "bin" / "kinto"
    if program.exists():
        return program
    venv.create(cache / "kinto", with_pip=True, clear=True)
    python = cache / "kinto" / "bin" / "python"
    done = subprocess.run(
        [python, "-m", "pip", "install", "-q", *PACKAGES], capture_output=True, text=True, timeout=600
    )
    if done.returncode or not program.exists():
        raise NotThere(f"pip cannot install Kinto: {done.stderr.strip()[-300:]}")
    return program


@contextmanager
def serving(cache: Path, folder: Path) -> Iterator[int]:
    program, port = prepare(cache), free_port()
    settings = folder / "kinto.ini"
    settings.write_text(SETTINGS.format(port=port))
    command = [str(program), "start", "--ini", str(settings), "--port", str(port)]
    with running(command, port, folder / "kinto.log"):
        yield port


def collection(port: int, name: str) -> str:
    """An empty collection of its own."""
    drive(port, [Call("PUT", "/v1/buckets/bench", b"{}", HEADERS)])
    path = f"/buckets/bench/collections/{name}"
    drive(port, [Call("PUT", f"/v1{path}", b"{}", HEADERS)])
    return path


def pushes(path: str, records: Sequence[dict[str, Any]], batch: int) -> list[Call]:
    """One PUT a record through the batch endpoint, as kinto.js sends them."""
    calls = []
    for start in range(0, len(records), batch):
        puts = [
            {
                "path": f"{path}/records/{record['id']}",
                "headers": {"If-None-Match": "*"},
                "body": {"data": record},
            }
            for record in records[start : start + batch]
        ]
        body = json.dumps({"defaults": {"method": "PUT"}, "requests": puts}, separators=(",", ":"))
        calls.append(Call("POST", "/v1/batch", body.encode(), HEADERS))
    return calls


def refused(answer: Answer) -> list[Any]:
    """What of a batch was not created."""
    said = json.loads(answer.body)["responses"]
    return [one["body"] for one in said if one["status"] != 201]


def pull(path: str, port: int, limit: int = 500) -> tuple[float, int]:
    """(seconds, records) of reading the whole collection, page by page."""
    seconds, count = 0.0, 0
    where: str | None = f"/v1{path}/records?_limit={limit}"
    while where is not None:
        timed = drive(port, [Call("GET", where, headers=HEADERS)])
        seconds += timed.total
        count += len(json.loads(timed.answers[0].body)["data"])
        following = timed.answers[0].headers.get("next-page")
        where = None if following is None else following[following.index("/v1") :]
    return seconds, count


if __name__ == "__main__":
    print(prepare(Path(sys.argv[1])))
