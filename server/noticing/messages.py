"""Texts that a person sends by himself: written for an account, judged, opened in his program. Sends none.

That he says he sent one is a contact, and counts in the caps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from sync.records import ContactPoint, Party, Refused
from sync.rules.asking import Said
from sync.rules.messages import Audience, Medium, Rendered, Template, link
from sync.rules.wording import Linted
from sync.words import N_, Phrase

from .. import contacting
from ..store import scope_records
from ..store.engine import reading
from ..store.scopes import Scope
from . import wording
from .telling import Told, facts_of, tell

KINDS = {
    Medium.WHATSAPP: ("mobile", "phone"),
    Medium.SMS: ("mobile", "phone"),
    Medium.EMAIL: ("email",),
    Medium.LETTER: (),
}


@dataclass(frozen=True)
class Written:
    """A text for one account: to whom it may go, what the rules say, and the link that opens it.

    `link` is "" where it may not be sent now, has no addressee, or is a letter.
    """

    told: Told
    template: Template
    rendered: Rendered | Refused
    linted: Linted
    to: Sequence[ContactPoint]
    chosen: ContactPoint | None
    said: Said
    link: str

    @property
    def may_go(self) -> bool:
        return isinstance(self.rendered, Rendered) and not self.said.verdict.blocked


def write(
    connection: Connection,
    scope: Scope,
    account_id: str,
    key: str,
    *,
    now: datetime,
    collector: str = "",
    to: str = "",
) -> Written | Refused:
    """The text of this template for the account. LookupError for either that is not there."""
    template = wording.template_of(connection, key)
    if template is None:
        raise LookupError(key)
    told = tell(connection, scope, account_id, now, collector)
    if isinstance(told, Refused):
        return told
    made = wording.write_out(template, told.policy, facts_of(told, sealed=template.medium is Medium.LETTER))
    rendered, linted = (made, Linted()) if isinstance(made, Refused) else made
    points = points_for(connection, told, template)
    chosen = next((one for one in points if one.id == to), points[0] if points else None)
    third = template.audience is Audience.THIRD
    said = told.may_write(template.medium.channel, None if third else Party.HOLDER)
    address = chosen.value if chosen else ""
    opened = isinstance(rendered, Rendered) and not said.verdict.blocked
    return Written(
        told,
        template,
        rendered,
        linted,
        points,
        chosen,
        said,
        link(template.medium, address, rendered.subject, rendered.text)
        if opened and isinstance(rendered, Rendered)
        else "",
    )


def points_for(connection: Connection, told: Told, template: Template) -> list[ContactPoint]:
    """The numbers or addresses this text may go to: the debtor's own, or others for a message left.

    One found in the field counts only where the pack lets it.
    """
    rows = scope_records.contact_points_of(connection, [told.debtor.id])[told.debtor.id]
    third = template.audience is Audience.THIRD
    found = []
    for row in rows:
        own = row["holder"] == "debtor"
        state = row["state"]
        usable = state == "accepted" or (state == "proposed" and told.policy.proposed_addresses.allowed)
        if row["kind"] in KINDS[template.medium] and own is not third and usable:
            found.append(
                ContactPoint(
                    id=row["id"],
                    debtor=told.debtor.id,
                    kind=row["kind"],
                    value=row["e164"] or row["value"],
                    holder=row["holder"],
                    relation=row["relation"],
                    origin=row["origin"],
                    state=state,
                )
            )
    return found


def record_sent(
    engine: Engine,
    scope: Scope,
    account_id: str,
    key: str,
    *,
    to: str,
    actor: str,
    now: datetime,
    user: str | None = None,
) -> Written | Refused:
    """He says that he sent it: a contact of the debtor, with which template and the verdict of that moment.

    Refused where the rules forbid it: a text that may not go is not offered, so it was not sent from here.
    """
    with reading(engine) as connection:
        written = write(connection, scope, account_id, key, now=now, to=to)
    if isinstance(written, Refused):
        return written
    if isinstance(written.rendered, Refused):
        return written.rendered
    if written.chosen is None:
        return Refused(Phrase(N_("No hay a quién enviarlo.")), "message.nobody")
    third = written.template.audience is Audience.THIRD
    contact = contacting.Made(
        debtor=written.told.debtor.id,
        accounts=(account_id,),
        channel=written.template.medium.channel,
        at=now,
        effective=not third,
        party=None if third else Party.HOLDER,
        note=f"{written.template.key} v{written.template.version}",
    )
    kept = contacting.record(engine, contact, user=user, who=actor, actor=actor, now=now)
    return kept if isinstance(kept, Refused) else written
