"""What must hold: after every step, and when the network has healed and everybody has said everything.

Looks only; the last exchanges of `quiet` are made through the model.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from field_client.handing_over import hand_over
from field_client.store import journal, receipts, records, retention
from server import exporting
from server.store import tables as t
from sync.digest import overall, scope_digest
from sync.ledger import ChainProblem
from sync.ledger_folder import read_export
from sync.verifying import verdict_on

from .laptop import Laptop
from .model import Exchange, Model
from .office import Office, Place

PASSES = 8
MOST_UNRESTFUL = 3
REPLAYED = 4
UNKNOWN = ("unknown_kind", "unknown_version")


class Broken(AssertionError):
    """An invariant does not hold."""


def must(holds: object, what: str, *about: object) -> None:
    if not holds:
        raise Broken(f"{what}: {', '.join(map(str, about))}" if about else what)


# After every step


def after_step(model: Model) -> None:
    with model.office.unchanged() as standing:
        _look(model, standing)
    model.touched.clear()
    model.last = None


def _look(model: Model, standing: object) -> None:
    moved = standing != model.checked
    if moved:
        model.note_erasures()
    for laptop in model.touched:
        nothing_saved_is_gone(laptop)
        nothing_is_let_go_of_but_what_is_kept(model, laptop)
        screen_shows_each_visit_once(model, laptop)
    for laptop in model.laptops if moved else model.touched:
        acknowledged_is_stored(model, laptop)
    if moved:
        every_event_is_applied_once(model)
        erased_is_gone(model)
        model.checked = standing
    if model.last is not None:
        exchanged_well(model, model.touched[0], model.last)


def nothing_saved_is_gone(laptop: Laptop) -> None:
    """The journal holds exactly what the person was told was saved, and the openings of its chains."""
    rows = laptop.rows()
    held = {(row["id"], row["digest"].lower()): row["kind"] for row in rows}
    gone = laptop.saved.keys() - held.keys()
    must(not gone, f"{laptop.name} told 'saved' and holds it no more", *sorted(gone))
    half = {said: kind for said, kind in held.items() if said not in laptop.saved}
    untold = {kind for kind in half.values() if kind != "incarnation.opened"}
    must(not untold, f"{laptop.name} holds what it never told was saved", *sorted(untold))


def screen_shows_each_visit_once(model: Model, laptop: Laptop) -> None:
    if laptop.name in model.doubtful:
        return
    here = set(laptop.debtors())
    # What nobody has the words of can be shown by nobody; that it is missing is told instead.
    wordless = {id for id, _ in model.words_lost}
    for debtor in sorted(here & set(laptop.visits.values())):
        shown = Counter(laptop.shown(debtor))
        for id, whose in laptop.visits.items():
            if whose == debtor:
                must(shown[id] > 0 or id in wordless, f"{laptop.name} no longer shows", id)
                must(shown[id] < 2, f"{laptop.name} shows twice", id)


def acknowledged_is_stored(model: Model, laptop: Laptop) -> None:
    """Once it has spoken with this office whole; before, an office put back may hold less."""
    if laptop.line != model.office.line:
        return
    ledger = model.office.ledger()
    for row in laptop.rows():
        if row["acknowledged"]:
            held = ledger.get((row["incarnation"], row["n"]))
            place = f"{row['kind']} {row['incarnation'][:8]}:{row['n']}"
            must(held is not None, f"{laptop.name}: acknowledged and not in the office", place)
            same = held is not None and held.h == row["h"].lower()
            must(same, f"{laptop.name}: acknowledged and another in the office", place)


def every_event_is_applied_once(model: Model) -> None:
    office = model.office
    good = [held for held in office.ledger().values() if held.quarantine is None and not held.sealed]
    applied = office.column(t.applied.c.event_id)
    # Sent again after its words were erased everywhere, an event is kept and can be applied no more.
    late = {held.id for held in good if not held.whole and held.said in model.erased} - set(applied)
    good = [held for held in good if held.id not in late]
    must(set(applied) == {held.id for held in good}, "the ledger and what was applied differ")
    must(len(applied) == len(set(applied)), "an event was applied twice")
    bodies: dict[str, set[str]] = {}
    for held in good:
        bodies.setdefault(held.id, set()).add(held.digest)
    must(all(len(some) == 1 for some in bodies.values()), "one id is applied with two bodies")
    for kind, column in (
        ("visit.recorded", t.visits.c.id),
        ("promise.made", t.promises.c.id),
        ("visit.amended", t.amendments.c.id),
        ("attachment.added", t.attachments.c.id),
        ("payment.reported", t.reported_payments.c.id),
    ):
        made = office.column(column)
        wanted = {held.id for held in good if held.kind == kind}
        must(set(made) == wanted and len(made) == len(wanted), f"{kind}: not once each in the tables")


def erased_is_gone(model: Model) -> None:
    """No copy of the words this office signed away is in its ledger."""
    signed = {(one.id, one.body_digest.hex()) for one in model.office.erasures()}
    if signed:
        stay = signed & model.office.bodies()
        must(not stay, "erased and still in the ledger", *sorted(stay))


def nothing_is_let_go_of_but_what_is_kept(model: Model, laptop: Laptop) -> None:
    """A laptop drops words only when a verified backup holds them, or the office signed them away."""
    if not (model.office.backups or model.erased):
        return
    kept = model.erased.union(*(one.bodies for one in model.office.backups))
    dropped = {(row["id"], row["digest"].lower()) for row in laptop.rows() if not row["whole"]}
    must(dropped <= kept, f"{laptop.name} dropped words that nothing holds", *sorted(dropped - kept))


def erased_is_gone_here(model: Model, laptop: Laptop) -> None:
    signed = {(one.id, one.body_digest.hex()) for one in model.office.erasures()}
    stay = signed & laptop.bodies() if signed else set()
    must(not stay, f"{laptop.name} holds words the office erased", *sorted(stay))


def exchanged_well(model: Model, laptop: Laptop, done: Exchange) -> None:
    revoked = model.office.revoked(laptop.device)
    if done.outcome is None:
        must(not done.clean or revoked, f"{laptop.name}: a clean exchange broke off", done.why)
        return
    must(not revoked, f"{laptop.name} was revoked and is still served")
    changed = {"meanwhile"} | {fault for fault in done.happened if fault.startswith("turned")}
    if changed & set(done.happened) or done.outcome.attachments_sent:
        return  # the office has moved on since its feed was read
    views_are_equal(model, laptop)
    erased_is_gone_here(model, laptop)
    nothing_of_others_is_here(model, laptop)
    size = len(laptop.rows()) // laptop.batch + len(model.office.feed(laptop.agent)) * 2 // laptop.page
    must(done.requests <= 12 + 2 * size, f"{laptop.name}: the exchange took {done.requests} requests")


def views_are_equal(model: Model, laptop: Laptop) -> None:
    mine = dict(laptop.side.scope_digest())
    office = scope_digest(model.office.feed(laptop.agent))
    odd = sorted(kind for kind in {*mine, *office} if mine.get(kind) != office.get(kind))
    must(overall(mine) == overall(office), f"{laptop.name} and the office differ in", *odd)


def nothing_of_others_is_here(model: Model, laptop: Laptop) -> None:
    portfolio = model.office.portfolio(laptop.agent)
    with laptop.reading() as db:
        held = {one["id"] for one in records.all_of(db, "account")}
        waiting = journal.counts(db)["unsent"]
        [[sealed]] = db.execute("SELECT count(*) FROM records WHERE gone = 1").fetchall()
    must(held <= portfolio, f"{laptop.name} holds accounts of others", *sorted(held - portfolio))
    must(waiting == 0, f"{laptop.name}: {waiting} events wait after an exchange that went through")
    must(sealed == 0, f"{laptop.name}: {sealed} records of others stay though nothing waits")


# At the end


def at_the_end(model: Model, chance: Random, exports: Path) -> None:
    """The network heals, the late arrives or never will, and all speak until nothing moves."""
    while model.network.flying:
        sent = model.network.flying.pop(chance.randrange(len(model.network.flying)))
        if chance.random() < 0.7:
            model.network.deliver(sent)
    model.upgrade()
    model.office.start()
    grow_quiet(model, chance)
    everything_told_has_arrived(model)
    no_word_is_missing_untold(model)
    what_waited_is_applied(model)
    pictures_are_whole(model)
    a_replay_changes_nothing(model, chance)
    chains_verify(model, exports)


def grow_quiet(model: Model, chance: Random) -> None:
    """All speak once; then those who have something to say or to hear, until nobody has."""
    eager = list(model.laptops)
    for _ in range(PASSES):
        for laptop in eager:
            model.exchange(laptop, chance)
            after_step(model)
        eager = [one for one in model.laptops if _has_more(model, one)]
        if not eager:
            break
    must(not eager, f"still moving after {PASSES} passes over all laptops", *(one.name for one in eager))
    laptop = chance.choice(model.laptops)
    for _ in range(MOST_UNRESTFUL):
        done = model.exchange(laptop, chance)
        after_step(model)
        out = done.outcome
        if out is None or not (
            out.attachments_sent or out.sent or out.received or out.reopened or out.differed
        ):
            return
    # The others may have opened an epoch or gone on with a shared chain since it spoke; but only once.
    raise Broken(f"{laptop.name}: no rest: {out}")


def _has_more(model: Model, laptop: Laptop) -> bool:
    if model.office.revoked(laptop.device):
        return False
    mine = overall(dict(laptop.side.scope_digest()))
    return mine != overall(scope_digest(model.office.feed(laptop.agent))) or laptop.unsent() > 0


def everything_told_has_arrived(model: Model) -> None:
    arrived = model.office.said()
    missing = model.told.keys() - model.lost - arrived
    kinds = [f"{model.told[one]} {one[0]}" for one in sorted(missing)]
    where = [one.name for one in model.laptops if one.saved.keys() & missing]
    must(not missing, "told 'saved' and never arrived", *kinds, "held by", *where)


def no_word_is_missing_untold(model: Model) -> None:
    """What arrived has its words, or the office signed them away, or both sides tell that they are lost."""
    office = model.office
    signed = {(one.id, one.body_digest.hex()) for one in office.erasures()}
    facts = office.column(t.facts.c.payload, t.facts.c.kind == "ledger.body_missing")
    told = {(fact["incarnation"], n) for fact in facts for n in fact["n"]}
    wanted = (model.told.keys() - model.lost) - office.bodies() - signed
    for place, held in office.ledger().items():
        if held.said in wanted:
            about = f"{held.kind} {place[0][:8]}:{place[1]}"
            must(held.said in model.words_lost, "arrived without its words, which somebody has", about)
            must(held.quarantine is not None, "arrived without its words and passes for good", about)
            must(held.quarantine != "erased" or place in told, "no fact says what is missing", about)
    for laptop in model.laptops:
        waiting = {
            (row["incarnation"], row["n"])
            for row in laptop.rows()
            if not row["whole"] and (row["id"], row["digest"].lower()) in wanted
        }
        asked_for = {place for place in waiting if _is_missing(office, place)}
        if asked_for and not office.revoked(laptop.device):
            with laptop.reading() as db:
                must(retention.missing_bodies(db), f"{laptop.name} does not tell what is missing")


def _is_missing(office: Office, place: Place) -> bool:
    held = office.ledger().get(place)
    return held is not None and held.quarantine == "erased"


def what_waited_is_applied(model: Model) -> None:
    """After the upgrade nothing waits that this program knows, and starting again changes nothing."""
    waiting = [held for held in model.office.ledger().values() if held.quarantine in UNKNOWN]
    odd = [held.kind for held in waiting if held.id not in model.poisons and held.said not in model.erased]
    must(not odd, "known by now and still set aside as unknown", *odd)
    done = model.office.start()
    must(done.applied == 0, "starting again applied something more", done)


def pictures_are_whole(model: Model) -> None:
    """Of every picture a living laptop holds and whose event was applied, the office has each byte; of those
    of erased events none."""
    for one in model.office.erasures():
        gone = one.id not in model.pictures or not model.office.shelf.has(model.pictures[one.id])
        must(gone, "a picture of an erased visit is on the shelf", one.id)
    applied = {held.id for held in model.office.ledger().values() if held.quarantine is None}
    for laptop in model.laptops:
        if model.office.revoked(laptop.device):
            continue
        with laptop.reading() as db:
            query = "SELECT event, sha256, bytes FROM picture_uses JOIN pictures USING (sha256)"
            kept = [(row["event"], row["sha256"], row["bytes"]) for row in db.query(query) if row["bytes"]]
        for event, sha256, data in kept:
            if event in applied:
                there = model.office.shelf.has(sha256)
                must(there, f"{laptop.name}: a picture never arrived whole", sha256[:8], len(data))
                must(model.office.shelf.get(sha256) == data, "a picture arrived as another", sha256[:8])


def a_replay_changes_nothing(model: Model, chance: Random) -> None:
    delivered = model.network.delivered
    before = model.office.all_rows()
    for _ in range(min(REPLAYED, len(delivered))):
        model.network.deliver(chance.choice(delivered))
    after = model.office.all_rows()
    changed = [name for name in before if before[name] != after[name]]
    must(not changed, "a repeated request changed", *changed)


def chains_verify(model: Model, exports: Path) -> None:
    office = model.office
    exporting.export(
        office.engine, office.world.signer, exports, as_of=office.now.date(), actor="cli", now=office.now
    )
    folder = read_export(exports / "ledger")
    verdict = verdict_on(folder)
    model.erased_in_export = verdict.erased
    wrong = [one for one in verdict.problems if not _is_told_as_lost(model, one)]
    must(not wrong or not folder.entries, "the office's export has problems", *wrong)
    signed_away = {(one.id, one.body_digest) for one in folder.erasures}
    bare = [one for one in folder.entries if one.body is None and (one.id, one.body_digest) in signed_away]
    must(verdict.erased == len(bare), "not every erased event is told as such", verdict.erased, len(bare))
    held_outside: dict[str, list[Any]] = {"receipts": [], "checkpoints": []}
    for number, laptop in enumerate(model.laptops):
        with laptop.reading() as db:
            held_outside["checkpoints"] += receipts.checkpoints(db)
            held_outside["receipts"] += receipts.all_of(db)
        carried = exports / f"laptop-{number}"
        hand_over(laptop.open(), carried, office.now)
        report = verdict_on(read_export(carried / "ledger"), keys=folder.keys)
        must(report.ok or not laptop.rows(), f"{laptop.name}: its own ledger has problems", *report.problems)
    if office.line == 0 and folder.entries:
        report = verdict_on(folder, **held_outside)
        must(report.ok, "the export does not hold against what laptops keep", *report.problems)
    model.exports = 1 + len(model.laptops)


def _is_told_as_lost(model: Model, problem: ChainProblem) -> bool:
    """An office that had to take events without their words says so in its export too."""
    held = model.office.ledger().get((problem.incarnation, problem.n))
    missing = held is not None and held.quarantine is not None and held.said in model.words_lost
    return problem.kind == "body_missing" and missing
