"""`ronda field visit`: saves visits from options or from a file of JSON lines. Knows no rule."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import click

from sync.digest import canonical
from sync.records import LocationSource, Party, Place, Reason, Result
from sync.rules.answers import FieldError
from sync.wire.fields import instant
from sync.words import Phrase

from ..clock import SystemClock
from ..drafting import Draft
from ..photographing import PHOTO, SIGNATURE, develop, typed_signature
from ..sheets import TYPED, draft_of
from ..store import cases, records
from ..store.attachments import Picture
from ..store.db import Store
from ..today import day_of
from ..visiting import Problem, Saved, record_visit
from .options import json_option, problem_json, with_laptop

IMAGE = click.Path(exists=True, dir_okay=False, path_type=Path)


def codes(enum: Any) -> click.Choice[str]:
    return click.Choice([member.value for member in enum])


@click.command()
@click.option(
    "--from",
    "file",
    type=click.File("rb"),
    help="A file with one visit a line, as JSON ('-' for standard input); see field_client/sheets.py.",
)
@click.option("--stop", help="The stop visited: its number in `ronda field today`, or its id.")
@click.option("--debtor", help="Who was visited, when it was no stop of the route.")
@click.option("--party", type=codes(Party), help="Who answered.")
@click.option("--place", type=codes(Place), help="Where (else from the address).")
@click.option("--result", type=codes(Result), help="What came of it, for every account of the stop.")
@click.option("--account", "accounts", multiple=True, help="Only this account: its number or id.")
@click.option("--reason", type=codes(Reason), help="Why the debtor fell behind, where it may be asked.")
@click.option("--detail", "details", multiple=True, metavar="KEY=VALUE", help="A field of the result.")
@click.option("--start", help="When it began, if typed later: 2026-11-23T10:40 in the debtor's zone.")
@click.option("--end", help="When it ended.")
@click.option("--line", type=int, help="The line on the paper route sheet.")
@click.option("--note", default="", help="Free text.")
@click.option(
    "--photo", "photos", multiple=True, type=IMAGE, help="A photo of the visit, JPEG or PNG; may be repeated."
)
@click.option("--signature", type=IMAGE, help="A picture of the signature.")
@click.option("--signed-by", default="", help="The name of who signs, in the place of a picture.")
@click.option("--override-reason", default="", help="Why it was made although the rules did not allow it.")
@json_option
@with_laptop
def visit(store: Store, file: BinaryIO | None, as_json: bool, **options: Any) -> None:
    """Save one visit from options, or every visit of --from FILE.

    Each visit is saved on its own: a line that cannot be saved is named with the reason, the others
    are kept. The exit code is 1 when any was not saved.
    """
    if file is None and not (options["stop"] or options["debtor"]):
        raise click.UsageError("Name the --stop or the --debtor visited, or give --from FILE.")
    if file is not None and (options["photos"] or options["signature"] or options["signed_by"]):
        raise click.UsageError("--photo and the signature are of one visit; they do not go with --from.")
    options["stop"] = _stop_id(store, options["stop"])
    lines = _lines(file) if file is not None else iter([(1, _from_options(store, options))])
    saved: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    clock = SystemClock()
    try:
        for number, said in lines:
            reading = clock.read()
            draft = draft_of(store, said, reading.wall) if isinstance(said, dict) else said
            if isinstance(draft, Draft) and file is None:
                draft = _pictured(store, draft, **options)
            if isinstance(draft, str):
                refused.append({"line": number, "problems": [{"because": draft}]})
                continue
            result = draft if isinstance(draft, list) else record_visit(store, draft, reading)
            if isinstance(result, Saved):
                saved.append(_saved_json(number, result))
            else:
                problems: list[Problem] = list(result if isinstance(result, list) else result.problems)
                refused.append({"line": number, "problems": [problem_json(one) for one in problems]})
    finally:  # what is saved is said even when the folder or the file fails half way
        _report(saved, refused, as_json)
    if refused:
        raise click.ClickException(f"{len(refused)} visit(s) not saved, {len(saved)} saved.")


def _stop_id(store: Store, said: str | None) -> str | None:
    """The id of the stop with this number on the day that `today` prints; an id as it is."""
    if said is None or not said.isdecimal():
        return said
    day = day_of(store, SystemClock().read().wall)
    found = next((one.id for one in day.stops if one.sequence == int(said)), None) if day else None
    if found is None:
        raise click.ClickException(f"The day has no stop {said}; see `ronda field today`. Nothing was saved.")
    return found


def _lines(file: BinaryIO) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Each line's object, or a sentence for a line that holds none."""
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        yield number, _object(line)


def _object(line: bytes) -> dict[str, Any] | str:
    """The object of one line; a line in another encoding spoils only itself."""
    try:
        said = json.loads(line.decode("utf-8-sig"))
        if isinstance(said, dict):
            canonical(said)  # no NaN and no half of a character, which a journal cannot hold
            return said
    except UnicodeDecodeError:
        return "this line is not written in UTF-8: save the file as UTF-8"
    except (ValueError, RecursionError):
        pass  # said below, as for a line that is JSON and no object
    return "this line is not a JSON object"


def _from_options(store: Store, options: dict[str, Any]) -> dict[str, Any]:
    """The same object a line of a file would hold."""
    detail = {}
    for pair in options["details"]:
        key, equals, value = pair.partition("=")
        if not equals:
            raise click.UsageError(f"--detail {pair}: write it as KEY=VALUE, e.g. --detail amount=150000")
        detail[key.strip()] = value.strip()
    accounts = options["accounts"] or _accounts(store, options["stop"], options["debtor"])
    one = {"result": options["result"], "reason": options["reason"], "detail": detail}
    known = "paper" if options["line"] else "later" if options["start"] else "live"
    said = {key: options[key] for key in ("stop", "debtor", "party", "place", "note", "override_reason")}
    happened = {"known": known, "start": options["start"], "end": options["end"], "line": options["line"]}
    return said | {"happened": happened, "results": [{"account": name, **one} for name in accounts]}


def _pictured(
    store: Store, draft: Draft, photos: Sequence[Path], signature: Path | None, signed_by: str, **_: Any
) -> Draft | list[FieldError]:
    """The draft with its pictures, or what is wrong with each. A photo's place is used when none was told."""
    with store.reading() as db:
        zone = cases.state_of(db, draft.debtor).zone
    roles = [*((path, PHOTO) for path in photos), *((path, SIGNATURE) for path in [signature] if path)]
    made = [develop(path.read_bytes(), role, path.name, zone) for path, role in roles]
    wrong = [FieldError("photos", one, "visit.pictures") for one in made if isinstance(one, Phrase)]
    if wrong:
        return wrong
    pictures = [one for one in made if isinstance(one, Picture)]
    if (typed := typed_signature(signed_by)) is not None and signature is None:
        pictures.append(typed)
    where = next((one.location for one in pictures if one.location is not None), None)
    untold = draft.location.source is LocationSource.NONE and draft.location.reason == TYPED
    location = where if where is not None and untold else draft.location
    return replace(draft, pictures=tuple(pictures), location=location)


def _accounts(store: Store, stop: str | None, debtor: str | None) -> list[str]:
    with store.reading() as db:
        for route in records.all_of(db, "route"):
            for said in route["stops"]:
                if said["id"] == stop:
                    return list(said["accounts"])
        return list(cases.state_of(db, debtor or "").accounts)


def _saved_json(number: int, result: Saved) -> dict[str, Any]:
    return {
        "line": number,
        "visit": result.visit,
        "n": result.n,
        "events": list(result.events),
        "verdict": result.verdict.decision,
        "recorded": instant(result.recorded),
        "again": result.again,
    }


def _report(saved: list[dict[str, Any]], refused: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"saved": saved, "refused": refused}, ensure_ascii=False))
    else:
        for one in saved:
            again = " (it already was)" if one["again"] else ""
            click.echo(f"Line {one['line']}: saved as {one['visit']}{again}; the rules say {one['verdict']}.")
    for one in refused:
        for problem in one["problems"]:
            named = " ".join(problem[key] for key in ("field", "account") if problem.get(key))
            click.echo(f"Line {one['line']}: {named + ': ' if named else ''}{problem['because']}", err=True)
