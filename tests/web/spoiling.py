"""Puts hostile texts into every column that people or files can fill, row by row, behind the program's back.

What a column holds is said once, by its name: typed by somebody, or made by the program (codes, keys,
hashes, signatures). A column that neither list knows is a mistake that `unknown()` names, so that a new
table cannot bring in a text that nobody spoils.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import JSON, Column, Connection, Engine, Table, Text, func, select, update
from sqlalchemy.types import String

from server.store.engine import reading, writing
from server.store.tables import metadata
from server.store.types import UTCDateTime

from .hostile_texts import RUN


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Filled by a person, by a lender's file or by a laptop.
TYPED = names(
    """
    agreed_by approved_name approver asked asked_name avoid bank basis because branch cancelled_because cause
    channel city client column counter_hours decided_name decided_why department description detail
    district document ended_why exception_evidence file_name gone_why location_reason mapping_name
    municipality name name_as_given named_by needs note number official pack_reason payday place prefix
    product raw reason receipt reference relation released_why removed_why replaces resolution
    resolved_why review_days rule_source said_by say search_name search_text slip source team
    text title told_by value was who why zone cells language
    """
)
# Of those, where the same name is a code of the program's own.
CODES = frozenset(
    {
        "accounts.language",
        "addresses.source",
        "agents.language",
        "claims.source",
        "claims.department",
        "commission_lines.branch",
        "contacts.channel",
        "contacts.source",
        "corrections.asked",
        "counters.name",
        "debtors.language",
        "erasure_requests.channel",
        "erasures.reason",
        "figure_cells.value",
        "figure_marks.name",
        "findings.resolution",
        "geocoder_answers.asked",
        "message_templates.name",
        "objections.title",
        "office.name",
        "office.value",
        "placings.source",
        "policy_overrides.channel",
        "promises.channel",
        "risk_zones.reason",
        "roles.description",
        "roles.name",
        "saved_lists.asked",
        "stop_states.source",
        "strategies.name",
        "strategies.text",
        "users.language",
        "visit_results.reason",
        "visits.place",
        "work_results.channel",
        "backups.place",
        "return_files.name",
    }
)
# Made by the program: never what somebody typed.
MADE = names(
    """
    accepted_by accounts action actor added_by after agent answer answered_by approved_by area asked_by
    asked_role batch before beyond bucket cancelled_by certificate changed_by changes channels checked_by
    closed_by code code_sha256 columns conduct content_sha256 country counts credit_type currency decided_by
    decided_rule decision delivered_by desk digest dimension document_type due_source e164 email ended_by
    endorsed_by epoch evidence factor file_sha256 fs_uniquifier hand_order heads holder how identity
    issued_by item jurisdiction kept key key_id kind known languages learned level lines list
    location_source looks lunch lunch_from lunch_to made made_by matrix measure media_type mode origin
    outcome outcomes owner pack paper parties party password payload percent permissions photo placed_by
    polygon precision quarantine quarantine_detail question reading recorded_by regime released_by
    removed_by resolved_by result risk role rule rules said seen_by segment severity sha256
    shift_end shift_start slice snapshot stage started_by state strategy subject tables template terms
    territory tf_primary_method tf_totp_secret timezone token token_sha256 told username vehicle verdict
    version warnings weighed what window_end window_start wipe_ordered_by withdrawn withdrawn_by incarnation parent
    """
)
# Keys of JSON columns whose texts somebody typed; of a phrase all values are.
KEYS = names("note text place why other said_by number balance name reason channel bank")
# JSON columns all of whose texts were typed.
WHOLE = names("raw cells say avoid")
# Columns whose JSON holds a person's words in some rows only: those of this office hold codes.
SOMETIMES = frozenset({"claim_log.detail", "return_rows.because"})


def texts() -> Iterator[tuple[Table, Column[Any]]]:
    """Every column that can hold a text, but keys and references."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if not isinstance(column.type, String | Text | JSON) or isinstance(column.type, UTCDateTime):
                continue
            if (
                column.primary_key
                or column.foreign_keys
                or column.name == "id"
                or column.name.endswith("_id")
            ):
                continue
            yield table, column


def unknown() -> list[str]:
    """Columns that neither list names."""
    return [f"{table.name}.{column.name}" for table, column in texts() if column.name not in TYPED | MADE]


def typed() -> Iterator[tuple[Table, Column[Any]]]:
    """The columns that people or files fill."""
    for table, column in texts():
        if column.name in TYPED and f"{table.name}.{column.name}" not in CODES:
            yield table, column


def spoil(engine: Engine, text: str) -> None:
    """Every typed value ends in `text` from now on, also where nothing was said; what was equal stays equal."""
    with writing(engine) as connection:
        for table, column in typed():
            if isinstance(column.type, JSON):
                _spoil_json(connection, table, column, text)
            else:
                fresh = column.is_(None) | ~column.contains(RUN, autoescape=True)
                told = func.concat(func.coalesce(column, ""), " ", text)
                connection.execute(update(table).where(fresh).values({column.name: told}))


def unspoiled(engine: Engine) -> list[str]:
    """The typed columns no row of which holds a hostile text."""
    with reading(engine) as connection:
        return [
            f"{table.name}.{column.name}"
            for table, column in typed()
            if f"{table.name}.{column.name}" not in SOMETIMES
            and not any(RUN in json.dumps(value) for value in connection.execute(select(column)).scalars())
        ]


def _spoil_json(connection: Connection, table: Table, column: Column[Any], text: str) -> None:
    keys = list(table.primary_key.columns)
    for row in connection.execute(select(column, *keys)).all():
        if row[0] is not None and RUN not in json.dumps(row[0]):
            where = [key == value for key, value in zip(keys, row[1:], strict=True)]
            value = _spoiled(row[0], text, column.name in WHOLE)
            connection.execute(update(table).where(*where).values({column.name: value}))


def _spoiled(value: Any, text: str, here: bool = False) -> Any:
    """The same JSON with `text` behind what was typed: all of it where `here`, else under the known keys."""
    if isinstance(value, str):
        if value.startswith('{"msgid"'):  # a phrase that was stored as its text
            return json.dumps(_spoiled(json.loads(value), text), ensure_ascii=False)
        return f"{value} {text}" if here and value else value
    if isinstance(value, list):
        return [_spoiled(each, text, here) for each in value]
    if isinstance(value, Mapping):
        phrase = {"msgid", "values"} <= value.keys()
        return {
            key: _spoiled(each, text, here or key in KEYS or (phrase and key == "values"))
            if key != "msgid"
            else each
            for key, each in value.items()
        }
    return value
