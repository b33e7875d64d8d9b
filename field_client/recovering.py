"""Gives a laptop a new passphrase with the package its office made for it, once. Loses nothing."""

from __future__ import annotations

from pathlib import Path

from sync.exchange import Reading
from sync.keys import Keyring
from sync.recovery_file import Package, read
from sync.sealing import Cost
from sync.words import N_, Phrase

from .folder import DATABASE, LEAST_PASSPHRASE, NotEnrolled, WeakPassphrase, open_with
from .store import keyring, settings
from .store.db import Store

USED = "recoveries_used"


class NotRecovered(Exception):
    """The package is not for this laptop now; the laptop is as it was. `because` says what to do."""

    def __init__(self, because: Phrase) -> None:
        self.because = because
        super().__init__(str(because))


def recover(
    folder: Path, data: bytes, code: str, passphrase: str, reading: Reading, cost: Cost | None = None
) -> None:
    """Open the laptop with the package and its code, and wrap its key behind the new passphrase.

    Raises NotEnrolled, WeakPassphrase, BrokenKey (no package), WrongPassphrase (another code),
    WrongDatabase (of another laptop) or NotRecovered.
    """
    if not (folder / DATABASE).is_file():
        raise NotEnrolled(folder)
    if len(passphrase) < LEAST_PASSPHRASE:
        raise WeakPassphrase
    package = read(data)
    key = package.key(code)
    store = open_with(folder, key)
    try:
        _check(store, package, reading)
        keyring.save(folder, key, passphrase, cost)
        with store.writing() as db:
            settings.put(db, USED, [*settings.get(db, USED, []), package.recovery])
    finally:
        store.close()


def _check(store: Store, package: Package, reading: Reading) -> None:
    with store.reading() as db:
        device = settings.get(db, "device")
        keys = Keyring.from_json(settings.get(db, "office_keys"))
        used = settings.get(db, USED, [])
    if package.device != device:
        raise NotRecovered(Phrase(N_("El archivo de recuperación es para otro portátil")))
    if not package.trusted_by(keys):
        raise NotRecovered(Phrase(N_("El archivo de recuperación no lo firmó la oficina de este portátil")))
    if package.recovery in used:
        raise NotRecovered(Phrase(N_("Este archivo de recuperación ya se usó; pida otro a la oficina")))
    if package.expires <= reading.wall:
        text = N_("El archivo de recuperación venció; pida otro, o ponga en hora el reloj del portátil")
        raise NotRecovered(Phrase(text))
