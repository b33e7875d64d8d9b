"""A laptop speaks with its office's key and with no other, whoever vouches for it; and follows it when it
changes. The servers are real: TLS in front of the office's own app."""

from __future__ import annotations

import ipaddress
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from field_client import enrolling as field_enrolling
from field_client import syncing
from field_client.clock import SystemClock
from field_client.folder import open_laptop
from field_client.peer import BadAddress, HttpPeer, address_to_enrol_at
from field_client.store import pins as stored_pins
from server import certifying, enrolling
from server.app import create_app
from server.certifying import NotAnnounced
from server.office import Office
from server.serving import Serving
from server.store import tables as t
from server.store import tls_pins
from server.store.engine import open_engine, writing
from server.tls_front import WSGI, TlsFront
from sync.exchange import OfficeSays, Unreachable, Untrusted
from sync.keys import new_signing_key
from sync.pinning import pin_of, sign_pins
from tests.laptop.builders import CHEAP, PASSPHRASE
from tests.office.builders import World, enrolled, quick_engine, small_world
from tests.office.test_backups import office_in

HOST = "127.0.0.1"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = small_world(quick_engine(tmp_path))
    yield made
    made.engine.dispose()


@pytest.fixture
def office(world: World, tmp_path: Path) -> Office:
    return office_in(tmp_path, world)


@contextmanager
def served(app: WSGI, certificate: Path, key: Path) -> Iterator[str]:
    """The app behind TLS, in a thread; its address."""
    serving = Serving(app, HOST, 0, 4, TlsFront(certificate, key))
    thread = threading.Thread(target=serving.run)
    thread.start()
    try:
        yield f"https://{HOST}:{serving.port}"
    finally:
        serving.stop()
        thread.join(30)
        assert not thread.is_alive()


@contextmanager
def the_office(office: Office) -> Iterator[tuple[str, str]]:
    """The office serving with its own key: (address, pin)."""
    tls = certifying.ensure(office, [HOST], datetime.now(UTC))
    with served(create_app(office, testing=True), tls.certificate, tls.key) as address:
        yield address, tls.pin


def code_for(office: Office, world: World, agent: str = "Ana") -> str:
    return enrolling.issue_code(office.engine, world.agents[agent], actor="cli", now=datetime.now(UTC))


def enrol(folder: Path, server: str, code: str) -> None:
    field_enrolling.enrol(
        folder, server=server, code=code, passphrase=PASSPHRASE, clock=SystemClock(), cost=CHEAP
    )


def exchange(folder: Path) -> syncing.Exchanged | syncing.NotExchanged:
    store = open_laptop(folder, PASSPHRASE)
    try:
        return syncing.exchange(store, SystemClock())
    finally:
        store.close()


@dataclass
class Impostor:
    """Answers everybody "200" and remembers what it was told."""

    heard: list[str] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.heard.append(environ["PATH_INFO"])
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b"{}"]


@dataclass
class Authority:
    """An authority that some machine trusts, and a certificate it signed for the office's own address."""

    folder: Path

    def __post_init__(self) -> None:
        authority = ec.generate_private_key(ec.SECP256R1())
        self.root, self.certificate, self.key = (self.folder / name for name in ("ca", "crt", "key"))
        theirs = ec.generate_private_key(ec.SECP256R1())
        made = _certificate("An authority", authority, authority, "An authority", ca=True)
        self.root.write_bytes(made)
        self.certificate.write_bytes(_certificate(HOST, theirs, authority, "An authority", ca=False))
        self.key.write_bytes(
            theirs.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )


def _certificate(name: str, key: Any, signer: Any, issuer: str, *, ca: bool) -> bytes:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if not ca:
        address = x509.IPAddress(ipaddress.ip_address(HOST))
        builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_a_laptop_enrols_and_exchanges_with_the_key_it_was_told(
    office: Office, world: World, tmp_path: Path
) -> None:
    with the_office(office) as (address, pin):
        enrol(tmp_path / "laptop", f"{address}#{pin}", code_for(office, world))
        done = exchange(tmp_path / "laptop")
    assert isinstance(done, syncing.Exchanged), done
    assert done.outcome.received == len(world.feed("Ana"))


def test_another_key_is_refused_before_a_word_is_said(office: Office, world: World, tmp_path: Path) -> None:
    other = Impostor()
    with the_office(office) as (address, pin):
        enrol(tmp_path / "laptop", f"{address}#{pin}", code_for(office, world))
    port = int(address.rsplit(":", 1)[1])
    authority = Authority(tmp_path)
    serving = Serving(other, HOST, port, 2, TlsFront(authority.certificate, authority.key))
    thread = threading.Thread(target=serving.run)
    thread.start()
    try:
        refused = exchange(tmp_path / "laptop")
        with pytest.raises(Untrusted, match="no es la oficina"):
            enrol(tmp_path / "second", f"{address}#{pin}", "AAAAA-BBBBB-CCCCC-DDDDD")
        assert isinstance(refused, syncing.NotExchanged)
        assert refused.code == "untrusted"
        assert "muestra otra llave" in str(refused.because)
        assert other.heard == []
        # The control: the same server is heard by one who pins its key instead.
        impostors = pin_of(_der(authority.certificate))
        HttpPeer(address, device="d", token="t", pins=[impostors]).seal({"sealed_key": ""})
        assert other.heard == ["/v1/seal"]
    finally:
        serving.stop()
        thread.join(30)


def _der(certificate: Path) -> bytes:
    return x509.load_pem_x509_certificate(certificate.read_bytes()).public_bytes(serialization.Encoding.DER)


def test_a_certificate_an_authority_vouches_for_does_not_replace_the_pin(
    office: Office, tmp_path: Path
) -> None:
    """A man in the middle with a certificate for the office's address that the machine itself believes."""
    authority, middle = Authority(tmp_path), Impostor()
    with served(middle, authority.certificate, authority.key) as address:
        trusting = HttpPeer(address, attempts=1)
        trusting._session.verify = str(authority.root)
        trusting.seal({"sealed_key": ""})  # the control: without a pin the authority's word is enough
        assert middle.heard == ["/v1/seal"]
        pinning = HttpPeer(address, attempts=1, pins=["ab" * 32])
        pinning._session.verify = str(authority.root)
        with pytest.raises(Untrusted):
            pinning.seal({"sealed_key": ""})
        assert middle.heard == ["/v1/seal"]


def test_without_a_pin_a_certificate_nobody_vouches_for_is_refused(office: Office) -> None:
    with the_office(office) as (address, _pin), pytest.raises(Unreachable):
        HttpPeer(address, attempts=1).enrol({})


def test_the_next_key_is_taken_by_those_who_heard_of_it(office: Office, world: World, tmp_path: Path) -> None:
    ana, benito = tmp_path / "ana", tmp_path / "benito"
    with the_office(office) as (address, pin):
        enrol(ana, f"{address}#{pin}", code_for(office, world, "Ana"))
        enrol(benito, f"{address}#{pin}", code_for(office, world, "Benito"))
        following = certifying.announce(office, [HOST], datetime.now(UTC))
        with pytest.raises(NotAnnounced, match="2 laptop"):
            certifying.switch(office, datetime.now(UTC))
        assert isinstance(exchange(ana), syncing.Exchanged)
        assert [name.split(",")[0] for name in certifying.not_told(office.engine)] == ["Benito"]
        assert certifying.switch(office, datetime.now(UTC), even_so=True).pin == following.pin != pin
        shown_by = _until_shown(address, following.pin)
        assert shown_by is not None, "a running server takes the new key up by itself"
        assert isinstance(exchange(ana), syncing.Exchanged)
        told = exchange(benito)
        assert isinstance(told, syncing.NotExchanged), "who did not hear of it refuses: the control"
        assert told.code == "untrusted"


def _until_shown(address: str, pin: str) -> str | None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            HttpPeer(address, attempts=1, pins=[pin]).seal({"sealed_key": ""})
        except Untrusted:
            time.sleep(0.1)
        except OfficeSays:  # whatever it answers, it came over the new key
            return pin
        else:
            return pin
    return None


def test_only_the_office_says_which_keys_are_its_own(office: Office, world: World, tmp_path: Path) -> None:
    with the_office(office) as (address, pin):
        enrol(tmp_path / "laptop", f"{address}#{pin}", code_for(office, world))
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    store = open_laptop(tmp_path / "laptop", PASSPHRASE)
    office_id = world.rows(t.office, t.office.c.name == "id")[0]["value"]

    def said(key: Any, at: datetime, of: str = office_id, pins: tuple[str, ...] = ("ab" * 32, pin)) -> Any:
        return sign_pins(key, office=of, pins=pins, said_at=at).to_json()

    good = said(world.signer, datetime.now(UTC).replace(microsecond=0))
    wrong = [
        said(new_signing_key(), now),
        said(world.signer, now, of="another office"),
        good | {"pins": ["cd" * 32]},
        good | {"pins": []},
        good | {"pins": ["xyz"]},
        {},
        None,
    ]
    with store.writing() as db:
        assert [stored_pins.learn(db, one) for one in wrong] == [False] * len(wrong)
        assert stored_pins.get(db) == [pin]
        assert stored_pins.learn(db, good)
        assert not stored_pins.learn(db, good), "said again, or older, it changes nothing"
        assert stored_pins.get(db) == ["ab" * 32, pin]
    store.close()


def test_a_statement_of_pins_is_told_only_while_a_key_changes(office: Office) -> None:
    now = datetime.now(UTC)
    certifying.ensure(office, [HOST], now)
    with writing(office.engine) as connection:
        assert tls_pins.to_tell(connection, now) is None
    certifying.announce(office, [], now)
    with writing(office.engine) as connection:
        assert tls_pins.to_tell(connection, now) is not None
        assert tls_pins.to_tell(connection, now + timedelta(days=91)) is None


@pytest.mark.parametrize(
    ("server", "pin", "insecure", "said"),
    [
        ("http://oficina.example:8000", "", False, "is not encrypted"),
        ("http://192.168.1.5:8000", "", False, "--insecure"),
        ("https://oficina.example#abc", "", False, "has 64 letters"),
        ("https://oficina.example#" + "ab" * 32, "cd" * 32, False, "two different pins"),
        ("http://127.0.0.1:8000#" + "ab" * 32, "", False, "needs https"),
        ("http://192.168.1.5:8000", "", True, None),
        ("http://127.0.0.1:8000", "", False, None),
        ("http://localhost:8000", "", False, None),
        ("https://oficina.example", "", False, None),
        ("https://oficina.example/#" + "AB:" * 31 + "AB", "ab" * 32, False, None),
    ],
)
def test_an_address_that_would_show_debtors_to_others_is_refused(
    server: str, pin: str, insecure: bool, said: str | None
) -> None:
    if said is None:
        address, found = address_to_enrol_at(server, pin, insecure=insecure)
        assert "#" not in address
        assert found in ("", "ab" * 32)
        return
    with pytest.raises(BadAddress, match=said):
        address_to_enrol_at(server, pin, insecure=insecure)


@pytest.mark.parametrize("tls", [True, False])
def test_an_office_told_to_stop_under_load_answers_what_it_began_and_loses_nothing(
    office: Office, world: World, tmp_path: Path, tls: bool
) -> None:
    laptops = [enrolled(world, agent) for agent in ("Ana", "Benito", "Ana", "Benito")]
    world.engine.dispose()
    arguments = ["office", "serve", "--data", str(tmp_path), "--port", "0", "--log", "json"]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sync", *arguments, *(["--tls"] if tls else [])],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    greeting = process.stdout.readline()
    assert greeting, (tmp_path / "log").read_text()[-2000:]
    address = greeting.split()[-1]
    pins = [process.stdout.readline().rsplit("#", 1)[1].strip()] if tls else []
    acknowledged: list[tuple[str, int]] = []
    counted = threading.Event()

    def go_on(laptop: Any) -> None:
        peer = HttpPeer(address, device=laptop.device.id, token=laptop.token, pins=pins, attempts=1)
        try:
            while len(laptop.entries) < 5_000:
                entry = laptop.visit(results=[])
                reply = peer.sync(laptop.request([entry]))
                acknowledged.append((laptop.incarnation, reply["have"]["n"]))
                if len(acknowledged) > 30:
                    counted.set()
        except Unreachable:
            pass
        finally:
            counted.set()

    threads = [threading.Thread(target=go_on, args=[laptop]) for laptop in laptops]
    for thread in threads:
        thread.start()
    assert counted.wait(120)
    process.send_signal(signal.SIGTERM)
    assert process.wait(90) == 0, (tmp_path / "log").read_text()[-2000:]
    process.stdout.close()
    for thread in threads:
        thread.join(90)
        assert not thread.is_alive()
    assert len(acknowledged) > 30
    wal = tmp_path / "office.db-wal"
    assert not wal.exists() or wal.stat().st_size == 0, "the file alone is the office"
    again = World(open_engine(f"sqlite:///{tmp_path / 'office.db'}"), world.signer, b"")
    held = {(row["incarnation"], row["n"]) for row in again.rows(t.events)}
    assert set(acknowledged) <= held
    # Answered in good order: at most what was on its way into a closing port is unknown to the laptops.
    assert len(held) - len(set(acknowledged)) <= len(laptops)
    again.engine.dispose()
