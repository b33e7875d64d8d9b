"""The office's configuration, read once from the command line and the environment. Knows no database."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class WrongConfig(ValueError):
    """A setting cannot be used; the message names it and says what to write."""


@dataclass(frozen=True)
class Config:
    """Where the office keeps its data, and how it is reached."""

    data: Path
    database_url: str
    attachments_url: str = ""  # where pictures and papers lie, as fsspec reads it; "" the folder below
    geocoder_url: str = ""  # an online geocoder, asked only by `ronda office geocode`; "" none
    executor_url: str = ""  # where days are solved: a scheduler's address; "" processes of this machine
    osrm_url: str = ""  # the operator's own OSRM, or profile=URL,profile=URL; "" the city's own roads

    @property
    def keys(self) -> Path:
        """Private keys: signing, recovery, session secret. Owner-only."""
        return self.data / "keys"

    @property
    def attachments(self) -> Path:
        return self.data / "attachments"

    @property
    def shelf(self) -> str:
        """Where pictures and papers lie: RONDA_ATTACHMENTS_URL, else the folder of the data."""
        return self.attachments_url or str(self.attachments)

    @property
    def cities(self) -> Path:
        """City packages: roads, addresses and tiles of each."""
        return self.data / "cities"

    @property
    def osrm(self) -> Mapping[str, str]:
        """The address of OSRM by profile; one without a name serves cars and motorcycles."""
        return _osrm(self.osrm_url)

    @property
    def exports(self) -> Path:
        return self.data / "exports"


def config_from(environ: Mapping[str, str] | None = None, data: str | Path | None = None) -> Config:
    """`data` wins over RONDA_DATA; RONDA_DATABASE_URL defaults to SQLite inside the data folder."""
    environ = os.environ if environ is None else environ
    folder = Path(data or environ.get("RONDA_DATA") or "ronda-data").expanduser().resolve()
    if folder.exists() and not folder.is_dir():
        raise WrongConfig(f"the data folder {folder} is a file; name a folder with --data or RONDA_DATA")
    url = environ.get("RONDA_DATABASE_URL") or f"sqlite:///{folder / 'office.db'}"
    osrm = environ.get("RONDA_OSRM_URL") or ""
    _osrm(osrm)
    geocoder = environ.get("RONDA_GEOCODER_URL") or ""
    executor = environ.get("RONDA_EXECUTOR") or ""
    if executor and not executor.startswith(("tcp://", "tls://")):
        raise WrongConfig(
            f"RONDA_EXECUTOR is '{executor}'; write the scheduler's address as tcp://HOST:8786, "
            "or leave it empty to plan on this machine"
        )
    return Config(
        folder,
        url,
        attachments_url=environ.get("RONDA_ATTACHMENTS_URL") or "",
        geocoder_url=geocoder,
        executor_url=executor,
        osrm_url=osrm,
    )


def _osrm(said: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in (piece.strip() for piece in said.split(",") if piece.strip()):
        profile, equals, url = part.partition("=")
        named = bool(equals) and profile in ("car", "motorcycle", "foot")
        address = (url if named else part).rstrip("/")
        if not address.startswith(("http://", "https://")):
            raise WrongConfig(
                f"RONDA_OSRM_URL has '{part}'; write it as http://HOST:PORT, "
                "or as car=http://HOST:PORT,foot=http://HOST:PORT"
            )
        found.update(dict.fromkeys((profile,) if named else ("car", "motorcycle"), address))
    return found
