"""What one row of stops says: whose collection stops or may go on, why, since when. Knows no store."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sync.rules.clauses import StopKind
from sync.words import N_, Phrase

from . import cells, codes
from .answers import REJECTED, Remark
from .columns import Columns
from .reading import Reading, Terms
from .sieve import Sieve
from .sifting import cell_text
from .source import Row, Source


@dataclass(frozen=True, slots=True)
class StopRow:
    """An accepted row. With `releases` it lifts what the same lender set, from `released` on."""

    line: int
    number: str
    document: str
    kind: StopKind
    channels: tuple[str, ...]  # of a request to cease; empty: every one
    since: date
    until: date | None  # only of who is held or in hospital
    evidence: str
    attorney: str
    note: str
    reference: str
    releases: bool = False
    released: date | None = None
    resolution: str = ""


@dataclass
class SiftedStops(Sieve):
    rows: list[StopRow] = field(default_factory=list)

    def take_back(self, row: StopRow, because: Phrase, field: str = "number") -> None:
        """Reject a row that the file alone would accept and what the office holds does not."""
        self.rows.remove(row)
        self.remark(row.line, row.number or row.document, REJECTED, because, field)


def sift(source: Source, terms: Terms) -> SiftedStops:
    """Every row of the file, accepted or rejected."""
    sifted = SiftedStops(source.recognised(terms.decimal), source.columns.headers)
    for row in source.rows():
        sifted.total += 1
        sifted.raws[row.line] = [cells.raw(cell) for cell in row.cells]
        sifted.numbers[row.line] = cell_text(source, row, "number") or cell_text(source, row, "document")
        made, remarks = understood(row, source.columns, terms, source.padded)
        sifted.remarks += remarks
        if made is not None:
            sifted.rows.append(made)
    return sifted


def understood(row: Row, columns: Columns, terms: Terms, padded: bool) -> tuple[StopRow | None, list[Remark]]:
    """The row (None: rejected) and the remarks on it."""
    reading = Reading(row, columns, terms)
    if not reading.whole(padded):
        return None, reading.remarks
    number, document = reading.text("number"), reading.text("document")
    if not number and not document:
        reading.reject("number", Phrase(N_("falta el número de la cuenta o el documento del deudor")))
    kind = _kind(reading)
    channels = _channels(reading, kind)
    since, until, released = (reading.day(name) for name in ("since", "until", "released"))
    releases = _releases(reading) or released is not None
    said = {name: reading.text(name) for name in ("evidence", "note", "reference", "resolution")}
    attorney = " ".join(part for part in (reading.text("attorney"), reading.text("attorney_contact")) if part)
    if reading.rejected or kind is None:
        return None, reading.remarks
    if since is not None and since > terms.as_of:
        text = N_("la novedad empieza el {day}, después del corte: rige desde ya")
        reading.warn("since", Phrase(text, {"day": f"{since:%d/%m/%Y}"}))
    made = StopRow(
        line=row.line,
        number=number,
        document=document,
        kind=kind,
        channels=channels,
        since=min(since or terms.as_of, terms.as_of),
        until=until if kind is StopKind.HELD else None,
        attorney=attorney,
        releases=releases,
        released=released,
        **said,
    )
    _doubt(reading, made, until)
    return (None if reading.rejected else made), reading.remarks


def _kind(reading: Reading) -> StopKind | None:
    written = reading.text("kind")
    found = codes.stop_of(written)
    if found is None and not reading.rejected:
        text = N_("«{value}» no es una novedad conocida: escriba {known}")
        known = ", ".join(codes.known_stops())
        reading.reject("kind", Phrase(text, {"value": cells.shown(written), "known": known}))
    return found


def _channels(reading: Reading, kind: StopKind | None) -> tuple[str, ...]:
    """What a request to cease closes. A list that cannot be read closes everything, with a warning."""
    if kind is not StopKind.CEASE:
        return ()
    written = reading.text("channels")
    if not written:
        return codes.scope_in(reading.text("kind"))
    found = codes.channels_of(written)
    if found is None:
        text = N_("«{value}» no se entiende como canales: se cierran todos")
        reading.warn("channels", Phrase(text, {"value": cells.shown(written)}))
    return found or ()


def _releases(reading: Reading) -> bool:
    written = reading.text("action")
    found = codes.releases(written)
    if found is None:
        text = N_("«{value}» no dice si la novedad empieza o termina: se toma como vigente")
        reading.warn("action", Phrase(text, {"value": cells.shown(written)}))
    return bool(found)


def _doubt(reading: Reading, made: StopRow, until: date | None) -> None:
    """What lacks. A stop is taken all the same, for it does no harm to wait; a release is not."""
    if made.releases:
        if made.kind is StopKind.DECEASED:
            text = N_("un fallecimiento solo lo levanta cumplimiento, con una resolución en la oficina")
            reading.reject("kind", Phrase(text))
        elif not made.resolution and not made.note:
            text = N_("para levantarla falta la resolución: qué se decidió y por qué")
            reading.reject("resolution", Phrase(text))
        elif made.released is not None and made.released > reading.terms.as_of:
            text = N_("la fecha de levantamiento {day} es posterior al corte: todavía no rige")
            reading.reject("released", Phrase(text, {"day": f"{made.released:%d/%m/%Y}"}))
        return
    if made.kind is StopKind.DECEASED and not made.evidence:
        text = N_("sin prueba del fallecimiento: las cuentas se congelan igual; pida el registro")
        reading.warn("evidence", Phrase(text))
    if made.kind is StopKind.ATTORNEY and not made.attorney:
        reading.warn("attorney", Phrase(N_("faltan los datos del abogado: la cobranza se detiene igual")))
    if until is not None and made.kind is not StopKind.HELD:
        text = N_("la fecha hasta no se usa: solo una resolución la levanta")
        reading.warn("until", Phrase(text))
