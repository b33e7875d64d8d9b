"""What a laptop's chain and clocks say of its visits: moved clocks, missing links, places held twice."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median_low

from ...records import Finding, Known
from ...words import N_, Phrase
from .seen import AT_ONCE, Link, Seen

# A file that holds only some of a chain's events shows holes everywhere, which say nothing.
WHOLE = 0.9
LEAST_STEPS = 3


def chain_findings(visits: Sequence[Seen], unread: Iterable[Link] = ()) -> list[Finding]:
    """The findings of visits of any laptops, by their chains and by the counters of their machines.

    `unread` are places of the chains that are there, though what they hold is no visit.
    """
    chains: dict[str, list[tuple[Link, Seen]]] = defaultdict(list)
    boots: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    for seen in visits:
        if seen.link is not None:
            chains[seen.link.incarnation].append((seen.link, seen))
        if seen.boot and seen.ticks is not None and seen.stamped:
            boots[seen.visit.agent, seen.boot].append(seen)
    found: list[Finding] = []
    for chain in chains.values():
        chain.sort(key=lambda each: (each[0].n, each[1].visit.recorded, each[1].id))
        found += clock_set_back([seen for _, seen in chain])
        found += forks(chain)
    found += gaps(list(chains.values()), unread)
    for boot in boots.values():
        found += clock_against_counter(boot)
    return found


def clocks_set_back(visits: Sequence[Seen]) -> list[Finding]:
    """`clock_set_back` of each chain that these visits stand in."""
    chains: dict[str, list[tuple[int, Seen]]] = defaultdict(list)
    for seen in visits:
        if seen.link is not None:
            chains[seen.link.incarnation].append((seen.link.n, seen))
    return [
        finding
        for chain in chains.values()
        for finding in clock_set_back([seen for _, seen in sorted(chain, key=lambda each: each[0])])
    ]


def clock_set_back(chain: Sequence[Seen]) -> list[Finding]:
    """Those written, by the clock, well before what the same chain holds before them; the fewest that
    make the rest run forward."""
    # When somebody typed what he read off his watch, the chain's order is not that of the visits.
    chain = [seen for seen in chain if _at_once(seen)]
    if not chain:
        return []
    slack = timedelta(seconds=chain[0].policy.audit.clock_moved_s)
    clocks = [seen.clock or seen.visit.recorded for seen in chain]
    # Those whose clock the office measured to be right are kept before those at which it was not.
    right = [at for at, seen in enumerate(chain) if abs(seen.skew_s or 0.0) <= slack.total_seconds()]
    kept = {right[at] for at in _longest_forward([clocks[at] for at in right], slack)}
    wrong = [at for at in range(len(chain)) if at not in set(right) and _fits(at, kept, clocks, slack)]
    kept |= {wrong[at] for at in _longest_forward([clocks[at] for at in wrong], slack)}
    found = []
    for at, seen in enumerate(chain):
        if at in kept:
            continue
        before = max((clocks[one] for one in kept if one < at), default=None)
        after = min((clocks[one] for one in kept if one > at), default=None)
        ahead = after is not None and clocks[at] > after
        off = clocks[at] - after if ahead and after is not None else (before or clocks[at]) - clocks[at]
        text = N_("Por el orden de lo escrito, el reloj se movió al menos {minutes} min (límite {limit}).")
        values = {
            "minutes": round(abs(off) / timedelta(minutes=1)),
            "limit": round(slack.total_seconds() / 60),
        }
        other = chain[max(at - 1, 0)] if at else chain[1]
        found.append(Finding("audit.clock_moved", seen.id, "review", Phrase(text, values), other.id))
    return found


def _at_once(seen: Seen) -> bool:
    visit = seen.visit
    # Without a time of writing, what somebody says to have been live stands for it; what nobody says, not.
    told = seen.stamped or not seen.unsaid
    return told and visit.known is Known.LIVE and visit.recorded - visit.happened.end <= AT_ONCE


def _fits(at: int, kept: set[int], clocks: Sequence[datetime], slack: timedelta) -> bool:
    before = max((clocks[one] for one in kept if one < at), default=clocks[at])
    after = min((clocks[one] for one in kept if one > at), default=clocks[at])
    return before <= clocks[at] + slack and clocks[at] <= after + slack


def _longest_forward(clocks: Sequence[datetime], slack: timedelta) -> set[int]:
    """The places of a longest part in which no time is before an earlier one's by more than the slack."""
    tails: list[datetime] = []
    last: list[int] = []
    before: list[int | None] = []
    for at, clock in enumerate(clocks):
        length = bisect_right(tails, clock + slack)
        before.append(last[length - 1] if length else None)
        if length == len(tails):
            tails.append(clock)
            last.append(at)
        elif clock < tails[length]:
            tails[length] = clock
            last[length] = at
    kept: set[int] = set()
    place = last[-1] if last else None
    while place is not None:
        kept.add(place)
        place = before[place]
    return kept


def clock_against_counter(boot: Sequence[Seen]) -> list[Finding]:
    """Within one boot the clock and the machine's counter, which nobody sets, go on together."""
    if len(boot) < 2:
        return []
    zero = {seen.id: (seen.clock or seen.visit.recorded).timestamp() - (seen.ticks or 0.0) for seen in boot}
    limit = boot[0].policy.audit.clock_moved_s
    right = [zero[seen.id] for seen in boot if abs(seen.skew_s or 0.0) <= limit]
    usual = median_low(right or zero.values())
    found = []
    for seen in boot:
        off, limit = zero[seen.id] - usual, seen.policy.audit.clock_moved_s
        if abs(off) > limit:
            text = N_("El reloj se movió {minutes} min respecto del contador de la máquina (límite {limit}).")
            values = {"minutes": round(off / 60), "limit": round(limit / 60)}
            found.append(Finding("audit.clock_moved", seen.id, "review", Phrase(text, values)))
    return found


def forks(chain: Sequence[tuple[Link, Seen]]) -> list[Finding]:
    """Two that hold one place of the chain, or follow the same one: filed on that which nothing follows."""
    followed = {link.before for link, _ in chain if link.before}
    found = []
    for places in (_by(chain, "n"), _by(chain, "before")):
        for held in places:
            if len({link.own or seen.id for link, seen in held}) < 2:
                continue
            on = [seen for link, seen in held if link.own and link.own in followed]
            first = on[0] if on else held[0][1]
            text = N_("En el lugar {n} de la cadena del portátil hay dos cosas distintas.")
            found += [
                Finding("audit.chain_fork", seen.id, "serious", Phrase(text, {"n": link.n}), first.id)
                for link, seen in held
                if seen is not first
            ]
    return found


def _by(chain: Sequence[tuple[Link, Seen]], what: str) -> list[list[tuple[Link, Seen]]]:
    groups: dict[object, list[tuple[Link, Seen]]] = defaultdict(list)
    for link, seen in chain:
        key = getattr(link, what)
        if key != "":
            groups[key].append((link, seen))
    return [group for group in groups.values() if len(group) > 1]


def gaps(chains: Sequence[Sequence[tuple[Link, Seen]]], unread: Iterable[Link] = ()) -> list[Finding]:
    """Those whose predecessor is not there, where the file holds whole chains otherwise.

    By the hashes where they are given; else by the numbers.
    """
    beside: dict[str, list[Link]] = defaultdict(list)
    for link in unread:
        beside[link.incarnation].append(link)
    steps: list[tuple[bool, Seen, Seen, int]] = []
    for chain in chains:
        there = [*(link for link, _ in chain), *beside[chain[0][0].incarnation]]
        own = {link.own for link in there if link.own}
        numbers = {link.n for link in there}
        for (link_before, before), (link, seen) in pairwise(chain):
            if link.n == link_before.n:
                continue
            follows = link.before in own if link.before and own else link.n - 1 in numbers
            steps.append((follows, seen, before, link.n - link_before.n - 1))
    whole = sum(1 for follows, *_ in steps if follows)
    if len(steps) < LEAST_STEPS or whole < WHOLE * len(steps):
        return []
    text = N_(
        "La cadena del portátil no sigue a lo anterior: faltan {missing} eslabones antes de esta visita."
    )
    return [
        Finding("audit.chain_gap", seen.id, "serious", Phrase(text, {"missing": max(1, missing)}), before.id)
        for follows, seen, before, missing in steps
        if not follows
    ]
