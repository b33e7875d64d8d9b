"""All checks over an agent's visits, or over everybody's. Reads nothing: it is given what is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ...records import Address, Finding, Verdict, Visit
from ..policy import Policy
from . import alone, moments, one_spot, pairs, spots
from .chains import chain_findings
from .line import Line
from .near_texts import colleagues_notes, edited_copies
from .photos import Album, album_of, reused_photos
from .seen import Link, Seen, away_m, began, door_of, slack_m, void
from .texts import TextUse, copied_texts, used_by

_SEVERITIES = ("info", "review", "serious")
# What counts as a flag on a visit: somebody is asked to look. `info` only stands beside it.
FLAGS = ("review", "serious")


@dataclass(frozen=True)
class Elsewhere:
    """What all visits together show of one's notes and pictures."""

    texts: TextUse
    album: Album


def findings_of(
    visit: Visit,
    address: Address | None,
    previous: Sequence[Visit],
    policy: Policy,
    *,
    zone: str,
    skew_s: float | None = None,
    uncertainty_s: float = 0.0,
    overridden: Collection[str] = (),
    line: Line | None = None,
) -> tuple[Finding, ...]:
    """The findings of one visit by itself and beside its neighbours. `visit.happened` is already corrected.

    `previous` are the same agent's other visits around it, in any order (or `line`, which holds them all);
    a finding about two is filed on the odder of them, so that auditing either gives the same finding.
    `skew_s` is device clock less server clock, None when never measured; `uncertainty_s` is how far the
    corrected times may be off. Typing late is not a finding. A visit that was not made has none. The
    hours of a rule in `overridden` were set aside for it, which is a finding of its own (`findings_from`).
    """
    if void(visit):
        return ()
    seen = Seen(
        visit,
        policy,
        zone,
        address,
        skew_s=skew_s,
        uncertainty_s=uncertainty_s,
        overridden=frozenset(overridden),
    )
    return strongest(_beside(seen, line or Line([*(one for one in previous if one.id != visit.id), visit])))


def _beside(seen: Seen, line: Line) -> list[Finding]:
    visit, policy, uncertainty_s = seen.visit, seen.policy, seen.uncertainty_s
    found = [
        alone.far_from_address(visit, seen.address, policy),
        alone.too_exact(visit, seen.address, policy),
        None
        if _lifted(policy, seen.overridden)
        else alone.outside_hours(visit, policy, seen.zone, uncertainty_s),
        alone.too_short(visit, policy),
        alone.third_party_told(visit, policy),
        alone.clock_skew(visit, policy, seen.skew_s, uncertainty_s),
        alone.clock_off(visit, policy, seen.skew_s, uncertainty_s, _others_ahead(seen, line)),
        alone.clock_against_itself(seen),
        alone.late_sync(visit, policy),
        *pairs.pair_findings(visit, line, policy, uncertainty_s),
    ]
    return [finding for finding in found if finding is not None]


def _others_ahead(seen: Seen, line: Line) -> Sequence[float]:
    """Asked only of a clock that was off: it is seldom."""
    if seen.skew_s is None or abs(seen.skew_s) <= seen.policy.audit.clock_moved_s:
        return ()
    return line.others_ahead(seen.visit)


def findings_of_agent(visits: Sequence[Seen], elsewhere: Elsewhere) -> tuple[Finding, ...]:
    """Everything of one agent's visits: each by itself, beside its neighbours, and all of them together."""
    made = sorted((seen for seen in visits if not void(seen.visit)), key=lambda seen: began(seen.visit))
    line = Line(
        (seen.visit for seen in made),
        {seen.id: (seen.skew_s, seen.uncertainty_s) for seen in made},
        {seen.id: away for seen in made if (away := away_m(seen.visit, seen.address)) is not None},
        {seen.id: door for seen in made if (door := door_of(seen.address)) is not None},
        {seen.id: laptop for seen in made if (laptop := seen.laptop)},
        {seen.id: slack_m(seen.address) for seen in made if seen.address is not None},
    )
    found: list[Finding | None] = []
    for seen in made:
        found += _beside(seen, line)
        found += [alone.amended_late(seen), alone.overridden(seen), alone.said_told(seen)]
    found += together(made, elsewhere)
    own = one_spot.at_own_place(made)
    found = [one_spot.mislaid(one) if one is not None and one.visit in own else one for one in found]
    return strongest(finding for finding in found if finding is not None)


def together(made: Sequence[Seen], elsewhere: Elsewhere) -> list[Finding]:
    """What no visit shows by itself: the checks over all of one agent's."""
    found = [
        *copied_texts(made, elsewhere.texts),
        *edited_copies(made, elsewhere.texts),
        *colleagues_notes(made, elsewhere.texts),
        *reused_photos(made, elsewhere.album),
        *spots.same_fix(made),
        *spots.copied_marks(made),
        *one_spot.same_spot(made),
        *spots.too_near(made),
        *moments.burst_entry(made),
    ]
    for day in _days(made):
        found += moments.regular_cadence(day)
    return found


def findings_of_all(visits: Iterable[Seen], unread: Iterable[Link] = ()) -> tuple[Finding, ...]:
    """Everything of everybody's visits, as a file holds them; in the order of the visits' ids."""
    held = sorted(visits, key=lambda seen: began(seen.visit))
    elsewhere = Elsewhere(used_by(held), album_of(held))
    agents: dict[str, list[Seen]] = defaultdict(list)
    for seen in held:
        agents[seen.visit.agent].append(seen)
    found = [finding for own in agents.values() for finding in findings_of_agent(own, elsewhere)]
    return strongest([*found, *chain_findings(held, unread)])


def strongest(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding of a check for each visit: the most severe."""
    kept: dict[tuple[str, str], Finding] = {}
    for finding in found:
        key = (finding.visit, finding.rule)
        held = kept.get(key)
        if held is None or _rank(finding) > _rank(held):
            kept[key] = finding
    return tuple(kept[key] for key in sorted(kept))


def _rank(finding: Finding) -> tuple[int, str, str]:
    words = finding.because.to_json()
    return _SEVERITIES.index(finding.severity), finding.other_visit or "", words


def _days(visits: Sequence[Seen]) -> list[list[Seen]]:
    days: dict[object, list[Seen]] = defaultdict(list)
    for seen in visits:
        days[seen.visit.happened.start.date()].append(seen)
    return list(days.values())


def _lifted(policy: Policy, overridden: Collection[str]) -> bool:
    hours = policy.hours_for("visit")
    return hours is not None and hours.cite.id in overridden


def findings_from(verdict: Verdict, visit: str, policy: Policy | None = None) -> tuple[Finding, ...]:
    """The policy's blocks (serious) and warnings (review) on a visit as findings with the pack's rule ids.

    With `policy`, its hours are left out: `findings_of` under the same policy says them once.
    """
    severity = {"block": "serious", "warn": "review"}
    told = {hours.cite.id for hours in policy.hours} if policy is not None else set()
    return tuple(
        Finding(ruling.rule, visit, severity[ruling.decision], ruling.because)
        for ruling in verdict.rulings
        if ruling.decision in severity and ruling.rule not in told
    )
