"""`ronda office policy`: checks a pack with its own vectors, and judges a file of situations."""

from __future__ import annotations

from pathlib import Path

import click

from sync import policies
from sync.rules.policy import PolicyError
from sync.rules.vectors import failure, unproved

from ..holidays_of import expand
from ..lists import WrongList
from ..packs import pack_of
from ..ruling import decide_list
from .options import answer, json_option
from .policy_holiday import holiday
from .policy_lint import lint
from .policy_override import commission, override
from .policy_why import why

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)


@click.group()
def policy() -> None:
    """Contact-policy packs: what the law lets a collector do, as data with sources and test vectors."""


@policy.command("list")
@json_option
def listed(as_json: bool) -> None:
    """List the packs that come with Ronda, with their jurisdiction and how sure their sources are."""
    packs = [(name, policies.load(name, expand)) for name in policies.available()]
    rows = [
        {
            "name": name,
            "title": pack.title,
            "jurisdiction": pack.jurisdiction,
            "regime": pack.regime,
            "confidence": pack.confidence,
            "vectors": len(policies.vectors(name)),
            "needs_signoff": pack.needs_signoff,
            "valid_to": pack.valid_to.isoformat() if pack.valid_to else "",
            "signed_off_by": pack.reviewer,
        }
        for name, pack in packs
    ]
    lines = [
        f"{row['name']:<20} {row['title']}{'  (not signed off)' if row['needs_signoff'] else ''}"
        for row in rows
    ]
    lines.append("No pack is legal advice: each needs a local lawyer's sign-off before real use.")
    answer({"packs": rows}, as_json, lines)


@policy.command()
@click.argument("file", type=FILE)
@json_option
def check(file: Path, as_json: bool) -> None:
    """Check a company's own pack FILE: that it can be read and agrees with its own test vectors.

    Exits 1 when it does not. Rules without a vector are named: nothing proves them.
    """
    try:
        pack, vectors = policies.load(file, expand), policies.vectors(file)
        wrong = [said for vector in vectors if (said := failure(pack, vector)) is not None]
    except (PolicyError, ValueError) as broken:
        raise click.ClickException(str(broken)) from broken
    if not vectors:
        wrong = [f"pack {pack.name} has no [[vectors]]: nothing shows that it says what was meant"]
    bare = unproved(pack, vectors)
    figures = {
        "pack": pack.name,
        "version": pack.version,
        "vectors": len(vectors),
        "failures": wrong,
        "rules_without_a_vector": bare,
        "ok": not wrong,
    }
    lines = [f"pack {pack.name}, version {pack.version[:12]}: {len(vectors)} vectors, {len(wrong)} fail"]
    lines += [f"  fails: {said}" for said in wrong]
    lines += [f"  no vector names {rule}" for rule in bare]
    answer(figures, as_json, lines)
    if wrong:
        raise click.exceptions.Exit(1)


@policy.command()
@click.argument("file", metavar="FILE.csv", type=FILE)
@click.option("--out", type=OUT, required=True, help="Where to write the file again, with the verdicts.")
@json_option
def decide(file: Path, out: Path, as_json: bool) -> None:
    """Judge one situation per row of FILE.csv, as the laptop would at the door.

    Columns: `pack, channel, at` (local ISO time), and where known `place, party, zone, credit_type,
    exception_evidence, address_origin, contacts_this_week, contacts_today, pays_cash, minutes,
    municipality, oldest_due, last_payment`. Adds
    `verdict, rule, source, next_allowed`. Exits 1 when some row could not be read (verdict `invalid`).
    """
    try:
        counts = decide_list(file, out, pack_of)
    except WrongList as wrong:
        raise click.ClickException(str(wrong)) from wrong
    said = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    answer({**counts, "out": str(out)}, as_json, [said, f"written to {out}"])
    if counts["invalid"]:
        raise click.exceptions.Exit(1)


for command in (why, holiday, override, commission, lint):
    policy.add_command(command)
