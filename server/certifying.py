"""Makes the office's TLS key and its self-signed certificate, and changes them after announcing it.

Laptops know the key by its pin, given with the enrolment code, so no authority signs the certificate.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import Connection, Engine

from sync.keys import SigningKey
from sync.pinning import Pins, pin_of, sign_pins

from .backup_folder import write_durably
from .config import Config, WrongConfig
from .office import Office
from .store import devices, facts, offices, tls_pins
from .store.engine import reading, writing

CERTIFICATE, KEY = "tls.crt", "tls.key"
NEXT = "next-"
# The pin is what is trusted; a certificate that runs out would only lock laptops out one morning.
VALID = timedelta(days=3650)


class NotAnnounced(RuntimeError):
    """The next key cannot be used yet, or there is none; the message says what to do."""


@dataclass(frozen=True)
class Tls:
    """The files a server shows, and the pin of their key."""

    certificate: Path
    key: Path
    pin: str


def tls_of(config: Config, prefix: str = "") -> Tls | None:
    """The certificate in use, or the next one; None when there is none."""
    certificate, key = config.keys / (prefix + CERTIFICATE), config.keys / (prefix + KEY)
    if not certificate.is_file() or not key.is_file():
        return None
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
    except ValueError as wrong:
        raise WrongConfig(f"{certificate} is not a certificate in PEM; restore it from a backup") from wrong
    return Tls(certificate, key, pin_of(found.public_bytes(serialization.Encoding.DER)))


def ensure(office: Office, hosts: Sequence[str], now: datetime) -> Tls:
    """The office's certificate, made for these host names and addresses when there is none."""
    found = tls_of(office.config)
    if found is None:
        _make(office.config, hosts, now, "")
        found = tls_of(office.config)
        assert found is not None  # noqa: S101  # it was just written
        with writing(office.engine) as connection:
            _say(connection, office.signer, [found.pin], now)
            _note(connection, "tls.made", found.pin, now, {"hosts": list(hosts)})
    return found


def announce(office: Office, hosts: Sequence[str], now: datetime) -> Tls:
    """Make the next key and tell it to every laptop at its next sync; nothing else changes yet."""
    current = tls_of(office.config)
    if current is None:
        raise NotAnnounced("this office has no TLS key yet; `ronda office serve --tls` makes one")
    following = tls_of(office.config, NEXT)
    if following is None:
        _make(office.config, hosts or hosts_of(current), now, NEXT)
        following = tls_of(office.config, NEXT)
        assert following is not None  # noqa: S101  # it was just written
    with writing(office.engine) as connection:
        _say(connection, office.signer, [current.pin, following.pin], now)
        _note(connection, "tls.announced", following.pin, now, {"instead_of": current.pin})
    return following


def switch(office: Office, now: datetime, *, even_so: bool = False) -> Tls:
    """Use the key that was announced. Raises NotAnnounced when there is none, or a laptop has not heard."""
    following = tls_of(office.config, NEXT)
    said = announced(office.engine)
    if following is None or said is None or following.pin not in said.pins:
        raise NotAnnounced("no TLS key was announced; do so first with `ronda office keys tls`")
    away = [] if even_so else not_told(office.engine)
    if away:
        raise NotAnnounced(
            f"{len(away)} laptop(s) have not met the office since the key was announced and would refuse it: "
            f"{', '.join(away[:5])}. Wait for them, or say --even-so and enrol them again."
        )
    # The key first: a server that reads in between finds a pair that does not match and keeps the old.
    following.key.replace(office.config.keys / KEY)
    following.certificate.replace(office.config.keys / CERTIFICATE)
    with writing(office.engine) as connection:
        # A laptop that was away since keeps both pins until it has met the new key.
        _note(connection, "tls.switched", following.pin, now, {})
    current = tls_of(office.config)
    assert current is not None  # noqa: S101  # it was just put in place
    return current


def announced(engine: Engine) -> Pins | None:
    """What the office last said of its TLS keys."""
    with reading(engine) as connection:
        return tls_pins.get(connection)


def not_told(engine: Engine) -> list[str]:
    """The laptops in use that have not met the office since it last spoke of its TLS keys."""
    said = announced(engine)
    with reading(engine) as connection:
        rows = [row for row in devices.listed(connection) if row["revoked_at"] is None]
    return [
        f"{row['agent_name']}, {row['name']}"
        for row in rows
        if said is not None and (row["last_seen"] is None or row["last_seen"] < said.said_at)
    ]


def say_again(office: Office, pins: Sequence[str], now: datetime) -> None:
    """The same pins under the key that signs now."""
    with writing(office.engine) as connection:
        _say(connection, office.signer, pins, now)


def hosts_of(tls: Tls) -> list[str]:
    """The names and addresses a certificate was made for."""
    certificate = x509.load_pem_x509_certificate(tls.certificate.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(name.value) for name in names]


def _say(connection: Connection, signer: SigningKey, pins: Sequence[str], now: datetime) -> None:
    office = str(offices.get(connection, "id"))
    at = now.replace(microsecond=now.microsecond // 1000 * 1000)
    tls_pins.put(connection, sign_pins(signer, office=office, pins=pins, said_at=at))


def _note(connection: Connection, kind: str, pin: str, now: datetime, payload: dict[str, object]) -> None:
    facts.append(connection, kind, as_of=now.date(), now=now, actor="cli", subject=pin, payload=payload)


def _make(config: Config, hosts: Sequence[str], now: datetime, prefix: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0][:64] if hosts else "ronda")])
    names = [_alternative(host) for host in dict.fromkeys([*hosts, "localhost", "127.0.0.1"])]
    start = now.astimezone(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + VALID)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_durably(config.keys / (prefix + KEY), private)
    write_durably(config.keys / (prefix + CERTIFICATE), certificate.public_bytes(serialization.Encoding.PEM))


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        try:
            return x509.DNSName(host)
        except ValueError as wrong:
            raise WrongConfig(f"'{host}' is not a host name a certificate can carry") from wrong
