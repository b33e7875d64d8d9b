"""A receiver on a serial port, and gpsd: a real line, and the real gpsd where there is one."""

from __future__ import annotations

import os
import pty
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pynmea2
import pytest

from field_client.receivers import NoReceiver, first_fix, fix
from sync.rules.geo import haversine_m

DUITAMA = (5.8267, -73.0336)


def _angle(degrees: float, width: int) -> str:
    whole = int(abs(degrees))
    return f"{whole:0{width}d}{(abs(degrees) - whole) * 60:07.4f}"


def gga(quality: int = 1, dilution: str = "0.9") -> str:
    lat, lon = _angle(DUITAMA[0], 2), _angle(DUITAMA[1], 3)
    fields = (
        "104512.00",
        lat,
        "N",
        lon,
        "W",
        str(quality),
        "08",
        dilution,
        "2530.0",
        "M",
        "0.0",
        "M",
        "",
        "",
    )
    return str(pynmea2.GGA("GP", "GGA", fields))


def gst(metres: str) -> str:
    return str(pynmea2.GST("GP", "GST", ("104512.00", "", "", "", "", metres, metres, "3.0")))


def spoken(sentences: list[str]) -> Iterator[str]:
    """A port of this machine on which a receiver says these sentences again and again."""
    ours, theirs = pty.openpty()
    stop = threading.Event()

    def say() -> None:
        while not stop.wait(0.05):
            os.write(ours, "".join(f"{one}\r\n" for one in sentences).encode("ascii", "replace"))

    speaker = threading.Thread(target=say, daemon=True)
    speaker.start()
    yield os.ttyname(theirs)
    stop.set()
    speaker.join()
    os.close(ours)
    os.close(theirs)


@pytest.fixture
def receiver() -> Iterator[str]:
    yield from spoken(["garbage", gga(0, ""), gga()[:20], gga()])


def test_a_receiver_on_a_port_is_read_past_noise_and_sentences_without_a_fix(receiver: str) -> None:
    found = fix(receiver, wait_s=30)
    assert haversine_m(found.lat, found.lon, *DUITAMA) < 1
    assert found.accuracy_m == pytest.approx(9.0)
    assert found.receiver == receiver


def test_the_receivers_own_estimate_of_its_error_counts_before_its_dilution() -> None:
    found = first_fix(iter([gst("3.0"), gga()]), "port")
    assert found is not None
    assert found.accuracy_m == pytest.approx(2 * (3.0**2 + 3.0**2) ** 0.5)


def test_a_receiver_without_sky_says_what_to_do() -> None:
    assert first_fix(iter([gga(0, "")]), "port") is None


def test_a_sentence_whose_checksum_is_wrong_is_no_fix() -> None:
    moved = gga().replace(_angle(DUITAMA[0], 2), _angle(DUITAMA[0] + 1, 2))
    assert first_fix(iter([moved]), "port") is None


@pytest.mark.parametrize("where", ["/dev/ttyNONE0", "gpsd://127.0.0.1:1"])
def test_a_receiver_that_is_not_there_is_refused_in_words(where: str) -> None:
    with pytest.raises(NoReceiver) as refused:
        fix(where, wait_s=5)
    assert "elija otra forma" in str(refused.value)


@pytest.mark.skipif(shutil.which("gpsd") is None, reason="the package gpsd is not installed here")
def test_the_real_gpsd_is_asked(receiver: str, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [shutil.which("gpsd") or "", "-N", "-n", "-b", "-S", str(port), receiver]
    daemon = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        found = None
        for _ in range(60):
            try:
                found = fix(f"gpsd://127.0.0.1:{port}", wait_s=5)
                break
            except NoReceiver:
                assert daemon.poll() is None
                threading.Event().wait(0.5)
    finally:
        daemon.kill()
        daemon.wait()
    assert found is not None
    assert haversine_m(found.lat, found.lon, *DUITAMA) < 1
    assert found.receiver == "gpsd"
