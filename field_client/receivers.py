"""Reads where this computer is from a receiver: gpsd's, or one on a serial port (USB). Decides nothing.

gpsd is read with `gpsdclient`, a port with `pyserial` and `pynmea2`; all three come with the extra `gps`.
"""

from __future__ import annotations

import importlib
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from sync.words import N_, Phrase

GPSD = "gpsd"
PORT = 2947
BAUD = 9600
# A receiver that gives only its dilution: metres of error, 19 in 20, for a dilution of one.
METRES_PER_DILUTION = 10.0
# USB makers of receivers, as pyserial tells them: u-blox, the Prolific bridge in many, SiRF, MediaTek.
MAKERS = (0x1546, 0x067B, 0x0DF7, 0x0E8D)
_NO_SKY = N_("El receptor aún no ve los satélites: salga a cielo abierto y espere un minuto.")


class NoReceiver(Exception):
    """No fix was had; `because` says why in words a collector can act on."""

    def __init__(self, because: Phrase) -> None:
        super().__init__(str(because))
        self.because = because


@dataclass(frozen=True)
class Fix:
    """Degrees, and the metres within which it is in 19 of 20 cases; None where the receiver does not say."""

    lat: float
    lon: float
    accuracy_m: float | None
    receiver: str


def fix(receiver: str = "", wait_s: float = 10.0) -> Fix:
    """A fix from `receiver`: "gpsd", "gpsd://host:port", a serial port's name, or "" for what is found.

    Waits at most about `wait_s` seconds. Raises NoReceiver.
    """
    if receiver.startswith(GPSD):
        host, _, port = receiver.removeprefix(GPSD).removeprefix("://").partition(":")
        return from_gpsd(host or "127.0.0.1", int(port) if port.isdigit() else PORT, wait_s)
    if receiver:
        return from_port(receiver, wait_s)
    ports = plugged()
    for port in ports:
        try:
            return from_port(port, wait_s / len(ports))
        except NoReceiver:
            continue
    return from_gpsd("127.0.0.1", PORT, wait_s)


def plugged() -> list[str]:
    """The serial ports that look like receivers, by their maker or their own words."""
    listed: Any = _library("serial.tools.list_ports").comports()
    return [
        port.device
        for port in listed
        if port.vid in MAKERS or any(word in str(port.description).upper() for word in ("GPS", "GNSS"))
    ]


def from_gpsd(host: str, port: int, wait_s: float) -> Fix:
    """The first fix that gpsd tells. Raises NoReceiver."""
    client = _library("gpsdclient").GPSDClient(host=host, port=port, timeout=wait_s)
    until = time.monotonic() + wait_s
    try:
        with client:
            for said in client.dict_stream(convert_datetime=False, filter=["TPV"]):
                if said.get("mode", 0) >= 2 and "lat" in said and "lon" in said:
                    return Fix(float(said["lat"]), float(said["lon"]), _error_of(said), GPSD)
                if time.monotonic() > until:
                    break
    except (OSError, ValueError) as wrong:
        text = N_("No responde ningún receptor en {where}: conéctelo, o elija otra forma.")
        raise NoReceiver(Phrase(text, {"where": f"{host}:{port}"})) from wrong
    raise NoReceiver(
        Phrase(N_("El receptor aún no ve los satélites: salga a cielo abierto y espere un minuto."))
    )


def from_port(port: str, wait_s: float) -> Fix:
    """The first fix in the NMEA sentences of a serial port. Raises NoReceiver."""
    serial = _library("serial")
    until = time.monotonic() + wait_s
    try:
        with serial.Serial(port, BAUD, timeout=1.0) as line:
            found = first_fix(_sentences(line, until), port)
    except serial.SerialException as wrong:
        text = N_("No se puede leer el receptor en {port}: conéctelo de nuevo, o elija otra forma.")
        raise NoReceiver(Phrase(text, {"port": port})) from wrong
    if found is None:
        raise NoReceiver(Phrase(_NO_SKY))
    return found


def first_fix(sentences: Iterator[str], receiver: str) -> Fix | None:
    """The first position in NMEA 0183 sentences; its error from GST where one came before, else from GGA."""
    nmea = _library("pynmea2")
    told: float | None = None
    for sentence in sentences:
        try:
            said = nmea.parse(sentence, check=True)
            if said.sentence_type == "GST":
                told = 2 * math.hypot(float(said.std_dev_latitude), float(said.std_dev_longitude))
            elif said.sentence_type == "GGA" and int(said.gps_qual or 0) > 0 and said.lat and said.lon:
                diluted = float(said.horizontal_dil) * METRES_PER_DILUTION if said.horizontal_dil else None
                return Fix(said.latitude, said.longitude, told if told is not None else diluted, receiver)
        except (nmea.ParseError, ValueError, TypeError, AttributeError):
            continue  # half a sentence, or one of another kind
    return None


def _sentences(line: Any, until: float) -> Iterator[str]:
    while time.monotonic() < until:
        yield line.readline(120).decode("ascii", "replace").strip()


def _error_of(said: dict[str, Any]) -> float | None:
    """gpsd's own estimate (95 %): of the place, else of its two directions."""
    if "eph" in said:
        return float(said["eph"])
    return math.hypot(float(said["epx"]), float(said["epy"])) if "epx" in said and "epy" in said else None


def _library(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as wrong:
        text = N_("Este portátil no sabe leer receptores: instale Ronda con el extra «gps».")
        raise NoReceiver(Phrase(text)) from wrong
