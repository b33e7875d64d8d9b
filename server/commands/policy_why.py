"""`ronda office policy why`: says of a real account whether it may be contacted then, why not, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from sync.records import Ruling
from sync.rules.clauses import CHANNELS
from sync.rules.policy import zone_of

from ..consulting import Consulted, Question, consult
from ..office import Office
from ..ruling import PARTIES, PLACES
from .options import answer, json_option, now, taken, with_office

PLACE_WORDS = [word for word in PLACES if word]
PARTY_WORDS = [word for word in PARTIES if word]
SURE = {
    "V": "read in the text named",
    "S": "a secondary source",
    "C": "the sources conflict",
    "U": "nobody has verified it",
    "own": "Ronda's or the lender's own choice",
    "fictitious": "made up for the demonstration",
}


class LocalTime(click.ParamType[datetime]):
    """A time such as 2026-11-21T11:00: the debtor's own clock, or with an offset any."""

    name = "local time"

    def convert(
        self, value: datetime | str, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            self.fail(
                f"'{value}' is not a time; write it as 2026-11-21T11:00, the debtor's clock", param, ctx
            )


@click.command("why")
@with_office
@click.option("--account", required=True, help="The account's number in its lender's file, or its id.")
@click.option("--lender", help="Whose account, where several lenders use that number.")
@click.option("--at", "at", type=LocalTime(), required=True, help="When, on the debtor's own clock.")
@click.option("--channel", type=click.Choice(CHANNELS), default="visit", show_default=True)
@click.option("--place", type=click.Choice(PLACE_WORDS), help="Where; else what his address is.")
@click.option("--party", type=click.Choice(PARTY_WORDS), help="With whom; left out: not known yet.")
@click.option("--address", help="The id of the address to be visited; else his first accepted one.")
@click.option("--cash", is_flag=True, help="Money would be taken.")
@click.option("--reason", is_flag=True, help="The reason for the default would be asked.")
@click.option("--minutes", type=click.IntRange(0, 600), default=12, show_default=True, help="How long.")
@json_option
def why(
    office: Office,
    account: str,
    lender: str | None,
    at: datetime,
    channel: str,
    place: str | None,
    party: str | None,
    address: str | None,
    cash: bool,
    reason: bool,
    minutes: int,
    as_json: bool,
) -> None:
    """Say whether an account may be contacted then, which rules decide, from what source, and when it may.

    The same answer as on the laptop's pages: by the account's own pack, in the debtor's zone and
    municipality, with all that was ever done and is planned to be. Exits 0 whatever the verdict.
    """
    question = Question(
        at,
        channel,
        address,
        PLACES[place] if place else None,
        PARTIES[party] if party else None,
        cash,
        reason,
        timedelta(minutes=minutes),
    )
    found = taken(consult(office.engine, account, question, lender=lender, now=now()))
    lines = [line for one in found for line in _lines(one)]
    answer({"accounts": [one.to_json() for one in found]}, as_json, lines)


def _lines(one: Consulted) -> list[str]:
    where = zone_of(one.zone) or UTC
    policy = one.said.policy
    lines = [
        f"{one.account.number} ({one.lender}), {one.channel}, {one.at.astimezone(where):%Y-%m-%d %H:%M} "
        f"{one.zone}: {one.said.verdict.decision}"
    ]
    lines += [line for ruling in one.said.decisive for line in _rule_lines(one, ruling)]
    when = one.said.next_allowed
    if when is None:
        lines.append("  next allowed: no waiting helps within 60 days")
    else:
        lines.append(f"  next allowed: {when.astimezone(where):%Y-%m-%d %H:%M}")
    if policy is None:
        lines.append(f"  the pack '{one.account.pack}' is not known here: nothing is allowed")
    elif policy.needs_signoff:
        lines.append(f"  pack {policy.name}, confidence {policy.confidence}: needs a local lawyer's sign-off")
    else:
        lines.append(f"  pack {policy.name}, signed off by {policy.reviewer or 'nobody named'}")
    return lines


def _rule_lines(one: Consulted, ruling: Ruling) -> list[str]:
    cite = one.said.cite(ruling)
    lines = [f"  {ruling.decision} {ruling.rule}: {ruling.because}"]
    if cite is not None:
        if cite.source:
            lines.append(f"    source: {cite.source}")
        if cite.quote:
            lines.append(f"    quote: {cite.quote}")
        lines.append(f"    confidence: {cite.confidence}, {SURE[cite.confidence]}")
    return lines
