"""Works out of everything known of a debtor where each of his accounts stands. Reads no store.

One pass per debtor: the score is his, since one visit serves all his debts; stage, action and lists are each
account's. What was asked once of a pack (a place, a credit type) is not asked again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal

from sync.money import from_minor, to_minor
from sync.records import Contact, Interval, Place, Precision, PromiseState, ResultClass, Ruling, Visit
from sync.rules import ageing, eligibility, ladder, paying, promise, reaching, score, segment, worklist
from sync.rules.asking import PLACE_OF
from sync.rules.caps import REACHED, as_contact
from sync.rules.cease import closes
from sync.rules.policy import Policy, edges_of, zone_of
from sync.rules.results import RESULTS
from sync.rules.segment import Traits
from sync.rules.strategy import Strategy

from ..doors import Packs, in_order
from ..store import as_records
from ..store.cases import Stopped
from ..store.known_debtors import KnownDebtor

# The hours over which the chance of finding somebody is reckoned while no route has set any.
FROM, UNTIL = time(8), time(18)
PAID_LATELY_DAYS = 60
ZERO = Decimal(0)


@dataclass(frozen=True)
class Ground:
    """What is the same for every debtor of one pass. `usual`: the median overdue amount by currency."""

    strategy: Strategy
    day: date
    packs: Packs
    usual: Mapping[str, Decimal]
    reach: reaching.Reach = field(default_factory=reaching.Reach)
    through: Mapping[str, date] = field(default_factory=dict)
    asked: dict[tuple[str, ...], tuple[float, int]] = field(default_factory=dict)
    ruled: dict[tuple[str, ...], Ruling] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Debt:
    """An account with a balance on the day, under its pack."""

    row: dict[str, object]
    id: str
    policy: Policy | None
    standing: ageing.Standing
    promised: dict[str, promise.PromiseStanding]


@dataclass(frozen=True, slots=True)
class Appraised:
    """One account on a day. `score` is its debtor's, None where he owes nothing overdue."""

    account: str
    debtor: str
    number: str
    currency: str
    dpd: int
    overdue_minor: int
    total_minor: int
    facts: ladder.Facts
    segment: str
    risk: str
    next: ladder.Next
    places: tuple[worklist.Listed, ...]
    score: score.Score | None
    pays: int
    unvisited: int | None
    traits: Traits

    @property
    def value(self) -> int:
        return self.score.value if self.score is not None else 0


def appraise(known: KnownDebtor, ground: Ground) -> list[Appraised]:
    """Every account of the debtor that is open and has a balance on the day."""
    where = zone_of(known.timezone) or UTC
    debts = [debt for row in known.accounts if (debt := _debt(known, row, ground)) is not None]
    if not debts:
        return []
    overdue = [debt.standing for debt in debts if debt.standing.overdue > 0]
    scored = _score(known, debts, overdue, ground, where) if overdue else None
    pays = ground.strategy.scale.percent(scored.pays) if scored is not None else 0
    states = [one for debt in debts for one in debt.promised.values()]
    streak = promise.broken_streak(states).count if states else 0
    profile = _profile(known, states, streak, ground.day, where)
    last = _last(known.history, ground.day, where)
    return [_account(known, debt, ground, (scored, pays, streak, profile), last) for debt in debts]


def _debt(known: KnownDebtor, row: dict[str, object], ground: Ground) -> Debt | None:
    id, owed = str(row["id"]), known.owed.get(str(row["id"]))
    if owed is None or row["state"] != "open":
        return None
    policy = ground.packs(str(row["pack"]))
    edges = edges_of(policy)
    balance = as_records.balance(owed)
    paid = [one for one in known.payments if one.account == id] if known.payments else []
    promised: dict[str, promise.PromiseStanding] = {}
    made = [one for one in known.promises if one.account == id] if known.promises else []
    if made and policy is not None:
        promised = promise.standings(
            made,
            paid,
            policy,
            ground.day,
            ground.through.get(str(row["lender_id"])),
            reminded=promise.reminders(made, known.history, policy, known.timezone),
            zone=known.timezone,
        )
    return Debt(row, id, policy, ageing.standing(balance, paid, ground.day, edges), promised)


def _score(
    known: KnownDebtor,
    debts: Sequence[Debt],
    overdue: Sequence[ageing.Standing],
    ground: Ground,
    where: tzinfo,
) -> score.Score:
    """As a plan reckons it, at his first address and in the hours of an ordinary day."""
    place, precision = Place.HOME, Precision.NONE
    for address in in_order(known.addresses)[:1]:
        place, precision = PLACE_OF[address.kind], address.precision
    own = reaching.tally(known.history, place, where) if known.history else {}
    reach, best = _reach(ground, place, known.timezone, own, where)
    way = paying.Way(
        place,
        precision,
        reach=reach,
        best_hours=paying.best_hours(ground.reach, place, best, reach, own),
    )
    owing = [one for debt in debts if debt.standing.overdue > 0 for one in debt.promised.values()]
    case = paying.case_of(
        ground.day,
        overdue,
        usual=ground.usual,
        promised=owing,
        history=known.history,
        payments=known.payments,
        where=where,
        in_field_since=known.in_field_since,
        way=way,
    )
    return score.score(case)


def _reach(
    ground: Ground, place: Place, zone: str, own: dict[int, reaching.Tally], where: tzinfo
) -> tuple[float, int]:
    """The chance over the hours of an ordinary day; the same for all who were never visited there."""
    key = (place.value, zone)
    if own or key not in ground.asked:
        span = Interval(
            datetime.combine(ground.day, FROM, tzinfo=where).astimezone(UTC),
            datetime.combine(ground.day, UNTIL, tzinfo=where).astimezone(UTC),
        )
        found = ground.reach.over(place, [span], where, own)
        if own:
            return found
        ground.asked[key] = found
    return ground.asked[key]


def _account(
    known: KnownDebtor,
    debt: Debt,
    ground: Ground,
    his: tuple[score.Score | None, int, int, str],
    last: dict[str, date],
) -> Appraised:
    scored, pays, streak, profile = his
    strategy, standing, row = ground.strategy, debt.standing, debt.row
    mine = scored if standing.overdue > 0 else None
    # Who owes nothing overdue is no worse a payer for having nothing to pay.
    paying_now = pays if mine is not None else 100
    risk = segment.risk_of(strategy.risks, dpd=standing.dpd, streak=streak, profile=profile, pays=paying_now)
    owed = known.owed[debt.id]
    traits = Traits(
        dpd=standing.dpd,
        overdue=standing.overdue,
        credit_type=str(row["credit_type"]),
        zone=str(row["zone"]),
        branch=str(row["branch"]),
        capital=from_minor(owed["principal_minor"], standing.currency),
        currency=standing.currency,
        product=str(row["product"]),
        kind=known.kind,
        profile=profile,
        risk=risk,
        lender=str(row["lender_id"]),
    )
    found = segment.segment_of(traits, strategy.segments)
    facts = _facts(known, debt, ground, (found.name if found else "", risk, streak), last)
    return Appraised(
        account=debt.id,
        debtor=known.id,
        number=str(row["number"]),
        currency=standing.currency,
        dpd=standing.dpd,
        overdue_minor=to_minor(standing.overdue, standing.currency),
        total_minor=to_minor(standing.total, standing.currency),
        facts=facts,
        segment=facts.segment,
        risk=risk,
        next=ladder.next_action(facts, strategy.ladder),
        places=worklist.listed(facts, strategy.lists),
        score=mine,
        pays=pays if mine is not None else 0,
        unvisited=ladder.visit_overdue(facts, strategy.ladder),
        traits=traits,
    )


def _facts(
    known: KnownDebtor,
    debt: Debt,
    ground: Ground,
    named: tuple[str, str, int],
    last: dict[str, date],
) -> ladder.Facts:
    standing, policy, row = debt.standing, debt.policy, debt.row
    due, review, unconfirmed, broken_on = _promised(known, debt, ground.day) if debt.promised else _NONE
    stops = [one for one in known.stops if one.account in (None, debt.id)]
    barred = _barred(known, debt, ground, stops)
    least = policy.field_from_dpd if policy is not None else 90
    return ladder.Facts(
        day=ground.day,
        dpd=standing.dpd,
        overdue=standing.overdue,
        total=standing.total,
        currency=standing.currency,
        due_on=_due_on(known.owed[debt.id]["oldest_due"], str(row["payday"]), standing, ground.day),
        open=debt.id not in known.written_off,
        stops=tuple(dict.fromkeys(one.kind for one in stops if not one.channels)),
        promise_due=due,
        promise_review=review,
        unconfirmed=unconfirmed,
        streak=named[2],
        broken_on=broken_on,
        last=last,
        noticed=known.noticed.get(debt.id),
        again=known.again.get(debt.id, _NOWHERE),
        segment=named[0],
        risk=named[1],
        visitable=not barred,
        barred_by=barred,
        in_field=standing.overdue > 0 and standing.dpd >= least,
        in_field_since=known.in_field_since,
    )


_NOWHERE: dict[str, date] = {}
_NONE: tuple[date | None, date | None, bool, date | None] = (None, None, False, None)


def _promised(
    known: KnownDebtor, debt: Debt, day: date
) -> tuple[date | None, date | None, bool, date | None]:
    """The next promise that stands with the day it is to be looked at, whether one is not known yet to be
    kept, and when the last one was broken."""
    made = {one.id: one for one in known.promises}
    standing = [
        (made[key].due, one)
        for key, one in debt.promised.items()
        if one.state in promise.STANDS and one.state is not PromiseState.UNCONFIRMED
    ]
    ahead = sorted(
        ((due, one) for due, one in standing if due >= day), key=lambda pair: (pair[0], pair[1].promise)
    )
    broken = [one.deadline for one in debt.promised.values() if one.state is PromiseState.BROKEN]
    unconfirmed = any(one.state is PromiseState.UNCONFIRMED for one in debt.promised.values())
    waits = [one for one in standing if one[0] < day]  # due, and still within its days of grace
    if not ahead:
        return None, None, unconfirmed or bool(waits), max(broken, default=None)
    due, first = ahead[0]
    review = first.review if first.state is PromiseState.OPEN else None
    return due, review, False, max(broken, default=None)


def _due_on(oldest: object, payday: str, standing: ageing.Standing, day: date) -> date | None:
    """When somebody who owes nothing overdue pays next: as the balance says, else on his usual day."""
    if standing.overdue > 0:
        return None
    if isinstance(oldest, date) and oldest >= day:
        return oldest
    return worklist.next_due(payday, day) if payday else None


def _barred(known: KnownDebtor, debt: Debt, ground: Ground, stops: Sequence[Stopped]) -> str:
    """The rule that forbids a visit, whatever the hour; nothing where none does."""
    policy, row = debt.policy, debt.row
    place = next((PLACE_OF[one.kind] for one in known.addresses), Place.HOME)
    evidence = str(row["exception_evidence"])
    key = (str(row["pack"]), place.value, str(row["credit_type"]), "1" if evidence.strip() else "")
    if key not in ground.ruled:
        ruling = eligibility.pack_ruling(policy, ground.day)
        if policy is not None and ruling.decision != "block":
            ruling = eligibility.place_ruling(policy, place, str(row["credit_type"]), evidence)
        ground.ruled[key] = ruling
    if ground.ruled[key].decision == "block":
        return ground.ruled[key].rule
    if policy is not None and debt.standing.dpd < policy.field_from_dpd:
        return eligibility.field_ruling(policy, debt.standing.dpd).rule
    return next((f"stop.{one.kind.value}" for one in stops if closes(one.channels, "visit")), "")


def _last(history: Sequence[Contact | Visit], day: date, where: tzinfo) -> dict[str, date]:
    """By channel, the day of the last contact. A call nobody took keeps him on the next day's list."""
    found: dict[str, date] = {}
    for one in history:
        contact = as_contact(one)
        if contact is None:
            continue
        on = contact.happened.start.astimezone(where).date()
        if on > day or (contact.channel == "call" and not contact.effective and on < day):
            continue
        if on >= found.get(contact.channel, on):
            found[contact.channel] = on
    return found


def _profile(
    known: KnownDebtor,
    states: Sequence[promise.PromiseStanding],
    streak: int,
    day: date,
    where: tzinfo,
) -> str:
    paid = paying.days_since_payment(known.payments, day) if known.payments else None
    return segment.profile_of(
        streak=streak,
        kept=sum(one.state is PromiseState.KEPT for one in states),
        refused=bool(known.history) and paying.answered(known.history, day, where) == "refuses",
        unlocated=_unlocated(known.history),
        paid_lately=paid is not None and paid <= PAID_LATELY_DAYS,
    )


def _unlocated(history: Sequence[Contact | Visit]) -> bool:
    """Nobody of his own was met in the last two visits, or the last one says that he is not there."""
    made = [one for one in history if isinstance(one, Visit) and as_contact(one) is not None]
    if not made:
        return False
    made.sort(key=lambda one: (one.happened.start, one.id))
    if any(RESULTS[result.result].cls is ResultClass.SKIP for result in made[-1].results):
        return True
    return len(made) > 1 and all(one.party not in REACHED for one in made[-2:])
