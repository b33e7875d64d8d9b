"""Runs one whole exchange as a list of verbs. Decides only when there is nothing more to move."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import ValidationError

from ..keys import OFFICE
from ..ledger import Checkpoint
from ..wire.messages import SyncReply
from ..words import N_, Phrase
from . import attach, compare, hello, pull, push, retain, sealed, trusting
from .sides import Clock, Identity, Laptop, OfficeSays, Peer, Reading, Unreachable, Untrusted
from .sizes import Sizes

# An office whose mark never moves would keep us asking for ever; this is far above any honest backlog.
ROUNDS = 10_000
# A no that a smaller request may turn into a yes.
TOO_MUCH = frozenset({"too_large", "bad_encoding", "bad_json", "busy"})

# Made once: making the schema takes longer than reading a small reply with it.
REPLY = SyncReply()


@dataclass(frozen=True)
class Outcome:
    """What an exchange moved. `differed` is None when the sides could not be compared."""

    rounds: int = 0
    sent: int = 0
    received: int = 0
    reopened: int = 0
    quarantined: int = 0
    attachments: int = 0  # pictures the office does not store yet
    attachments_sent: int = 0
    documents: int = 0  # papers that came whole
    documents_wanted: int = 0
    differed: int | None = None
    offset_ms: int | None = None
    uncertainty_ms: int | None = None


def run(laptop: Laptop, peer: Peer, clock: Clock, *, check: bool = True) -> Outcome:
    """Exchange until nothing more is to move, then compare. Raises Unreachable, OfficeSays or Untrusted.

    Whatever was exchanged before an error stays exchanged.
    """
    outcome, more = Outcome(), True
    try:
        while more:
            outcome, more = _round(laptop, peer, clock, outcome)
    except OfficeSays as said:
        if said.told.code == "revoked":  # its events are sealed at the office; so are its pictures
            sealed.hand_over(laptop, peer, clock)
            _attach(laptop, peer, clock, outcome)
        raise
    if check:
        outcome = _compare(laptop, peer, clock, outcome)
    # Last: storing a picture changes the feed again, which is for the next exchange to fetch.
    # A visit saved meanwhile does not wait for a slow photo either: the next exchange sends both.
    before = _first_waiting(laptop)
    return _attach(laptop, peer, clock, outcome, lambda: _first_waiting(laptop) != before)


def _first_waiting(laptop: Laptop) -> str | None:
    """The first event that is not acknowledged yet, if any."""
    return next((entry.id for entry in laptop.waiting(laptop.identity().incarnation, 1)), None)


def _attach(
    laptop: Laptop, peer: Peer, clock: Clock, outcome: Outcome, enough: Callable[[], bool] = lambda: False
) -> Outcome:
    budget = attach.Budget(pause=time.sleep, enough=enough)
    carried = attach.run(laptop, peer, clock.read().wall, budget)
    return replace(
        outcome,
        attachments=carried.pending,
        attachments_sent=carried.sent,
        documents=carried.received,
        documents_wanted=carried.wanted,
    )


def _round(laptop: Laptop, peer: Peer, clock: Clock, outcome: Outcome) -> tuple[Outcome, bool]:
    """One request about one chain: its events up, a page of the feed down."""
    identity = laptop.identity()
    said, asked = push.batch(laptop, identity), pull.ask(laptop, identity)
    reply, outcome = _exchange(laptop, peer, clock, outcome, identity, {"push": said, "pull": asked})
    identity = trusting.take(laptop, identity, reply)
    carried = len(said["events"]) if said else 0
    reopened = push.settle(laptop, identity, reply, clock.read())
    rows, more_rows = pull.take(laptop, identity, asked, reply["page"])
    retain.note(laptop, identity, reply)
    stuck = said is not None and not reopened and reply["have"]["n"] < said["events"][0]["n"]
    if stuck and outcome.rounds > 3:
        raise Untrusted(Phrase(N_("La oficina no acepta los eventos que faltan; avise al coordinador")))
    _remember_size(laptop, identity, identity.sizes.after(pushed=carried, page_full=rows >= asked["limit"]))
    outcome = replace(
        outcome,
        sent=outcome.sent + (0 if stuck or reopened else carried),
        received=outcome.received + rows,
        reopened=outcome.reopened + reopened,
        quarantined=len(reply["quarantined"]),
    )
    return outcome, (more_rows or laptop.unsettled()) and outcome.rounds < ROUNDS


def _compare(laptop: Laptop, peer: Peer, clock: Clock, outcome: Outcome) -> Outcome:
    """Compare what both hold, and ask what became of the odd events of chains no longer written to."""
    asked = compare.question(laptop)
    if asked is None:
        return outcome
    identity = laptop.identity()
    reply, outcome = _exchange(laptop, peer, clock, outcome, identity, {"compare": asked})
    outcome = replace(outcome, differed=compare.mend(laptop, asked, reply["compare"]))
    for chain in laptop.odd_chains():
        identity = laptop.identity(chain)
        reply, outcome = _exchange(laptop, peer, clock, outcome, identity, {})
        identity = trusting.take(laptop, identity, reply)
        push.settle(laptop, identity, reply, clock.read())
        retain.note(laptop, identity, reply)
    return outcome


def _exchange(
    laptop: Laptop, peer: Peer, clock: Clock, outcome: Outcome, identity: Identity, said: dict[str, Any]
) -> tuple[dict[str, Any], Outcome]:
    """One request and its reply, loaded strictly; the clocks are compared on the way."""
    sent = clock.read()
    try:
        reply = _ask(laptop, peer, identity, sent, {"push": None, "pull": None, "compare": None} | said)
    except Unreachable:
        _remember_size(laptop, identity, identity.sizes.failed())
        raise
    except OfficeSays as refused:
        if refused.told.code in TOO_MUCH:
            sizes = identity.sizes
            larger = refused.told.code == "too_large"
            _remember_size(laptop, identity, sizes.smaller() if larger else sizes.failed())
        raise
    received = clock.read()
    offset_ms, uncertainty_ms = hello.offset(sent, received, reply["server_time"])
    laptop.heard(
        offset_ms=offset_ms, uncertainty_ms=uncertainty_ms, epoch=reply["epoch"], notices=reply["notices"]
    )
    identity = trusting.take(laptop, identity, reply)
    _keep_checkpoint(laptop, identity.office_keys, reply["checkpoint"])
    return reply, replace(
        outcome, rounds=outcome.rounds + 1, offset_ms=offset_ms, uncertainty_ms=uncertainty_ms
    )


def _ask(
    laptop: Laptop, peer: Peer, identity: Identity, sent: Reading, said: dict[str, Any]
) -> dict[str, Any]:
    """The office's reply. Where it knows of less than our receipt says, or of another history than ours, it
    is shown the receipt first: that may prove to it that it was put back from a backup."""
    pushed = len((said["push"] or {"events": []})["events"])
    try:
        reply = _read(peer.sync({"hello": hello.say(identity, sent, pushed)} | said))
    except OfficeSays as refused:
        if refused.told.code != hello.RECEIPT_WANTED:
            raise
    else:
        have = reply["have"]
        if identity.receipt is None or laptop.hash_at(identity.incarnation, have["n"]) == have["h"]:
            return reply
    return _read(peer.sync({"hello": hello.say(identity, sent, pushed, show=True)} | said))


def _read(answered: dict[str, Any]) -> dict[str, Any]:
    try:
        reply: dict[str, Any] = REPLY.load(answered)
    except ValidationError as wrong:
        fields = wrong.messages if isinstance(wrong.messages, dict) else {}
        text = N_("La respuesta de la oficina no se entiende ({where}); actualice el programa")
        raise Untrusted(Phrase(text, {"where": ", ".join(sorted(map(str, fields)))})) from wrong
    return reply


def _remember_size(laptop: Laptop, identity: Identity, sizes: Sizes) -> None:
    if sizes != identity.sizes:
        laptop.resize(sizes)


def _keep_checkpoint(laptop: Laptop, keys: Any, said: dict[str, Any] | None) -> None:
    """Keep the daily checkpoint when the office's signature on it holds; held here, it is held outside."""
    if said is None:
        return
    try:
        checkpoint = Checkpoint.from_json(said)
    except ValueError:
        return
    signed = checkpoint.signed_bytes()
    if keys.check(checkpoint.key_id, checkpoint.signature, signed, purpose=OFFICE, at=checkpoint.at) is None:
        laptop.keep_checkpoint(checkpoint)
