"""Enrolment, a restore that is proved and an office's no, as docs/protocol.md shows them, are said like that."""

from __future__ import annotations

from typing import Any

from field_client import enrolling as laptops
from field_client import syncing
from server import enrolling
from sync.exchange import OfficeSays
from sync.wire.errors import told
from sync.wire.messages import EnrolReply, EnrolRequest, SealRequest, SyncReply, SyncRequest
from tests.laptop.builders import CHEAP, PASSPHRASE
from tests.laptop.pairs import InProcessPeer, Pair
from tests.laptop.test_documented_messages import shape
from tests.laptop.test_enrolled_again import rotated
from tests.wire.test_ledger import vectors

Said = dict[str, Any]


class Heard(InProcessPeer):
    """The office, and every message that was said to it with its answer."""

    def __init__(self, pair: Pair) -> None:
        super().__init__(pair.world, pair.clock)
        self.authorization = pair.peer.authorization
        self.heard: list[tuple[Said, Said]] = []

    def _ask(self, act: Any, *arguments: Any) -> Any:
        request = next((one for one in arguments if isinstance(one, dict)), None)
        if request is None:  # who asks is found out first
            return super()._ask(act, *arguments)
        try:
            answer = super()._ask(act, *arguments)
        except OfficeSays as no:
            said = {"msgid": no.told.detail.msgid, "values": dict(no.told.detail.values)}
            self.heard.append((request, {"type": f"urn:ronda:error:{no.told.code}", "said": said}))
            raise
        if isinstance(answer, dict):
            self.heard.append((request, answer))
        return answer


def live(pair: Pair) -> dict[str, Said]:
    """Another laptop of Ana's comes in; and hers meets an office put back from before a change of its key."""
    world, hers = pair.world, Heard(pair)
    code = enrolling.issue_code(world.engine, world.agents["Ana"], actor="cli", now=pair.clock.now)
    given: Any = {
        "server": "http://127.0.0.1:9",
        "passphrase": PASSPHRASE,
        "clock": pair.clock,
        "cost": CHEAP,
    }
    laptops.enrol_with(pair.folder.parent / "other", hers, code=code, **given)
    (enrol, enrolled), (seal, sealed) = hers.heard
    pair.exchange()
    copy, old = pair.office_copied("backup"), world.signer
    rotated(pair)
    pair.visit()
    pair.exchange()
    pair.office_restored(copy)
    world.signer = old
    office = Heard(pair)
    assert isinstance(syncing.exchange(pair.store, pair.clock, office, check=False), syncing.Exchanged)
    (_, wanted), (shown, restored), *_ = office.heard
    return {
        "enrol": enrol,
        "enrolled": enrolled,
        "seal": seal,
        "sealed": sealed,
        "wanted": wanted,
        "shown": shown,
        "restored": restored | {"page": restored["page"] | {"rows": []}},
    }


def test_enrolment_and_a_proved_restore_are_said_as_documented(pair: Pair) -> None:
    said: Any = vectors()["steps"]
    now = live(pair)
    EnrolRequest().load(said["enrol"])
    EnrolReply().load(said["enrolled"])
    SealRequest().load(said["seal"])
    SyncRequest().load(said["shown"])
    SyncReply().load(said["restored"])
    refused = told(said["wanted"])
    assert refused is not None
    assert refused.known
    assert {name: shape(message) for name, message in said.items()} == {
        name: shape(message) for name, message in now.items()
    }
    assert said["restored"]["epoch"] != said["shown"]["hello"]["receipt"]["epoch"]
    assert said["restored"]["page"]["reset"]
