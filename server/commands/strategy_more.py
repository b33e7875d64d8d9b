"""`ronda office strategy writeoffs | accept | reject | calibrate`: a person decides; the score is tried."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from sync.records import Refused

from ..office import Office
from ..store import writeoffs as store
from ..store.engine import reading
from ..store.said import phrase_of
from ..store.scopes import Scope
from ..strategy import calibrating, writing_off
from .options import DAY, answer, json_option, now, with_office

ACTOR = "command line"
SHOWN = 20


@click.command()
@with_office
@click.option("--as-of", type=DAY, required=True, help="The day, YYYY-MM-DD.")
@json_option
def writeoffs(office: Office, as_of: date, as_json: bool) -> None:
    """Propose the debts of which going on costs more than it brings; a person accepts or rejects each."""
    made = writing_off.propose(office.engine, as_of, now=now(), actor=ACTOR)
    with reading(office.engine) as connection:
        rows = store.listed(connection, Scope.everything(), state="open")
    figures = {**made.to_json(), "proposals": [_told(row) for row in rows]}
    lines = [
        f"{made.looked_at} debts reckoned by {made.strategy}: {made.fresh} new proposals, "
        f"{made.again} reckoned again, {made.withdrawn} withdrawn"
    ]
    for row in rows[:SHOWN]:
        lines.append(f"{row['id']}  {row['number']}  net {row['net_minor']} minor units of {row['currency']}")
        lines += [f"    {line['minor']:>14}  {phrase_of(line['because'])}" for line in row["lines"]]
    if len(rows) > SHOWN:
        lines.append(f"and {len(rows) - SHOWN} more: --json has them all")
    lines += [
        f"no costs are told in {currency}: add [writeoff.costs.{currency}]" for currency in made.no_costs
    ]
    answer(figures, as_json, lines)


@click.command()
@with_office
@click.argument("proposal")
@click.option("--why", required=True, help="The reason, kept with the decision.")
def accept(office: Office, proposal: str, why: str) -> None:
    """Accept a PROPOSAL (its id): the account leaves the worklists. Its lender closes it."""
    _decide(office, proposal, why, accepted=True)


@click.command()
@with_office
@click.argument("proposal")
@click.option("--why", required=True, help="The reason, kept with the decision.")
def reject(office: Office, proposal: str, why: str) -> None:
    """Reject a PROPOSAL (its id): work on the account goes on."""
    _decide(office, proposal, why, accepted=False)


@click.command()
@with_office
@click.option("--since", type=DAY, help="Only visits from this day on (else the last year).")
@click.option("--most", type=click.IntRange(1), default=calibrating.MOST, show_default=True)
@json_option
def calibrate(office: Office, since: date | None, most: int, as_json: bool) -> None:
    """Compare "pays if visited" with what was paid after past visits, by tenths and in a Brier score.

    Each visit is scored on what the office knew when it began. Tells which figures of [score] would have
    fitted best; using them is a person's choice.
    """
    made = calibrating.run(office.engine, now=now(), actor=ACTOR, since=since, most=most)
    found = made.calibration
    lines = [
        f"{found.visits} visits that met somebody since {made.since}; paid within "
        f"{made.pays_within_days} days: {found.paid}"
    ]
    lines += [f"  left aside: {count}, {why}" for why, count in made.left_aside.items()]
    for number, one in enumerate(found.tenths, 1):
        lines.append(
            f"  {number:>2}. {one.visits:>5} visits  foretold {one.foretold:6.1%}  paid {one.paid:6.1%}"
        )
    if found.brier is not None and found.base is not None:
        lines.append(f"Brier {found.brier:.4f}; always the share of all: {found.base:.4f}")
    if found.fitted is not None and found.fitted_brier is not None:
        lines.append(
            f"best fitting: even = {found.fitted.even}, spread = {found.fitted.spread} "
            f"(Brier {found.fitted_brier:.4f}); in force: even = {found.scale.even}, "
            f"spread = {found.scale.spread}"
        )
    answer(made.to_json(), as_json, lines)


def _decide(office: Office, proposal: str, why: str, *, accepted: bool) -> None:
    try:
        found = writing_off.decide(
            office.engine,
            Scope.everything(),
            proposal,
            accept=accepted,
            why=why,
            actor=ACTOR,
            now=now(),
        )
    except LookupError:
        raise click.ClickException(
            f"there is no proposal {proposal}; `ronda office strategy writeoffs --as-of DAY` lists them"
        ) from None
    if isinstance(found, Refused):
        raise click.ClickException(str(found.reason))
    click.echo("accepted" if accepted else "rejected")


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "lender": row["lender"],
        "account": row["number"],
        "days_past_due": row["dpd"],
        "currency": row["currency"],
        "total_minor": row["total_minor"],
        "net_minor": row["net_minor"],
        "lines": [
            {"minor": line["minor"], "because": str(phrase_of(line["because"]))} for line in row["lines"]
        ],
    }
