"""Signatures, trust, sealing and wrapping: only the right key opens, and the wrong one says so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.keys import (
    DEVICE,
    OFFICE,
    BrokenKey,
    Cost,
    Keyring,
    PublicKey,
    SigningKey,
    WrongPassphrase,
    endorse,
    key_id,
    new_database_key,
    new_recovery_key,
    new_signing_key,
    open_sealed,
    recovery_key_from_pem,
    recovery_pem,
    seal,
    signing_key,
    signing_key_from_pem,
    unwrap,
    verified,
    wrap,
)

from .test_ledger import vectors

QUICK = settings(derandomize=True, deadline=None, max_examples=60)
CHEAP = Cost(memory_kib=8, passes=1, lanes=1)
DAY = datetime(2026, 11, 21, tzinfo=UTC)


def office(key: SigningKey, **changes: object) -> PublicKey:
    return replace(PublicKey(key.public, OFFICE, "office", DAY), **changes)  # type: ignore[arg-type]


def test_a_signature_holds_for_its_key_and_its_bytes_only() -> None:
    key, other = new_signing_key(), new_signing_key()
    signature = key.sign(b"visita")
    assert verified(key.public, signature, b"visita")
    assert not verified(key.public, signature, b"visitA")
    assert not verified(other.public, signature, b"visita")
    assert not verified(key.public, signature[:-1], b"visita")
    assert not verified(b"short", signature, b"visita")


def test_a_key_comes_back_from_its_file_and_from_its_bytes() -> None:
    key = new_signing_key()
    assert signing_key_from_pem(key.pem()).public == signing_key(key.raw()).public == key.public
    recovery = new_recovery_key()
    assert recovery_key_from_pem(recovery_pem(recovery)).private_bytes_raw() == recovery.private_bytes_raw()
    assert len(key.id) == 16
    assert key.id == key_id(key.public)


def test_a_file_of_another_kind_is_refused_with_a_sentence() -> None:
    recovery, key = recovery_pem(new_recovery_key()), new_signing_key().pem()
    for read, pem in (
        (signing_key_from_pem, recovery),
        (recovery_key_from_pem, key),
        (signing_key_from_pem, b"no"),
    ):
        with pytest.raises(BrokenKey, match="this file does not hold"):
            read(pem)
    with pytest.raises(BrokenKey, match="32 bytes"):
        signing_key(b"short")
    with pytest.raises(BrokenKey, match="32 bytes"):
        key_id(b"short")


def test_a_secret_key_never_shows_itself() -> None:
    key = new_signing_key()
    assert key.raw().hex() not in repr(key)
    assert "private" not in repr(key)


def test_a_key_signs_only_for_its_purpose_and_only_while_it_is_valid() -> None:
    key = new_signing_key()
    ring = Keyring((office(key, retired_at=DAY + timedelta(days=90)),))
    signature = key.sign(b"recibo")

    def check(purpose: str, at: datetime | None = None, data: bytes = b"recibo") -> str | None:
        return ring.check(key.id, signature, data, purpose=purpose, at=at)

    assert check(OFFICE) is None
    assert check(OFFICE, DAY) is None
    assert check(OFFICE, DAY + timedelta(days=89)) is None
    assert check(OFFICE, DAY + timedelta(days=90)) == "unknown_key"
    assert check(OFFICE, DAY - timedelta(seconds=1)) == "unknown_key"
    assert check(DEVICE) == "unknown_key"
    assert check(OFFICE, data=b"otro") == "bad_signature"


def test_trust_passes_from_key_to_key_by_endorsement_only() -> None:
    first, second, third, thief = (new_signing_key() for _ in range(4))
    held = Keyring((office(first),))
    next_one = endorse(first, office(second, valid_from=DAY + timedelta(days=60)))
    after_it = endorse(second, office(third, valid_from=DAY + timedelta(days=120)))
    stranger = endorse(thief, office(thief))
    grown = held.trusting(Keyring((after_it, stranger, next_one)))
    assert {key.id for key in grown.keys} == {first.id, second.id, third.id}
    moved = replace(next_one, valid_from=DAY)
    assert held.trusting(Keyring((moved,))) == held
    laptop = endorse(first, PublicKey(thief.public, DEVICE, "laptop", DAY))
    assert held.trusting(Keyring((laptop,))) == held


def test_an_offer_can_retire_a_trusted_key_but_never_lengthen_it() -> None:
    key = new_signing_key()
    early, late = DAY + timedelta(days=1), DAY + timedelta(days=9)
    held = Keyring((office(key, retired_at=early),))
    assert held.trusting(Keyring((office(key, retired_at=late),))) == held
    assert held.trusting(Keyring((office(key),))) == held
    assert Keyring((office(key),)).trusting(held) == held


def test_a_retired_key_endorses_no_later_one() -> None:
    first, second = new_signing_key(), new_signing_key()
    held = Keyring((office(first, retired_at=DAY + timedelta(days=30)),))
    late = endorse(first, office(second, valid_from=DAY + timedelta(days=31)))
    assert held.trusting(Keyring((late,))) == held


def test_a_keyring_survives_json_and_refuses_what_is_not_one() -> None:
    key, older = new_signing_key(), new_signing_key()
    ring = Keyring((endorse(older, office(key, retired_at=DAY + timedelta(days=5))),))
    assert Keyring.from_json(json.loads(json.dumps(ring.to_json()))) == ring
    said = ring.to_json()["keys"][0]
    for wrong in (
        None,
        [],
        {"keys": 3},
        {"keys": [None]},
        {"keys": [said | {"public": "zz"}]},
        {"keys": [said | {"key_id": "0" * 16}]},
        {"keys": [said | {"purpose": "king"}]},
        {"keys": [said | {"valid_from": "ayer"}]},
        {"keys": [{}]},
    ):
        with pytest.raises(BrokenKey):
            Keyring.from_json(wrong)


@QUICK
@given(st.binary(max_size=200))
def test_what_is_sealed_opens_for_the_recovery_key_alone(plain: bytes) -> None:
    recovery = new_recovery_key()
    public = recovery.public_key().public_bytes_raw()
    sealed = seal(public, plain)
    assert open_sealed(recovery, sealed) == plain
    assert seal(public, plain) != sealed
    with pytest.raises(BrokenKey, match="another key"):
        open_sealed(new_recovery_key(), sealed)


def test_any_changed_byte_keeps_a_box_shut() -> None:
    recovery = new_recovery_key()
    sealed = seal(recovery.public_key().public_bytes_raw(), b"clave")
    for where in range(len(sealed)):
        changed = bytearray(sealed)
        changed[where] ^= 1
        with pytest.raises(BrokenKey):
            open_sealed(recovery, bytes(changed))
    with pytest.raises(BrokenKey):
        open_sealed(recovery, sealed[:40])
    with pytest.raises(BrokenKey):
        seal(bytes(32), b"clave")  # the point at zero gives everyone the same secret


def test_a_database_key_opens_with_its_passphrase_and_no_other() -> None:
    key = new_database_key()
    wrapped = wrap(key, "camión 3 señales", CHEAP)
    assert unwrap(wrapped, "camión 3 señales") == key
    with pytest.raises(WrongPassphrase, match="contraseña"):
        unwrap(wrapped, "camion 3 senales")
    assert key.hex() not in wrapped


def test_an_accent_typed_in_two_strokes_is_the_same_accent() -> None:
    wrapped = wrap(bytes(32), "señal", CHEAP)
    assert unwrap(wrapped, "sen\u0303al") == bytes(32)


def test_a_damaged_or_foreign_wrapped_key_says_so_and_is_no_wrong_passphrase() -> None:
    said = json.loads(wrap(bytes(32), "clave", CHEAP))
    wrongs = [
        "",
        "[]",
        "{}",
        "null",
        *(json.dumps({k: v for k, v in said.items() if k != name}) for name in said),
    ]
    changes = [
        {"memory_kib": 2**40},
        {"lanes": 0},
        {"passes": 10**9},
        {"v": 2},
        {"salt": "AAAA"},
        {"nonce": "?"},
    ]
    for wrong in [*wrongs, *(json.dumps(said | change) for change in changes)]:
        with pytest.raises(BrokenKey):
            unwrap(wrong, "clave")
    with pytest.raises(BrokenKey, match="32 bytes"):
        wrap(b"short", "clave", CHEAP)


def test_the_price_of_a_guess_is_stored_and_guarded() -> None:
    wrapped = wrap(bytes(32), "clave", CHEAP)
    assert json.loads(wrapped)["memory_kib"] == 8
    with pytest.raises(WrongPassphrase):
        unwrap(json.dumps(json.loads(wrapped) | {"passes": 2}), "clave")
    assert Cost() == Cost(memory_kib=65536, passes=3, lanes=4)


def test_the_documented_box_and_wrapped_key_open() -> None:
    said = vectors()["secrets"]
    private = X25519PrivateKey.from_private_bytes(bytes.fromhex(said["recovery_secret"]))
    assert private.public_key().public_bytes_raw().hex() == said["recovery_public"]
    assert open_sealed(private, bytes.fromhex(said["sealed"])).hex() == said["plain"]
    assert unwrap(said["wrapped"], said["passphrase"]).hex() == said["plain"]
