"""Opens an office from its folder, or makes a new one. Knows no web page and no command line."""

from __future__ import annotations

import os
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import Engine

from sync.ids import new_id
from sync.keys import SigningKey, new_signing_key, signing_key_from_pem
from sync.records import UserRole
from sync.sealing import new_recovery_key, recovery_key_from_pem, recovery_pem

from .config import Config, WrongConfig
from .store import facts, offices, people, schema
from .store.engine import open_engine, reading, writing
from .store.scopes import Share

SIGNING, NEXT_SIGNING = "signing.pem", "next-signing.pem"
RESTORING = "restoring"  # a folder of this name says that a restore is under way
KEY_FILES = ("signing.pem", "recovery.pem", "recovery.pub", "session.secret")
# The private recovery key may be kept off this machine: only opening a laptop needs it, by --recovery-key.
NEEDED_KEYS = tuple(name for name in KEY_FILES if name != "recovery.pem")


class NoOffice(RuntimeError):
    """There is no office in this folder; the message says how to make one."""


@dataclass(frozen=True)
class Office:
    """An open office: its database and its keys. `opened_with` signed when it was opened."""

    config: Config
    engine: Engine
    opened_with: SigningKey
    recovery_public: bytes
    session_secret: str

    @property
    def signer(self) -> SigningKey:
        """The key that signs now: another program may have changed it while this one serves."""
        path = self.config.keys / SIGNING
        try:
            seen = path.stat()
        except FileNotFoundError:
            return self.opened_with
        return _signer(path, seen.st_mtime_ns, seen.st_ino)


@dataclass(frozen=True)
class Initialised:
    """What `initialise` made. `password` is shown once and is None when the office was there already."""

    username: str
    password: str | None


def open_office(config: Config) -> Office:
    """The office in `config.data`. Raises NoOffice, WrongSchema, UnsafeSQLite or WrongDatabase."""
    _require_no_restore(config)
    if not any((config.keys / name).exists() for name in KEY_FILES) and not _in_use(config):
        raise NoOffice(f"there is no office in {config.data}; make one with `ronda office init`")
    _require_keys(config)
    engine = open_engine(config.database_url)
    schema.require(engine)
    finish_rotation(config, engine)
    return Office(
        config=config,
        engine=engine,
        opened_with=signing_key_from_pem((config.keys / SIGNING).read_bytes()),
        recovery_public=(config.keys / "recovery.pub").read_bytes(),
        session_secret=(config.keys / "session.secret").read_text(encoding="ascii"),
    )


def initialise(config: Config, now: datetime, name: str = "Ronda") -> Initialised:
    """Make the folder, the keys, the tables and a first administrator; run again, it only migrates."""
    _require_no_restore(config)
    try:
        config.data.mkdir(parents=True, exist_ok=True)
        if _in_use(config):
            _require_keys(config)
        _make_keys(config)
    except OSError as wrong:
        raise WrongConfig(
            f"the data folder {config.data} cannot be written ({wrong.strerror}); name another with --data"
        ) from wrong
    engine = open_engine(config.database_url)
    try:
        schema.upgrade(engine)
        signer = signing_key_from_pem((config.keys / "signing.pem").read_bytes())
        with writing(engine) as connection:
            people.ensure_roles(connection)
            offices.add_signing_key(connection, signer.id, signer.public, now)
            for setting, value in (("id", new_id()), ("epoch", new_id()), ("name", name)):
                if offices.get(connection, setting) is None:
                    offices.put(connection, setting, value)
            if people.by_username(connection, "admin") is not None:
                return Initialised("admin", None)
            password = secrets.token_urlsafe(12)
            people.add(
                connection,
                username="admin",
                name="Administrador",
                role=UserRole.ADMINISTRATOR,
                password_hash=hash_password(password),
                shares=[Share()],
                must_change=True,
                now=now,
            )
            facts.append(
                connection,
                "office.initialised",
                as_of=now.date(),
                now=now,
                actor="cli",
                payload={"name": name},
            )
    finally:
        engine.dispose()
    return Initialised("admin", password)


@lru_cache(maxsize=8)
def _signer(path: Path, _changed_ns: int, _inode: int) -> SigningKey:
    return signing_key_from_pem(path.read_bytes())


def finish_rotation(config: Config, engine: Engine) -> None:
    """Put a new signing key in place that the database knows already; drop one it never heard of."""
    path = config.keys / NEXT_SIGNING
    if not path.is_file():
        return
    made = signing_key_from_pem(path.read_bytes())
    with reading(engine) as connection:
        known = any(row["key_id"] == made.id for row in offices.signing_keys_held(connection))
    if known:
        path.replace(config.keys / SIGNING)
    else:
        path.unlink()


def hash_password(password: str) -> str:
    """argon2id, with the library's own cost; composed first (NFC), as the login page does."""
    return PasswordHasher().hash(unicodedata.normalize("NFC", password))


def _in_use(config: Config) -> bool:
    """True when the database has been an office before, not only migrated: its keys must then be there."""
    if config.database_url.startswith("sqlite:///") and not Path(config.database_url[10:]).exists():
        return False
    engine = open_engine(config.database_url)
    try:
        if schema.current(engine) is None:
            return False
        with reading(engine) as connection:
            return offices.get(connection, "id") is not None
    finally:
        engine.dispose()


def _require_no_restore(config: Config) -> None:
    if (config.data / RESTORING).is_dir():
        raise NoOffice(
            f"a restore into {config.data} was cut off; run it again: `ronda office restore BACKUP --data "
            f"{config.data}`"
        )


def _require_keys(config: Config) -> None:
    """New keys would leave laptops' recovery and signed receipts without the keys they were made with."""
    missing = [name for name in NEEDED_KEYS if not (config.keys / name).is_file()]
    if missing:
        raise NoOffice(
            f"the office in {config.data} has lost {', '.join(missing)}; restore the folder 'keys' from its "
            "backup. Ronda makes no new keys for a database that has been in use."
        )


def _make_keys(config: Config) -> None:
    config.keys.mkdir(mode=0o700, exist_ok=True)
    if not (config.keys / "signing.pem").exists():
        recovery = new_recovery_key()
        _write_private(config.keys / "recovery.pem", recovery_pem(recovery))
        _write_private(config.keys / "recovery.pub", recovery.public_key().public_bytes_raw())
        _write_private(config.keys / "session.secret", secrets.token_hex(32).encode("ascii"))
        # Written last: its presence says that the folder holds a whole office.
        _write_private(config.keys / "signing.pem", new_signing_key().pem())
    elif (config.keys / "recovery.pem").exists():
        recovery_key_from_pem((config.keys / "recovery.pem").read_bytes())


def _write_private(path: Path, content: bytes) -> None:
    """Whole or not at all, readable by its owner only."""
    temporary = path.with_suffix(path.suffix + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
