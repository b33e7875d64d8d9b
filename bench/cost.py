"""What the office spends on a push: `python -m bench.cost [--batch 25] [--requests 40] [--pull] [--profile]`.

In this process, without a network and without the other side's work: processor time and statements of
each request, the least and the median. It stands where a loaded machine makes seconds worthless.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import io
import pstats
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from sqlalchemy import event

from server.app import create_app
from sync.wire import codec

from . import world
from .driving import Call
from .peers import office

SHOWN = 120  # letters of a statement


def main() -> None:
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="ronda-cost-") as folder:
        held = world.make_office(Path(folder) / "office")
        app = create_app(held)
        statements = _counted(held.engine) if asked.statements else Counter[str]()
        calls, events = _pulls(held, asked) if asked.pull else _pushes(held, asked)
        for call in calls[: asked.warm]:
            _ask(app, _environ(call), [])
        calls, events = calls[asked.warm :], events[asked.warm :]
        statements.clear()
        profile = cProfile.Profile(time.process_time) if asked.profile else None
        spent, waited = _measure(app, calls, profile)
        each = sum(statements.values()) / len(calls)
        held.engine.dispose()
    per = [cost / many * 1e6 for cost, many in zip(spent, events, strict=True)]
    what = "row" if asked.pull else "event"
    print(
        f"{len(calls)} requests of {events[0]}: processor {min(per):.0f} us a {what} at the least, "
        f"{median(per):.0f} in the middle; {median(spent) * 1e3:.2f} ms of processor and "
        f"{median(waited) * 1e3:.2f} ms on the clock a request{f'; {each:.1f} statements' if each else ''}"
    )
    if asked.statements:
        for text, many in statements.most_common():
            print(f"{many / len(calls):6.1f}  {text}")
    if profile is not None:
        _told(profile, asked.profile)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.cost", description=__doc__)
    parser.add_argument("--batch", type=int, default=25, help="events of a request")
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--warm", type=int, default=5, help="requests before those that count")
    parser.add_argument("--pull", action="store_true", help="pages of 500 of a feed instead")
    parser.add_argument("--statements", action="store_true", help="print each statement and how often it ran")
    parser.add_argument("--profile", default="", metavar="ORDER", help="print a profile: tottime, cumtime")
    return parser.parse_args()


def _pushes(held: Any, asked: argparse.Namespace) -> tuple[list[Call], list[int]]:
    many = asked.batch * (asked.requests + asked.warm)
    laptop = world.add_laptops(held, 1)[0]
    world.work(laptop, many, random.Random(world.SEED))
    del laptop.entries[many:]
    calls = office.pushes(laptop, asked.batch)
    return calls, [asked.batch] * len(calls)


def _pulls(held: Any, asked: argparse.Namespace) -> tuple[list[Call], list[int]]:
    laptop = world.add_laptops(held, 1, debtors=600)[0]
    cursor = {"epoch": world.epoch_of(held), "number": 0}
    call = office.pull(laptop, cursor)
    return [call] * (asked.requests + asked.warm), [500] * (asked.requests + asked.warm)


def _counted(engine: Any) -> Counter[str]:
    """What SQLite itself is asked, a statement run for many rows counted once."""
    statements: Counter[str] = Counter()
    last = ""

    def count(text: str) -> None:
        nonlocal last
        said = " ".join(text.split())[:SHOWN]
        if said.partition("(")[0] != last.partition("(")[0] or not said.startswith("INSERT"):
            statements[said] += 1
        last = said

    @event.listens_for(engine, "connect")
    def listen(connection: Any, _record: Any) -> None:
        connection.set_trace_callback(count)

    engine.dispose()  # so that every connection is a new one
    return statements


def _environ(call: Call) -> dict[str, Any]:
    """The request as waitress hands it over."""
    environ = {
        "REQUEST_METHOD": call.method,
        "PATH_INFO": call.path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(call.body),
        "wsgi.version": (1, 0),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(call.body)),
        "HTTP_HOST": "127.0.0.1:8000",
    }
    for name, value in call.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ


def _ask(app: Flask, environ: dict[str, Any], said: list[Any]) -> bytes:
    """One request through the whole app."""

    def start(status: str, headers: list[tuple[str, str]], _wrong: Any = None) -> Callable[[bytes], object]:
        said.extend((status, dict(headers)))
        return lambda _: None

    parts = app.wsgi_app(environ, start)
    body = b"".join(parts)
    getattr(parts, "close", lambda: None)()
    return body


def _check(body: bytes, said: list[Any]) -> None:
    if said[0] != "200 OK":
        raise RuntimeError(f"the office answered {said[0]}: {body[:300]!r}")
    told = codec.decode(body, said[1].get("Content-Encoding"))
    if told["quarantined"]:
        raise RuntimeError(f"the office set aside {told['quarantined'][:2]}")


def _measure(
    app: Flask, calls: list[Call], profile: cProfile.Profile | None
) -> tuple[list[float], list[float]]:
    spent, waited = [], []
    said: list[Any]
    ask = _ask if profile is None else _profiled(profile)
    gc.collect()
    gc.disable()
    try:
        for call in calls:
            environ, said = _environ(call), []
            began, started = time.process_time(), time.perf_counter()
            body = ask(app, environ, said)
            spent.append(time.process_time() - began)
            waited.append(time.perf_counter() - started)
            _check(body, said)
    finally:
        gc.enable()
    return spent, waited


def _profiled(profile: cProfile.Profile) -> Callable[[Flask, dict[str, Any], list[Any]], bytes]:
    return lambda app, environ, said: profile.runcall(_ask, app, environ, said)


def _told(profile: cProfile.Profile, order: str) -> None:
    pstats.Stats(profile).sort_stats(order).print_stats(60)


if __name__ == "__main__":
    main()
