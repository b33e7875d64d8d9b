"""`ronda office audit`: goes over the visits again and lists the open findings."""

from __future__ import annotations

import click

from ..auditing import audit_all
from ..office import Office
from ..store import findings
from ..store.engine import reading
from ..store.scopes import Scope
from .options import answer, json_option, now, with_office


@click.command()
@with_office
@click.option("--limit", default=50, show_default=True, help="Findings to list.")
@json_option
def audit(office: Office, limit: int, as_json: bool) -> None:
    """Go over every visit again with the audit's rules; keeps what is new, touches nothing else."""
    report = audit_all(office.engine, actor="cli", now=now())
    with reading(office.engine) as connection:
        found = findings.listed(connection, Scope.everything(), limit=limit)
    shown = [
        {
            "id": row["id"],
            "rule": row["rule"],
            "severity": row["severity"],
            "agent": row["agent_name"],
            "because": str(row["because"]),
            "visit": row["visit_id"],
        }
        for row in found
    ]
    lines = [f"{report.visits} visits, {report.new} new findings"]
    lines += [f"{row['severity']:<8} {row['rule']:<28} {row['agent']}: {row['because']}" for row in shown]
    answer(report.to_json() | {"open": shown}, as_json, lines)
