"""What may be said to whom, step by step: the lines of the guide for a party under a pack. Reads no file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..records import Party
from .policy import Policy

KINDS = ("do", "say", "avoid")
START = "inicio"  # before the first step, and all there is with who is not to hear of the debt


@dataclass(frozen=True)
class Line:
    """One line of the guide. `needs` and `unless` name a switch of the pack; `packs` narrows to some."""

    kind: str
    text: str
    parties: tuple[Party, ...]
    step: str = START
    needs: str = ""
    unless: str = ""
    packs: tuple[str, ...] = ()


def line_from(said: Mapping[str, Any]) -> Line:
    """A line of the guide's file. Raises ValueError when it is none."""
    if said["kind"] not in KINDS:
        raise ValueError(f"guide: {said['kind']!r} is none of {', '.join(KINDS)}")
    return Line(
        said["kind"],
        said["text"],
        tuple(Party(one) for one in said["parties"]),
        said.get("step", START),
        said.get("needs", ""),
        said.get("unless", ""),
        tuple(said.get("packs", ())),
    )


def guide(lines: Iterable[Line], party: Party, policy: Policy | None) -> tuple[Line, ...]:
    """The lines for this party under this pack. Without a known pack every switch is off."""
    known = policy is not None
    may = {
        "receive_payment": policy is not None and policy.may_receive_payment,
        "ask_reason": policy is not None and policy.may_ask_reason,
    }
    name = policy.name.partition("@")[0] if policy is not None else ""
    return tuple(
        line
        for line in lines
        if party in line.parties
        and (not line.needs or (known and may.get(line.needs, False)))
        and (not line.unless or not may.get(line.unless, False))
        and (not line.packs or name in line.packs)
    )


def guide_of_all(lines: Iterable[Line], party: Party, policies: Iterable[Policy | None]) -> tuple[Line, ...]:
    """Of several packs at one door: what one of them forbids or demands holds; said is what all allow."""
    every = list(lines)
    each = [set(guide(every, party, policy)) for policy in policies] or [set(guide(every, party, None))]
    common, some = set.intersection(*each), set.union(*each)
    return tuple(line for line in every if line in (common if line.kind == "say" else some))


def of_step(lines: Iterable[Line], step: str) -> dict[str, tuple[Line, ...]]:
    """The lines of a step by kind, in the order do, say, avoid."""
    mine = [line for line in lines if line.step == step]
    return {kind: tuple(line for line in mine if line.kind == kind) for kind in KINDS}
