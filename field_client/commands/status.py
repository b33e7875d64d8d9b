"""`ronda field status`: what this laptop has said, what it holds, and how far both sides agree."""

from __future__ import annotations

import json
from typing import Any

import click

from sync.digest import overall
from sync.words import Phrase

from .. import backing_up, delivery
from ..advice import todo
from ..delivery import why_in_review
from ..store import drafts, journal, records, settings
from ..store.db import Store
from ..store.settings import AUTOMATIC
from .options import english, json_option, sentence, with_closed_laptop


@click.command()
@json_option
@with_closed_laptop
def status(store: Store, as_json: bool) -> None:
    """Print what waits, what the office holds, and what this laptop holds."""
    said = status_of(store)
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    click.echo(f"Laptop of {said['agent_name']}, office {said['office_name']} ({said['server']})")
    click.echo(f"Waiting to be sent: {said['unsent']} event(s), {said['visits_unsent']} visit(s)")
    states = said["states"]
    click.echo(
        f"Drafts {states['draft']}, ready to send {states['ready']}, sent {states['sent']}, "
        f"confirmed by the office {states['confirmed']}, in review there {states['review']}"
    )
    for one in said["quarantine"]:
        click.echo(f"  in review: {one['kind']} n={one['n']}: {english(why_in_review(one['code']))}")
    if said["last_failure"]:
        because = english(Phrase.from_json(said["last_failure"]["because"]))
        click.echo(f"The last attempt failed: {because}. {sentence(todo(said['last_failure']['code']))}")
    click.echo(
        f"Last sent: {said['last_sent'] or 'never'}; last received: {said['last_received'] or 'never'}"
    )
    click.echo(f"Last copy: {said['backup']['at'] if said['backup'] else 'never; see ronda field backup'}")
    held = ", ".join(f"{many} {kind}" for kind, many in said["records"].items()) or "nothing yet"
    click.echo(f"Holds: {held}")
    click.echo(f"Chain: {said['head']['incarnation']} n={said['head']['n']} h={said['head']['h'][:16]}…")


def status_of(store: Store) -> dict[str, Any]:
    """Everything `status --json` prints."""
    with store.reading() as db:
        head = journal.head(db, journal.current(db))
        digest = records.digest(db)
        names = ("agent", "agent_name", "office_name", "server", "device", "last_sent", "last_received")
        return {
            **{name: settings.get(db, name) for name in names},
            **journal.counts(db),
            "drafts": len(drafts.all_of(db)),
            "states": delivery.totals(db),
            "automatic": settings.get(db, AUTOMATIC, True),
            "lease_until": settings.get(db, "lease_until"),
            "cursor": settings.get(db, "cursor"),
            "complete": settings.get(db, "complete", False),
            "head": {"incarnation": head.incarnation, "n": head.n, "h": head.h.hex()},
            "records": records.counts(db),
            "digest": overall(digest),
            "buckets": digest,
            "offset_ms": settings.get(db, "offset_ms"),
            "uncertainty_ms": settings.get(db, "uncertainty_ms"),
            "last_failure": settings.get(db, "last_failure"),
            "backup": settings.get(db, backing_up.LAST),
            "sealed": settings.get(db, "sealed", False),
            "quarantine": journal.quarantined(db),
        }
