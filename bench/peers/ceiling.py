"""The ceiling: bare Flask routes under the same WSGI server, with the wire's codec and one statement each.

`python -m bench.peers.ceiling PORT DATABASE`. `/push` decodes the very body the office is sent and inserts
its events with executemany (WAL, synchronous FULL); `/pull` selects the rows of a feed's page and encodes
that page as the office does. Nothing is checked, nothing is signed, nobody is asked who he is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from json.encoder import encode_basestring as quoted
from pathlib import Path

import sqlcipher3
import waitress
from flask import Flask, Response, request

from sync.wire import codec

from ..driving import free_port, running

TABLES = """
PRAGMA journal_mode=WAL;
CREATE TABLE IF NOT EXISTS events (incarnation TEXT, n INTEGER, header TEXT, salt TEXT, body TEXT,
  PRIMARY KEY (incarnation, n));
CREATE TABLE IF NOT EXISTS feeds (agent TEXT, number INTEGER, kind TEXT, record TEXT, gone INTEGER,
  payload TEXT, PRIMARY KEY (agent, number));
"""


def app(database: str) -> Flask:
    held = sqlcipher3.connect(database, check_same_thread=False, isolation_level=None)
    held.executescript(TABLES)
    held.execute("PRAGMA synchronous=FULL")
    bare = Flask("ceiling")

    @bare.post("/push")
    def push() -> Response:
        said = codec.decode(request.get_data(cache=False), request.headers.get("Content-Encoding"))["push"]
        name = said["incarnation"]
        rows = [(name, one["n"], one["header"], one["salt"], one["body"]) for one in said["events"]]
        held.execute("BEGIN IMMEDIATE")
        held.executemany("INSERT INTO events VALUES (?,?,?,?,?)", rows)
        held.execute("COMMIT")
        return answer({"have": said["head"]})

    @bare.post("/pull")
    def pull() -> Response:
        asked = codec.decode(request.get_data(cache=False), request.headers.get("Content-Encoding"))
        after, limit = asked["pull"]["cursor"]["number"], asked["pull"]["limit"]
        rows = held.execute(
            "SELECT number, kind, record, gone, payload FROM feeds WHERE agent = ? AND number > ? "
            "ORDER BY number LIMIT ?",
            (asked["agent"], after, limit),
        ).fetchall()
        # A payload is JSON already: it goes into the page as it is stored.
        page = ",".join(
            f'{{"number":{number},"kind":{quoted(kind)},"id":{quoted(record)},'
            f'"gone":{"true" if gone else "false"},"payload":{payload}}}'
            for number, kind, record, gone, payload in rows
        )
        cursor = {"number": rows[-1][0] if rows else after}
        return answer({"page": {"cursor": cursor, "rows": codec.Written(f"[{page}]")}})

    return bare


def answer(message: object) -> Response:
    body, encoding = codec.encode(message, codec.accepted(request.headers.get("Accept-Encoding")))
    response = Response(body, mimetype="application/json")
    if encoding != "identity":
        response.headers["Content-Encoding"] = encoding
    return response


@contextmanager
def serving(folder: Path, threads: int = 8) -> Iterator[int]:
    """The port it listens on; its database is `ceiling.db` in the folder."""
    port = free_port()
    database = str(folder / "ceiling.db")
    command = [sys.executable, "-m", "bench.peers.ceiling", str(port), database, str(threads)]
    with running(command, port, folder / "ceiling.log"):
        yield port


if __name__ == "__main__":
    waitress.serve(
        app(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), threads=int(sys.argv[3]), ident="ceiling"
    )
