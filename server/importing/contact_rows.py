"""What one row of others' contacts says: whom, by what, when, whether he was reached. Knows no store."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo

from sync.words import N_, Phrase

from . import cells, codes, moments
from .answers import REJECTED, Remark
from .columns import Columns
from .moments import When
from .reading import Reading, Terms
from .sieve import Sieve
from .sifting import cell_text
from .source import Row, Source

# Of a contact whose hour nobody wrote the day is what counts.
NOON = time(12)


@dataclass(frozen=True, slots=True)
class ContactRow:
    """An accepted row. `zone` None: the debtor's own; `when` may lack a time."""

    line: int
    number: str
    document: str
    channel: str
    when: When
    zone: tzinfo | None
    lasted: timedelta
    effective: bool
    who: str
    note: str
    source: str
    reference: str

    def started(self, where: tzinfo) -> datetime:
        """In UTC; `where` is the debtor's zone."""
        return self.when.at(self.zone or where, NOON)


@dataclass
class SiftedContacts(Sieve):
    rows: list[ContactRow] = field(default_factory=list)

    def take_back(self, row: ContactRow, because: Phrase, field: str = "number") -> None:
        """Reject a row that the file alone would accept and what the office holds does not."""
        self.rows.remove(row)
        self.remark(row.line, row.number or row.document, REJECTED, because, field)


def sift(source: Source, terms: Terms, *, channel: str = "", zone: tzinfo | None = None) -> SiftedContacts:
    """Every row of the file, accepted or rejected. `channel`, `zone`: of rows that name none."""
    sifted = SiftedContacts(source.recognised(terms.decimal), source.columns.headers)
    for row in source.rows():
        sifted.total += 1
        sifted.raws[row.line] = [cells.raw(cell) for cell in row.cells]
        sifted.numbers[row.line] = cell_text(source, row, "number") or cell_text(source, row, "document")
        made, remarks = understood(row, source.columns, terms, source.padded, channel=channel, zone=zone)
        sifted.remarks += remarks
        if made is not None:
            sifted.rows.append(made)
    return sifted


def understood(
    row: Row, columns: Columns, terms: Terms, padded: bool, *, channel: str, zone: tzinfo | None
) -> tuple[ContactRow | None, list[Remark]]:
    """The row (None: rejected) and the remarks on it."""
    reading = Reading(row, columns, terms)
    if not reading.whole(padded):
        return None, reading.remarks
    number, document = reading.text("number"), reading.text("document")
    if not number and not document:
        reading.reject("number", Phrase(N_("falta el número de la cuenta o el documento del deudor")))
    by = _channel(reading, channel)
    when = _when(reading)
    lasted = reading.read("seconds", moments.seconds, timedelta(0))
    own = reading.read("zone", moments.zone, None)
    effective = _effective(reading)
    words = {name: reading.text(name) for name in ("who", "note", "source", "reference")}
    if reading.rejected or when is None or by is None:
        return None, reading.remarks
    lasted = _until(reading, when, lasted)
    if reading.rejected:
        return None, reading.remarks
    if when.clock is None:
        reading.warn("at", Phrase(N_("sin hora: cuenta para su día, como si fuera al mediodía")))
    if when.day > terms.as_of:
        text = N_("el contacto del {day} es posterior al corte")
        reading.warn("at", Phrase(text, {"day": f"{when.day:%d/%m/%Y}"}))
    return (
        ContactRow(
            line=row.line,
            number=number,
            document=document,
            channel=by,
            when=when,
            zone=own or zone,
            lasted=lasted,
            effective=effective,
            **words,
        ),
        reading.remarks,
    )


def _channel(reading: Reading, otherwise: str) -> str | None:
    written = reading.text("channel")
    if not written and otherwise:
        return otherwise
    found = codes.channel_of(written)
    if found is None and not reading.rejected:
        text = N_("«{value}» no es un canal: escriba llamada, mensaje, correo, carta o visita")
        lacks = N_("falta el canal: llamada, mensaje, correo, carta o visita")
        because = Phrase(text, {"value": cells.shown(written)}) if written else Phrase(lacks)
        reading.reject("channel", because)
    return found


def _when(reading: Reading) -> When | None:
    when = reading.read("at", lambda cell: moments.moment(cell, reading.terms.dates), None)
    clock = reading.read("time", moments.clock, None)
    if when is None:
        if not reading.rejected:
            reading.reject("at", Phrase(N_("falta la fecha del contacto")))
        return None
    return When(when.day, clock, when.zone) if clock is not None and when.clock is None else when


def _until(reading: Reading, when: When, lasted: timedelta) -> timedelta:
    """How long it lasted, by its end where the row tells one."""
    if not reading.has("ended") or when.clock is None:
        return lasted
    cell = reading.cell("ended")
    written = cells.text(cell)
    if not written:
        return lasted
    try:
        end = When(when.day, moments.clock(cell), when.zone)
    except cells.Unreadable:
        found = reading.read("ended", lambda cell: moments.moment(cell, reading.terms.dates), None)
        if found is None:
            return lasted
        end = found
    begun = datetime.combine(when.day, when.clock)
    over = datetime.combine(end.day, end.clock or when.clock)
    if not begun <= over <= begun + moments.LONGEST:
        reading.reject("ended", Phrase(N_("el contacto termina antes de empezar, o dura demasiado")))
        return lasted
    return over - begun


def _effective(reading: Reading) -> bool:
    """Whether he was reached. Where nobody can tell it counts as if he was: a cap is never made wider so."""
    if not reading.has("effective"):
        return True
    written = reading.text("effective")
    found = codes.reached(written)
    if found is None:
        text = N_("no dice si hubo contacto («{value}»): cuenta como si lo hubo")
        reading.warn("effective", Phrase(text, {"value": cells.shown(written)}))
    return True if found is None else found
