"""Trains the words of the packed encoding: `python -m bench.dictionary OUT` writes the dictionary.

The messages are invented, with the same functions that write real ones: ids, hashes and times are random,
so that the dictionary holds the words of the protocol and of a collector's day and nobody's data. A new
dictionary is a new encoding (`ronda-pack-2`), never a change of the one that is out.
"""

from __future__ import annotations

import random
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import zstandard

from sync.ledger import ZERO, Clock, write_entry
from sync.wire import packing
from sync.wire.codec import plain
from sync.wire.events import load_body
from sync.wire.fields import instant

SEED = 20261120
SIZE = 12 * 1024
MESSAGES = 3000

NOTES = (
    "",
    "",
    "",
    "Nadie abrió",
    "Casa cerrada, timbre sin respuesta",
    "Atiende la esposa, pide volver en la tarde",
    "Pide plazo hasta la quincena",
    "Dice que ya pagó, muestra recibo",
    "Vecino informa que se mudó",
    "No reconoce el saldo",
    "Queda de pasar por la oficina",
    "Está sin trabajo desde septiembre",
    "Escrita de la hoja de ruta en papel",
)
PLACES = ("Oficina principal", "Corresponsal del barrio", "Sucursal centro", "Efecty", "Banco")
CHANNELS = ("office", "bank", "transfer", "payroll")
ZONES = ("America/Bogota", "America/Mexico_City", "America/Lima", "America/Guayaquil", "America/Santiago")
CURRENCIES = ("COP", "MXN", "PEN", "USD", "CLP")


class Person:
    """A collector with his laptop, and the debtors of his day."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.now = datetime(2026, 11, 20, 14, 0, tzinfo=UTC) + timedelta(seconds=chance.randrange(8_000_000))
        self.imported = self.now - timedelta(days=chance.randrange(1, 60))
        self.incarnation = self.uuid4()
        self.boot = self.uuid4()
        self.route = self.uuid7(self.now - timedelta(hours=5))
        self.zone, self.currency = chance.choice(list(zip(ZONES, CURRENCIES, strict=True)))
        self.policy = f"{chance.choice(('co', 'demo', 'mx-agency'))}@{chance.randbytes(32).hex()}"
        self.lat, self.lon = chance.uniform(-33, 25), chance.uniform(-100, -60)
        self.mono = chance.randrange(10**7)
        self.offset = chance.randrange(-400, 400)
        self.n, self.h, self.line = chance.randrange(200), ZERO, 0
        self.stops = [self.stop() for _ in range(chance.randrange(26, 45))]

    def uuid4(self) -> str:
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def uuid7(self, at: datetime) -> str:
        made = int(at.timestamp() * 1000) + self.chance.randrange(5000)
        value = made << 80 | self.chance.getrandbits(80)
        return str(uuid.UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 7 << 76 | 2 << 62))

    def stop(self) -> dict[str, Any]:
        return {
            "id": self.uuid7(self.now - timedelta(hours=5)),
            "debtor": self.uuid7(self.imported),
            "address": self.uuid7(self.imported),
            "accounts": [self.uuid7(self.imported) for _ in range(self.chance.choice((1, 1, 1, 2)))],
        }

    def events(self, visits: int) -> Iterator[dict[str, Any]]:
        for _ in range(visits):
            self.now += timedelta(milliseconds=self.chance.randrange(600_000, 1_500_000))
            self.mono += self.chance.randrange(600_000, 1_500_000)
            stop = self.stop() if self.chance.random() < 0.1 else self.stops[self.line % len(self.stops)]
            self.line += 1
            debtor, account = stop["debtor"], stop["accounts"][0]
            visit, body = self.uuid7(self.now), self.visit(stop)
            yield self.event("visit.recorded", visit, debtor, stop["accounts"], body)
            detail = body["results"][0]["detail"]
            if body["results"][0]["result"] == "PTP":
                promise = self.promise(visit, debtor, account, detail)
                yield self.event("promise.made", self.uuid7(self.now), debtor, [account], promise)

    def visit(self, stop: dict[str, Any]) -> dict[str, Any]:
        chance = self.chance
        ended = self.now - timedelta(milliseconds=chance.randrange(1000, 90_000))
        party = chance.choice(("TIT", "TIT", "FAM", "NAD", "TER", "AVA"))
        due = (self.now + timedelta(days=chance.randrange(1, 20))).date().isoformat()
        told: tuple[str, dict[str, str], str | None] = chance.choice(
            (
                (
                    "PTP",
                    {
                        "amount": str(chance.randrange(20, 900) * 1000),
                        "channel": chance.choice(CHANNELS),
                        "due": due,
                        "place": chance.choice(PLACES),
                    },
                    None,
                ),
                ("TEM", {"time_hint": chance.choice(("Después de las 5 de la tarde", "El sábado"))}, None),
                ("DES", {"text": "No reconoce el saldo"}, None),
                ("NEG", {}, chance.choice(("unemployment", "illness", "income_drop", "other"))),
                ("REC", {}, None),
                ("NAD", {}, None),
                ("NAD", {}, None),
            )
        )
        known = chance.choice(("live", "live", "live", "later", "paper"))
        return {
            "debtor": stop["debtor"],
            "address": stop["address"],
            "route": self.route,
            "stop": stop["id"],
            "place": chance.choice(("DOM", "DOM", "DOM", "NEG", "TRA")),
            "party": "NAD" if told[0] == "NAD" else party,
            "happened": {
                "start": instant(ended - timedelta(seconds=chance.randrange(120, 1500))),
                "end": instant(ended),
                "known": known,
                "line": self.line if known == "paper" else None,
            },
            "recorded": instant(self.now),
            "zone": self.zone,
            "location": {
                "source": chance.choice(("device", "device", "none", "exif")),
                "lat": round(self.lat + chance.uniform(-0.02, 0.02), 7),
                "lon": round(self.lon + chance.uniform(-0.02, 0.02), 7),
                "accuracy_m": float(chance.randrange(5, 60)),
                "reason": "",
            },
            "results": [
                {"account": account, "result": told[0], "reason": told[2], "detail": told[1]}
                for account in stop["accounts"]
            ],
            "note": chance.choice(NOTES),
            "verdict": {"decision": "allow", "rulings": []},
        }

    def promise(self, visit: str, debtor: str, account: str, detail: dict[str, str]) -> dict[str, Any]:
        made = {
            "visit": visit,
            "debtor": debtor,
            "account": account,
            "amount": f"{detail['amount']}.00",
            "currency": self.currency,
            "due": detail["due"],
            "channel": detail["channel"],
            "place": detail["place"],
            "window_start": None,
            "window_end": None,
        }
        load_body("promise.made", 1, made)
        return made

    def event(
        self, kind: str, id: str, debtor: str, accounts: list[str], body: dict[str, Any]
    ) -> dict[str, Any]:
        self.n += 1
        entry = write_entry(
            incarnation=self.incarnation,
            n=self.n,
            previous=self.h,
            id=id,
            kind=kind,
            version=1,
            clock=self.clock(self.now, self.mono),
            policy_version=self.policy,
            debtor=debtor,
            accounts=accounts,
            body=body,
            salt=self.chance.randbytes(16),
        )
        self.h = entry.h
        assert entry.body is not None
        assert entry.salt is not None
        return {
            "n": entry.n,
            "header": entry.header.decode(),
            "salt": entry.salt.hex(),
            "body": entry.body.decode(),
        }

    def clock(self, at: datetime, mono: int) -> Clock:
        return Clock(wall=instant(at), mono_ms=mono, boot=self.boot, offset_ms=self.offset, uncertainty_ms=45)

    def request(self, visits: int) -> tuple[dict[str, Any], packing.Context]:
        """A push of so many visits, and the text of the event before it."""
        before = list(self.events(1))[-1]
        said = list(self.events(visits))
        later = self.chance.randrange(2000, 900_000)
        name, _, _digest = self.policy.partition("@")
        epoch = self.uuid4()
        text = packing.context_text(before["header"].encode(), before["body"].encode(), epoch, self.stops)
        message = {
            "hello": {
                "protocol": 1,
                "client": "ronda/0.2.0",
                "clock": dict(self.clock(self.now + timedelta(milliseconds=later), self.mono + later)),
                "incarnation": self.incarnation,
                "policy_versions": {name: self.policy},
                "pending": 0,
                "claim": {
                    "incarnation": self.incarnation,
                    "n": said[0]["n"] - 1 if said else self.n,
                    "feed_number": self.chance.randrange(9000),
                    "epoch": epoch,
                },
            },
            "push": {
                "incarnation": self.incarnation,
                "parent": None,
                "events": said,
                "head": {"incarnation": self.incarnation, "n": self.n},
                "signature": self.chance.randbytes(64).hex(),
            }
            if said
            else None,
            "pull": {"cursor": {"epoch": epoch, "number": self.chance.randrange(9000)}, "limit": 500},
            "compare": None,
        }
        return message, packing.Context(before["n"], 1, text)


def words(chance: random.Random) -> Iterator[bytes]:
    """What the compressor is given of each message, with and without a context."""
    for _ in range(MESSAGES):
        message, context = Person(chance).request(chance.choice((0, 1, 1, 1, 1, 2, 3, 8)))
        for before in (b"", context.text):
            yield packing.words(plain(message), before)[0]


def main(out: str) -> None:
    chance = random.Random(SEED)
    samples = list(words(chance))
    trained = zstandard.train_dictionary(SIZE, samples, level=packing.LEVEL, dict_id=1, steps=4)
    Path(out).write_bytes(trained.as_bytes())


if __name__ == "__main__":
    main(sys.argv[1])
