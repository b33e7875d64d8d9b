"""`ronda office strategy`: the company's strategy, its segments, worklists and who was not visited."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

from sync.cells import safe
from sync.records import Refused
from sync.rules.strategy import StrategyError

from ..office import Office
from ..store import worklists
from ..store.engine import reading
from ..store.scopes import Scope
from ..strategy import grounds, listing, segmenting, showing, using
from .options import DAY, answer, json_option, now, with_office
from .strategy_commission import commission
from .strategy_more import accept, calibrate, reject, writeoffs

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)
ACTOR = "command line"
PIECE = 1_000


@click.group()
def strategy() -> None:
    """The company's strategy: whom to treat how and from when. What the law forbids is in the packs."""


@strategy.command()
@with_office
@click.option("--text", is_flag=True, help="Print the file in force: to copy, edit, check and use.")
@json_option
def show(office: Office, text: bool, as_json: bool) -> None:
    """Show the strategy in force: its segments, stages and lists."""
    with reading(office.engine) as connection:
        held, written = using.in_force(connection), using.text_in_force(connection)
    if text:
        click.echo(written, nl=False)
        return
    figures: dict[str, Any] = {
        "name": held.name,
        "title": held.title,
        "version": held.version,
        "segments": [one.name for one in held.segments],
        "risks": [one.name for one in held.risks],
        "stages": [{"name": one.name, "from_dpd": one.from_dpd} for one in held.ladder.stages],
        "lists": [one.name for one in held.lists],
    }
    lines = [f"{held.label}: {held.title}", "segments: " + ", ".join(one.name for one in held.segments)]
    lines += [f"  from {one.from_dpd:>3} days  {one.title}" for one in held.ladder.stages]
    lines.append("lists: " + ", ".join(one.name for one in held.lists))
    answer(figures, as_json, lines)


@strategy.command()
@click.argument("file", type=FILE)
@json_option
def check(file: Path, as_json: bool) -> None:
    """Check a company's own strategy FILE: that it can be read and agrees with its own test vectors.

    Exits 1 when it does not. What no vector names is told: nothing proves it.
    """
    checked = _checked(file)
    _tell(checked, as_json)
    if checked.failures:
        raise click.exceptions.Exit(1)


@strategy.command()
@with_office
@click.argument("file", type=FILE)
@json_option
def use(office: Office, file: Path, as_json: bool) -> None:
    """Work by this strategy FILE from now on, once it agrees with its own test vectors."""
    try:
        found = using.use(office.engine, file, now=now(), actor=ACTOR)
    except StrategyError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    if isinstance(found, Refused):
        _tell(_checked(file), as_json)
        raise click.exceptions.Exit(1)
    _tell(found, as_json)


@strategy.command()
@with_office
@click.option("--as-of", type=DAY, required=True, help="The day, YYYY-MM-DD.")
@json_option
def segments(office: Office, as_of: date, as_json: bool) -> None:
    """Count the accounts of every segment on a day, without keeping anything."""
    with reading(office.engine) as connection:
        asked = grounds.asked_of(as_of, now())
        standing = grounds.ground(connection, asked)
        tally = listing.Tally()
        for _, each in grounds.everybody(connection, asked, standing):
            for one in each:
                tally.count(one)
        titles = {one.name: one.title for one in standing.strategy.segments}
        label = standing.strategy.label
    rows = [
        {"name": name, "title": titles.get(name, ""), "accounts": tally.segments[name]} for name in titles
    ]
    lines = [f"{row['accounts']:>7}  {row['name']:<20} {row['title']}" for row in rows]
    figures = {"as_of": as_of.isoformat(), "strategy": label, "accounts": tally.accounts, "segments": rows}
    answer(figures, as_json, [*lines, f"{tally.accounts:>7}  all, by {label}"])


@strategy.command()
@with_office
@click.argument("name")
@click.option("--as-of", type=DAY, required=True, help="The day, YYYY-MM-DD.")
@click.option("--version", default="", help="As an earlier strategy defined it (its exact version).")
@click.option("--out", type=OUT, help="Where to write the accounts, as CSV.")
@json_option
def segment(office: Office, name: str, as_of: date, version: str, out: Path | None, as_json: bool) -> None:
    """List the accounts of the saved segment NAME on a day.

    Asked again for the same day, it gives the same list, whatever was imported since. Exits 1 when it cannot.
    """
    try:
        made = segmenting.run(office.engine, name, as_of, now=now(), actor=ACTOR, out=out, version=version)
    except OSError as wrong:
        raise click.ClickException(
            f"{out} cannot be written ({wrong.strerror}); name another file with --out"
        ) from wrong
    if isinstance(made, Refused):
        raise click.ClickException(str(made.reason))
    lines = [f"{made.accounts} accounts of {name} on {as_of}, as known at {made.known_at:%Y-%m-%d %H:%M} UTC"]
    lines += [f"  overdue {amount} {currency}" for currency, amount in made.overdue.items()]
    if made.repeated:
        lines.append("the same list as when it was first asked" if made.same else "NOT the list of then")
    if out is not None:
        lines.append(f"written to {out}")
    answer({**made.to_json(), "out": str(out) if out else None}, as_json, lines)
    if not made.same:
        raise click.exceptions.Exit(1)


@strategy.command("worklists")
@with_office
@click.option("--as-of", type=DAY, required=True, help="The day, YYYY-MM-DD.")
@click.option("--list", "listed", default="", help="With --out: only this list; else every account.")
@click.option("--out", type=OUT, help="Where to write the rows, as CSV.")
@json_option
def worklists_(office: Office, as_of: date, listed: str, out: Path | None, as_json: bool) -> None:
    """Make the worklists of a day: the office's pages show them from then on.

    With --out, the rows with their reasons and whether each contact may be made now, or from when.
    """
    made = listing.make(office.engine, as_of, now=now(), actor=ACTOR)
    figures: dict[str, Any] = {**made.to_json(), "out": str(out) if out else None}
    lines = [f"{made.counts['accounts']} accounts, by {made.strategy} {made.version[:8]}"]
    lines += [f"{count:>7}  {name}" for name, count in made.counts["lists"].items()]
    if out is not None:
        count = _write(out, _rows(office, listed))
        lines.append(f"{count} rows written to {out}")
    answer(figures, as_json, lines)


@strategy.command()
@with_office
@click.option("--as-of", type=DAY, required=True, help="The day, YYYY-MM-DD.")
@click.option("--out", type=OUT, help="Where to write the accounts, as CSV.")
@json_option
def unvisited(office: Office, as_of: date, out: Path | None, as_json: bool) -> None:
    """List who is in the field and was not visited for as long as the strategy allows (two months)."""
    made = listing.make(office.engine, as_of, now=now(), actor=ACTOR)
    with reading(office.engine) as connection:
        run = worklists.run(connection, as_of)
        rows = (
            worklists.page(connection, Scope.everything(), run, worklists.Wanted(), unvisited=True)
            if run is not None
            else []
        )
    told = [
        {
            "lender": row["lender"],
            "account": row["number"],
            "debtor": row["debtor_name"],
            "days_past_due": row["dpd"],
            "days_over": row["unvisited"],
        }
        for row in rows
    ]
    if out is not None:
        _write(out, told)
    lines = [f"{row['days_over']:>5} days over  {row['account']}  {row['debtor']}" for row in told[:50]]
    figures = {"as_of": as_of.isoformat(), "run": made.id, "accounts": told}
    answer(figures, as_json, [f"{len(told)} accounts", *lines])


def _rows(office: Office, listed: str) -> Iterable[dict[str, Any]]:
    moment, scope = now(), Scope.everything()
    with reading(office.engine) as connection:
        run = worklists.run(connection)
        if run is None:
            return
        held = showing.strategy_of(connection, run)
        chosen = held.worklist(listed)
        if listed and chosen is None:
            known = ", ".join(one.name for one in held.lists)
            raise click.ClickException(f"there is no list {listed!r} in {held.label}; there are: {known}")
        place = 0
        while True:
            rows = worklists.page(
                connection, scope, run, worklists.Wanted(), listed=listed, limit=PIECE, offset=place
            )
            if not rows:
                return
            place += len(rows)
            channel = chosen.channel if chosen is not None else ""
            for one in showing.shown(connection, run, rows, listed=listed, channel=channel, now=moment):
                yield showing.cells(one)


def _write(out: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    """The rows as UTF-8 CSV, whole or not at all; a cell that a spreadsheet would run is written as text."""
    part, count = out.with_name(out.name + ".part"), 0
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            for row in rows:
                if not count:
                    writer.writerow(list(row))
                writer.writerow([safe(cell) if isinstance(cell, str) else cell for cell in row.values()])
                count += 1
        part.replace(out)
    except OSError as wrong:
        raise click.ClickException(
            f"{out} cannot be written ({wrong.strerror}); name another file with --out"
        ) from wrong
    finally:
        part.unlink(missing_ok=True)
    return count


def _checked(file: Path) -> using.Checked:
    try:
        return using.check(file)
    except StrategyError as wrong:
        raise click.ClickException(str(wrong)) from wrong


def _tell(checked: using.Checked, as_json: bool) -> None:
    made = checked.strategy
    figures = {
        "strategy": made.name,
        "version": made.version,
        "vectors": len(checked.vectors),
        "failures": checked.failures,
        "without_a_vector": checked.unproved,
        "ok": not checked.failures,
    }
    lines = [f"strategy {made.label}: {len(checked.vectors)} vectors, {len(checked.failures)} fail"]
    lines += [f"  fails: {said}" for said in checked.failures]
    lines += [f"  no vector names {name}" for name in checked.unproved]
    answer(figures, as_json, lines)


for command in (writeoffs, accept, reject, calibrate, commission):
    strategy.add_command(command)
