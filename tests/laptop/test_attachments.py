"""Photos and signatures on the laptop: what is taken, what is read and dropped, what is kept and where."""

from __future__ import annotations

import base64
import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug import formparser
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, stream_encode_multipart

from field_client import darkroom, photographing
from field_client.app import create_app
from field_client.photographing import develop, typed_signature
from field_client.store import attachments, cases, journal, papers, records, settings
from field_client.store.attachments import Picture
from field_client.visiting import Saved, record_visit
from sync.exchange import OfficeSays, Unreachable, attach
from sync.exchange.attach import Budget, Carried
from sync.ids import new_id
from sync.records import LocationSource
from sync.wire.attachments import FIRST_CHUNK, LARGEST_CHUNK, digest_of
from sync.wire.errors import Problem, problem_document, told
from sync.words import Phrase
from tests.browser import Chromium, axe_violations

from .builders import ALMACEN, JOSE, MARIA, MARIA_LOAN, MARIA_STOP, NOON, PASSPHRASE, Laptop, uid
from .test_commands import ronda
from .test_commands import told as said_by
from .test_pages import FORM, answers, token, unlock, words
from .test_visiting import draft as told_live

SEED = 20261122
ZONE = "America/Bogota"
PLACE = (5.826667, -73.034)


def camera(size: tuple[int, int] = (1600, 1200), *, gps: bool = True, kind: str = "JPEG") -> bytes:
    """A photo as a telephone takes it: on its side, with place, time and owner written beside the pixels."""
    image = Image.effect_noise(size, 8).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6  # on its side
    exif[0x010F], exif[0x8298] = "TelefonoSecreto", "Propietaria Secreta"
    exif.get_ifd(0x8769)[0x9003] = "2026:11:23 10:35:00"
    if gps:
        exif.get_ifd(0x8825).update({1: "N", 2: (5.0, 49.0, 36.0), 3: "W", 4: (73.0, 2.0, 2.4), 31: 8.0})
    out = io.BytesIO()
    image.save(out, kind, exif=exif, comment=b"comentario secreto") if kind == "JPEG" else image.save(
        out, kind
    )
    return out.getvalue()


@pytest.fixture(scope="module")
def snapshot() -> bytes:
    return camera()


@pytest.fixture(scope="module")
def developed(snapshot: bytes) -> Picture:
    made = develop(snapshot, "photo", "IMG_1.jpg", ZONE)
    assert isinstance(made, Picture)
    return made


def signed() -> bytes:
    image = Image.new("RGB", (900, 300), "white")
    for x in range(100, 800):
        image.putpixel((x, 150 + (x % 40)), (10, 20, 30))
        image.putpixel((x, 151 + (x % 40)), (10, 20, 30))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def test_a_photo_is_made_small_and_upright_and_says_no_more_than_its_pixels(
    snapshot: bytes, developed: Picture
) -> None:
    for secret in (b"TelefonoSecreto", b"Propietaria Secreta", b"comentario secreto", b"Exif"):
        assert secret in snapshot, "the control: the camera wrote it"
        assert secret not in developed.data
    image = Image.open(io.BytesIO(developed.data))
    assert image.size == (960, 1280), "turned as the camera was held, 1280 at most"
    assert dict(image.getexif()) == {}
    assert set(image.info) <= {
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
        "progressive",
        "progression",
    }
    assert developed.size <= darkroom.LARGEST_BYTES
    assert developed.sha256 == digest_of(developed.data)


def test_what_the_camera_said_of_place_and_time_is_read_first(developed: Picture) -> None:
    assert developed.location is not None
    assert (developed.location.lat, developed.location.lon) == PLACE
    assert (developed.location.source, developed.location.accuracy_m) == (LocationSource.EXIF, 8.0)
    assert developed.taken is not None
    assert developed.taken.isoformat() == "2026-11-23T15:35:00+00:00"


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def bomb(side: int) -> bytes:
    """A PNG of some hundred bytes that says it is `side` by `side`."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x.txt", "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "vacío"),
        (bomb(10_000), "demasiados puntos"),
        (bomb(60_000), "demasiados puntos"),
        (bomb(400), "cortada o dañada"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "no es una foto"),
        (zipped(), "no es una foto"),
        (b"GIF89a" + bytes(100), "no es una foto"),
        (b"\xff\xd8\xff" + b"no soy una foto" * 10, "no es una foto"),
        (b"\x89PNG\r\n\x1a\n", "no es una foto"),
        (bytes(4) + b"ftypheic" + bytes(100), "El más compatible"),
        (b"\xff\xd8\xff" + bytes(photographing.LARGEST_UPLOAD), "pesa más"),
    ],
)
def test_what_is_no_photo_is_refused_with_a_sentence(data: bytes, said: str) -> None:
    answer = develop(data, "photo", "..\\..\\fo\x00to\u202e.jpg", ZONE)
    assert isinstance(answer, Phrase)
    assert said in str(answer)
    assert "\x00" not in str(answer)
    assert "\u202e" not in str(answer)


def test_a_photo_cut_short_is_refused(snapshot: bytes) -> None:
    for cut in (200, len(snapshot) // 2, len(snapshot) - 500):
        assert isinstance(develop(snapshot[:cut], "photo", "x.jpg", ZONE), Phrase)


def test_whatever_hides_behind_a_photo_stays_behind(snapshot: bytes) -> None:
    """A file that is a JPEG to one program and a web page or an archive to another."""
    for tail in (zipped(), b"<script>alert(1)</script>"):
        made = develop(snapshot + tail, "photo", "x.jpg", ZONE)
        assert isinstance(made, Picture)
        assert tail not in made.data


def test_a_hundred_damaged_photos_end_no_program(snapshot: bytes) -> None:
    """In the darkroom itself, without its process: nothing but its own word may come out."""
    drawn = random.Random(SEED)
    small = camera((200, 150))
    answers = []
    for _ in range(100):
        hurt = bytearray(small)
        for _ in range(drawn.randrange(1, 30)):
            hurt[drawn.randrange(len(hurt))] = drawn.randrange(256)
        try:
            darkroom.photo(bytes(hurt))
        except darkroom.Wrong as wrong:
            answers.append(str(wrong))
    assert set(answers) <= {"broken", "foreign", "bomb"}, f"seed {SEED}"
    assert answers, "the control: some of them are refused"


def test_a_signature_is_a_small_grey_picture_and_a_blank_one_is_none() -> None:
    made = develop(signed(), "signature", "firma.png", ZONE)
    assert isinstance(made, Picture)
    assert made.media_type == "image/png"
    assert made.size < 20_000
    blank = io.BytesIO()
    Image.new("RGB", (900, 300), "white").save(blank, "PNG")
    answer = develop(blank.getvalue(), "signature", "", ZONE)
    assert isinstance(answer, Phrase)
    assert "en blanco" in str(answer)
    typed = typed_signature("  María\x00  Núñez ")
    assert typed is not None
    assert typed.data.decode() == "María Núñez\n"
    assert typed_signature("  \n ") is None


def save(laptop: Laptop, *pictures: Picture) -> Saved:
    result = record_visit(laptop.store, told_live(pictures=tuple(pictures)), laptop.clock.read())
    assert isinstance(result, Saved), result
    return result


def test_a_visit_its_event_and_the_bytes_are_saved_together_or_not_at_all(
    laptop: Laptop, developed: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(attachments, "keep", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            save(laptop, developed)
    with laptop.store.reading() as db:
        assert journal.counts(db)["unsent"] == 0
        assert attachments.pending(db) == 0
    saved = save(laptop, developed, developed)
    with laptop.store.reading() as db:
        [one] = attachments.of_visits(db, [saved.visit])[saved.visit]
        assert attachments.bytes_of(db, developed.sha256) == ("image/jpeg", developed.data)
        event = journal.find(db, one.event)
    assert event is not None
    assert event.said["size"] == developed.size
    assert event.said["location"]["source"] == "exif"
    assert event.said["taken"] == "2026-11-23T15:35:00.000Z"


def test_no_byte_of_a_photo_lies_open_in_the_folder(laptop: Laptop, developed: Picture) -> None:
    save(laptop, developed)
    piece = developed.data[2_000:2_064]
    found = [path for path in laptop.folder.rglob("*") if path.is_file() and piece in path.read_bytes()]
    assert found == []
    assert piece in developed.data, "the control"


@dataclass
class Office:
    """The office's door for files in memory, over a link that breaks when it is told to."""

    sizes: dict[str, int]
    held: dict[str, bytearray] = field(default_factory=dict)
    stored: set[str] = field(default_factory=set)
    papers: dict[str, bytes] = field(default_factory=dict)
    # How far a request came before the link broke: "" whole, "up" lost, "down" its answer lost.
    breaks: list[str] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)

    def attachment(self, sha256: str) -> dict[str, Any]:
        self._link()
        return self._answer(sha256)

    def put_chunk(self, sha256: str, offset: int, chunk: bytes) -> dict[str, Any]:
        broken = self.breaks.pop(0) if self.breaks else ""
        if broken == "up":
            raise Unreachable
        self.asked.append((sha256, len(chunk)))
        if sha256 in self.says:
            self._no(self.says[sha256])
        held = self.held.setdefault(sha256, bytearray())
        if offset > len(held):
            self._no("bad_offset")
        held += chunk[len(held) - offset :]
        if len(held) == self.sizes[sha256]:
            assert digest_of(bytes(held)) == sha256
            self.stored.add(sha256)
        if broken == "down":
            raise Unreachable
        return self._answer(sha256)

    def document(self, sha256: str, offset: int, limit: int) -> bytes:
        self._link()
        self.asked.append((sha256, limit))
        return self.papers[sha256][offset : offset + limit]

    def _link(self) -> None:
        if self.breaks and self.breaks.pop(0):
            raise Unreachable

    def _answer(self, sha256: str) -> dict[str, Any]:
        received = len(self.held.get(sha256, b""))
        return {"size": self.sizes[sha256], "received": received, "stored": sha256 in self.stored}

    def _no(self, code: str) -> None:
        said = told(problem_document(Problem(code)))
        assert said is not None
        raise OfficeSays(said)


def run(laptop: Laptop, office: Office, **budget: Any) -> Carried:
    return attach.run(laptop.side, office, NOON, Budget(**budget))


def office_for(*pictures: Picture) -> Office:
    return Office({one.sha256: one.size for one in pictures})


def picture(size: int, seed: int = SEED, role: str = "photo") -> Picture:
    data = random.Random(seed).randbytes(size)
    return Picture(digest_of(data), "image/jpeg", role, data)


def test_pictures_go_up_signatures_first_and_once(laptop: Laptop) -> None:
    photo, ink = picture(40_000), picture(5_000, 2, "signature")
    save(laptop, photo, ink)
    office = office_for(photo, ink)
    assert run(laptop, office) == Carried(sent=2)
    assert next(sha for sha, _ in office.asked) == ink.sha256
    assert bytes(office.held[photo.sha256]) == photo.data
    assert run(laptop, office) == Carried()
    assert len(office.asked) == len([size for _, size in office.asked if size])


def test_a_kill_after_any_chunk_loses_nothing_and_repeats_no_more_than_one(laptop: Laptop) -> None:
    photo = picture(60_000)
    save(laptop, photo)
    office = office_for(photo)
    turns = 0
    while photo.sha256 not in office.stored:
        run(laptop, office, bytes=1)  # one chunk, then the program ends
        turns += 1
        assert turns < 20
    assert bytes(office.held[photo.sha256]) == photo.data
    assert sum(size for _, size in office.asked) == 60_000


@pytest.mark.parametrize("lost", ["up", "down"])
def test_a_link_that_breaks_at_any_chunk_only_delays(laptop: Laptop, lost: str) -> None:
    photo = picture(100_000)
    save(laptop, photo)
    for place in range(6):
        office = office_for(photo)
        office.breaks = [""] * place + [lost]
        with laptop.store.writing() as db:
            attachments.reach(db, photo.sha256, 0, stored=False)
        assert run(laptop, office).sent == 1
        assert bytes(office.held[photo.sha256]) == photo.data


def test_a_visit_saved_meanwhile_is_not_kept_waiting_by_a_photo(laptop: Laptop) -> None:
    photo = picture(100_000)
    save(laptop, photo)
    office = office_for(photo)
    done = run(laptop, office, enough=lambda: len(office.asked) == 2)
    assert done == Carried(pending=1)
    assert run(laptop, office).sent == 1
    assert sum(size for _, size in office.asked) == 100_000


def test_a_dead_link_stops_the_step_and_not_the_exchange(laptop: Laptop) -> None:
    photo = picture(100_000)
    save(laptop, photo)
    waited: list[float] = []
    office = office_for(photo)
    office.breaks = ["up"] * 100
    done = run(laptop, office, failures=5, pause=waited.append)
    assert done == Carried(pending=1, cuts=5)
    assert waited == [0.25, 0.5, 1.0]
    office.breaks = []
    assert run(laptop, office).sent == 1


def test_a_no_about_one_picture_does_not_hold_up_the_others(laptop: Laptop) -> None:
    """The poison at the head of the queue: each kind of no, and the next picture still goes."""
    codes = ("not_found", "too_large", "validation_failed", "hash_mismatch", "bad_offset", "erased")
    poison = {picture(3_000, seed).sha256: code for seed, code in enumerate(codes)}
    pictures = [picture(3_000, seed) for seed in range(len(codes) + 1)]
    save(laptop, *pictures)
    office = office_for(*pictures)
    office.says = poison
    done = run(laptop, office)
    assert done.sent == 1
    assert done.pending == len(codes) - 1, "what the office suppressed waits no more"
    with laptop.store.reading() as db:
        suppressed = next(name for name, code in poison.items() if code == "erased")
        assert attachments.bytes_of(db, suppressed) is None


def test_an_office_that_never_moves_is_not_asked_for_ever(laptop: Laptop) -> None:
    photo = picture(3_000)
    save(laptop, photo)
    office = office_for(photo)
    office.put_chunk = lambda sha, *_: office._answer(sha)  # type: ignore[method-assign]
    assert run(laptop, office) == Carried(pending=1)


def test_a_restored_office_gets_its_pictures_again(laptop: Laptop) -> None:
    photo = picture(3_000)
    save(laptop, photo)
    assert run(laptop, office_for(photo)).sent == 1
    with laptop.store.writing() as db:
        assert attachments.pending(db) == 0
        settings.put(db, "epoch", new_id())
        assert attachments.pending(db) == 1
    assert run(laptop, office_for(photo)).sent == 1


def test_two_visits_that_share_a_photo_send_it_once(laptop: Laptop) -> None:
    photo = picture(3_000)
    first = save(laptop, photo)
    laptop.clock.forward(minutes=30)
    second = record_visit(
        laptop.store,
        told_live(id=new_id(), start=laptop.clock.now, override_reason="pidió volver", pictures=(photo,)),
        laptop.clock.read(),
    )
    assert isinstance(second, Saved), second
    office = office_for(photo)
    assert run(laptop, office).sent == 1
    assert [size for _, size in office.asked] == [3_000]
    with laptop.store.reading() as db:
        held = attachments.of_visits(db, [first.visit, second.visit])
    assert [one.stored for kept in held.values() for one in kept] == [True, True]


def test_a_stored_picture_goes_with_its_debtor_once_a_verified_backup_holds_its_event(
    laptop: Laptop,
) -> None:
    photo = picture(3_000)
    save(laptop, photo)
    run(laptop, office_for(photo))

    def held() -> bool:
        run(laptop, office_for(photo))
        with laptop.store.reading() as db:
            return attachments.bytes_of(db, photo.sha256) is not None

    with laptop.store.writing() as db:
        records.apply(db, [{"number": 90, "kind": "debtor", "id": MARIA, "gone": True, "payload": None}])
    assert held(), "no backup holds it yet"
    with laptop.store.writing() as db:
        db.execute("UPDATE incarnations SET verified = 100")
        settings.put(db, "complete", False)
    assert held(), "half a feed says nothing of who is gone"
    with laptop.store.writing() as db:
        settings.put(db, "complete", True)
    assert not held()


def test_an_erased_event_takes_its_picture_along_but_not_one_that_is_shared(laptop: Laptop) -> None:
    own, shared = picture(3_000, 1), picture(3_000, 2)
    first = save(laptop, own, shared)
    laptop.clock.forward(minutes=30)
    more = told_live(id=new_id(), start=laptop.clock.now, override_reason="pidió volver", pictures=(shared,))
    record_visit(laptop.store, more, laptop.clock.read())
    with laptop.store.writing() as db:
        for one in attachments.of_visits(db, [first.visit])[first.visit]:
            attachments.erase_event(db, one.event)
        assert attachments.bytes_of(db, own.sha256) is None
        assert attachments.bytes_of(db, shared.sha256) is not None


class Lossy:
    """A link of fixed speed that is cut once in a while: time is counted, not waited."""

    SEGMENT = 1_400
    HEADERS = 600  # of a request and its answer
    ROUND_TRIP_S, BYTES_PER_S = 0.5, 2_500

    def __init__(self, office: Office, loss: float, seed: int) -> None:
        self.office, self.loss, self.drawn = office, loss, random.Random(seed)
        self.seconds = 0.0

    def attachment(self, sha256: str) -> dict[str, Any]:
        self._carry(0)
        return self.office.attachment(sha256)

    def put_chunk(self, sha256: str, offset: int, chunk: bytes) -> dict[str, Any]:
        self._carry(len(chunk))
        return self.office.put_chunk(sha256, offset, chunk)

    def document(self, sha256: str, offset: int, limit: int) -> bytes:
        self._carry(limit)
        return self.office.document(sha256, offset, limit)

    def pause(self, seconds: float) -> None:
        self.seconds += seconds

    def _carry(self, size: int) -> None:
        left = size + self.HEADERS
        while left > 0:
            part = min(self.SEGMENT, left)
            self.seconds += part / self.BYTES_PER_S
            left -= part
            if self.drawn.random() < self.loss:
                self.seconds += self.ROUND_TRIP_S  # a new connection
                raise Unreachable
        self.seconds += self.ROUND_TRIP_S


def ratio(laptop: Laptop, loss: float, seed: int, chunk: int | None = None) -> float:
    """Time a 250 KiB photo takes over the time its bytes alone would."""
    photo = picture(250 * 1024)
    office = office_for(photo)
    link = Lossy(office, loss, seed)
    with laptop.store.writing() as db:
        attachments.reach(db, photo.sha256, 0, stored=False)
    turns = 0
    while photo.sha256 not in office.stored and turns < 200:
        attach.run(laptop.side, link, NOON, Budget(pause=link.pause))
        turns += 1
    return link.seconds / (photo.size / Lossy.BYTES_PER_S)


def test_a_photo_over_a_link_cut_every_hundred_kilobytes_takes_less_than_twice_its_time(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(laptop, picture(250 * 1024))
    ratios = sorted(ratio(laptop, 0.015, seed) for seed in range(SEED, SEED + 9))
    print(f"seed {SEED}: ratios {[round(one, 2) for one in ratios]}")
    assert ratios[len(ratios) // 2] < 1.5
    assert ratios[-1] < 2
    assert ratio(laptop, 0, SEED) < 1.2
    # The control: chunks that never become smaller than the photo hardly ever arrive.
    for name in ("LEAST_CHUNK", "LARGEST_CHUNK"):
        monkeypatch.setattr(attach, name, 250 * 1024)
    monkeypatch.setattr(attach.Link, "__dataclass_fields__", attach.Link.__dataclass_fields__)
    whole = sorted(_with_chunks_of(laptop, 250 * 1024, seed, monkeypatch) for seed in range(SEED, SEED + 3))
    assert whole[1] > 2


def _with_chunks_of(laptop: Laptop, size: int, seed: int, patch: pytest.MonkeyPatch) -> float:
    patch.setattr(attach.Link, "room", lambda link: size)
    return ratio(laptop, 0.015, seed)


def test_chunks_grow_on_a_good_link_and_shrink_on_a_bad_one(laptop: Laptop) -> None:
    photo = picture(700_000)
    save(laptop, photo)
    office = office_for(photo)
    run(laptop, office)
    sizes = [size for _, size in office.asked]
    assert sizes[0] == FIRST_CHUNK
    assert max(sizes) == LARGEST_CHUNK
    bad = office_for(photo)
    bad.breaks = ["up", "up", "up"]
    with laptop.store.writing() as db:
        attachments.reach(db, photo.sha256, 0, stored=False)
    run(laptop, bad)
    assert next(size for _, size in bad.asked) == 4_096


def announce_papers(laptop: Laptop, **owners: tuple[str, bytes]) -> None:
    made = [
        {
            "id": uid(600 + place),
            "debtor": debtor,
            "account": MARIA_LOAN,
            "kind": "pagare",
            "name": name,
            "sha256": digest_of(data),
            "size": len(data),
            "media_type": "application/pdf",
        }
        for place, (name, (debtor, data)) in enumerate(owners.items())
    ]
    laptop.receive([("document", said["id"], said) for said in made], start=100)


def paper(size: int, seed: int) -> bytes:
    return b"%PDF-1.7\n" + random.Random(seed).randbytes(size)


def test_papers_come_down_in_the_order_of_the_stops_resume_and_go_with_the_debtor(laptop: Laptop) -> None:
    maria, jose, almacen = paper(30_000, 1), paper(20_000, 2), paper(10_000, 3)
    announce_papers(laptop, almacen=(ALMACEN, almacen), jose=(JOSE, jose), maria=(MARIA, maria))
    office = Office({}, papers={digest_of(data): data for data in (maria, jose, almacen)})
    first = run(laptop, office, bytes=1)
    assert (first.received, first.wanted) == (0, 3)
    assert office.asked[0][0] == digest_of(maria), "the first stop's first"
    office.breaks = ["", "down", "", "down"]
    assert run(laptop, office) == Carried(received=3, cuts=2)
    assert [sha for sha, _ in office.asked][-1] == digest_of(almacen), "left out of the route: last"
    with laptop.store.reading() as db:
        assert papers.bytes_of(db, digest_of(maria)) == maria
        assert [one["here"] for one in papers.of_debtor(db, MARIA)] == [len(maria)]
    with laptop.store.writing() as db:
        gone = {"number": 200, "kind": "document", "id": uid(602), "gone": True, "payload": None}
        records.apply(db, [gone])
    assert run(laptop, office) == Carried()
    with laptop.store.reading() as db:
        assert papers.bytes_of(db, digest_of(maria)) == b""
        assert papers.bytes_of(db, digest_of(jose)) == jose


def test_a_paper_with_another_hash_is_not_kept(laptop: Laptop) -> None:
    true = paper(30_000, 1)
    announce_papers(laptop, maria=(MARIA, true))
    liar = Office({}, papers={digest_of(true): true[:-1] + b"?"})
    assert run(laptop, liar) == Carried(wanted=1)
    with laptop.store.reading() as db:
        assert papers.bytes_of(db, digest_of(true)) == b""
    assert run(laptop, Office({}, papers={digest_of(true): true})).received == 1


# The pages.


@pytest.fixture
def app(laptop: Laptop) -> Any:
    app = create_app(laptop.folder, laptop.clock)
    yield app
    app.extensions["ronda_vault"].lock()


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    browser = app.test_client()
    assert unlock(browser).status_code == 302
    return browser


def submit(browser: FlaskClient, files: dict[str, list[tuple[bytes, str]]], **more: str) -> TestResponse:
    """The form with files, as a browser sends it and without a file on the way."""
    given: MultiDict[str, Any] = MultiDict({"csrf_token": token(browser), **answers(), **more})
    for name, several in files.items():
        for data, shown in several:
            given.add(name, FileStorage(io.BytesIO(data), filename=shown, name=name))
    stream, length, boundary = stream_encode_multipart(given, use_tempfile=False)
    kind = f"multipart/form-data; boundary={boundary}"
    return browser.post(FORM, input_stream=stream, content_length=length, content_type=kind)


def test_a_photo_is_attached_shown_and_saved_with_its_place_as_the_visits(
    laptop: Laptop, browser: FlaskClient, snapshot: bytes, developed: Picture
) -> None:
    nothing = {"location_reason": "", "loc": "none"}
    page = submit(browser, {"photos": [(snapshot, "a.jpg")]}, adjuntar="1", **nothing)
    assert page.status_code == 200
    assert "Foto 1" in words(page)
    assert "5.82667, -73.03400" in words(page)
    with laptop.store.reading() as db:
        assert journal.counts(db)["unsent"] == 0, "nothing is saved yet"
    shown = browser.get(f"/caso/{MARIA}/borrador/foto/{developed.sha256}")
    assert shown.data == developed.data
    saved = submit(browser, {}, signed_name="María Núñez", **nothing)
    assert saved.status_code == 302, words(saved)
    with laptop.store.reading() as db:
        [known] = [one for one in cases.state_of(db, MARIA).visits if not one.in_office]
        held = attachments.of_visits(db, [known.visit.id])[known.visit.id]
        assert attachments.draft(db, MARIA) == []
    assert known.visit.location.source == LocationSource.EXIF
    assert (known.visit.location.lat, known.visit.location.lon) == PLACE
    assert [one.role for one in held] == ["photo", "signature"]
    told_page = words(browser.get(f"/visita/{known.visit.id}"))
    assert "Por enviar 0 de" in told_page
    assert "Firma escrita" in told_page
    picture_page = browser.get(f"/foto/{developed.sha256}")
    assert picture_page.headers["Content-Type"] == "image/jpeg"
    assert "sandbox" in picture_page.headers["Content-Security-Policy"]
    assert picture_page.headers["X-Content-Type-Options"] == "nosniff"


def test_a_place_that_was_told_is_not_replaced_by_a_photos(
    laptop: Laptop, browser: FlaskClient, snapshot: bytes
) -> None:
    saved = submit(browser, {"photos": [(snapshot, "a.jpg")]}, location_reason="Por seguridad", loc="none")
    assert saved.status_code == 302
    with laptop.store.reading() as db:
        [known] = [one for one in cases.state_of(db, MARIA).visits if not one.in_office]
    assert known.visit.location.source == LocationSource.NONE


def test_the_place_of_a_photo_cannot_be_typed(laptop: Laptop, browser: FlaskClient, snapshot: bytes) -> None:
    said = {"loc": "exif", "lat": "1", "lon": "2"}
    page = submit(browser, {}, **said, location_reason="")
    assert page.status_code == 422, "no photo tells a place"
    assert submit(browser, {"photos": [(snapshot, "a.jpg")]}, **said).status_code == 302
    with laptop.store.reading() as db:
        [known] = [one for one in cases.state_of(db, MARIA).visits if not one.in_office]
    assert (known.visit.location.lat, known.visit.location.lon) == PLACE


def test_a_bad_photo_saves_nothing_names_itself_and_keeps_the_good_one(
    laptop: Laptop, browser: FlaskClient, snapshot: bytes, developed: Picture
) -> None:
    files = {"photos": [(snapshot, "buena.jpg"), (b"\x00\x00\x00\x18ftypheic", "IMG_2.HEIC")]}
    page = submit(browser, files)
    assert page.status_code == 422
    assert "«IMG_2.HEIC» está en HEIC" in words(page)
    with laptop.store.reading() as db:
        assert [one.sha256 for one in attachments.draft(db, MARIA)] == [developed.sha256]
        assert journal.counts(db)["unsent"] == 0
    page = submit(browser, {}, adjuntar="1", quitar=developed.sha256)
    assert "Foto 1" not in words(page)
    with laptop.store.reading() as db:
        assert attachments.draft(db, MARIA) == []


def test_a_drawn_signature_is_kept_as_a_picture(laptop: Laptop, browser: FlaskClient) -> None:
    drawn = "data:image/png;base64," + base64.b64encode(signed()).decode()
    saved = submit(browser, {}, signature=drawn, signed_name="María")
    assert saved.status_code == 302, words(saved)
    with laptop.store.reading() as db:
        [visit] = [one.visit.id for one in cases.state_of(db, MARIA).visits if not one.in_office]
        [one] = attachments.of_visits(db, [visit])[visit]
    assert (one.role, one.media_type) == ("signature", "image/png")


def test_a_request_with_photos_never_touches_the_disk(
    browser: FlaskClient, snapshot: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def refuse(*_: Any, **__: Any) -> Any:
        opened.append("a plain file")
        return io.BytesIO()

    monkeypatch.setattr(formparser, "SpooledTemporaryFile", refuse)
    large = snapshot + bytes(2 * 2**20)
    assert submit(browser, {"photos": [(large, "a.jpg")]}, adjuntar="1").status_code == 200
    assert opened == []
    formparser.default_stream_factory(3 * 2**20, "image/jpeg", "a.jpg")
    assert opened, "the control: any other form's file would be one"


def test_a_paper_of_the_office_is_read_from_the_case_file_with_no_network(
    laptop: Laptop, browser: FlaskClient
) -> None:
    data = paper(5_000, 1)
    announce_papers(laptop, pagare=(MARIA, data))
    assert "Por llegar" in words(browser.get(f"/caso/{MARIA}"))
    assert browser.get(f"/documento/{uid(600)}").status_code == 404
    run(laptop, Office({}, papers={digest_of(data): data}))
    assert "En este portátil" in words(browser.get(f"/caso/{MARIA}"))
    page = browser.get(f"/documento/{uid(600)}")
    assert page.data == data
    assert page.headers["Content-Type"] == "application/pdf"
    assert page.headers["Content-Disposition"].startswith("inline")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


# The command.


def test_the_command_takes_photos_and_a_signature(laptop: Laptop, snapshot: bytes, tmp_path: Any) -> None:
    (tmp_path / "a.jpg").write_bytes(snapshot)
    (tmp_path / "b.txt").write_bytes(b"nada")
    visit = ["visit", "--stop", MARIA_STOP, "--party", "NAD", "--result", "NAD", "--json"]
    visit += ["--override-reason", "lo pidió el titular"]
    wrong = ronda(laptop, *visit, "--photo", str(tmp_path / "b.txt"))
    assert wrong.exit_code == 1
    assert "JPEG" in wrong.output
    done = said_by(ronda(laptop, *visit, "--photo", str(tmp_path / "a.jpg"), "--signed-by", "Rosa Gil"))
    with laptop.store.reading() as db:
        [saved] = done["saved"]
        held = attachments.of_visits(db, [saved["visit"]])[saved["visit"]]
    assert [one.role for one in held] == ["photo", "signature"]


def test_pictures_and_passphrase_are_unlocked_together(laptop: Laptop, app: Flask) -> None:
    stranger = app.test_client()
    assert stranger.get(f"/foto/{'0' * 64}").status_code == 302
    assert PASSPHRASE not in stranger.get(f"/foto/{'0' * 64}").text


# A real browser.


@pytest.mark.browser
def test_a_photo_is_chosen_a_signature_drawn_and_the_page_stays_clean(
    laptop: Laptop, app: Flask, chromium: Chromium, serve: Callable[[Flask], str], tmp_path: Path
) -> None:
    (tmp_path / "IMG_1.jpg").write_bytes(camera((800, 600)))
    page = chromium.page()
    errors: list[str] = []
    page.on("pageerror", lambda wrong: errors.append(str(wrong)))
    address = serve(app)
    page.goto(address)
    page.keyboard.type(PASSPHRASE)
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Hoy'), .map")
    page.goto(address + FORM)
    page.click("summary:has-text('Fotos y firma')")
    page.set_input_files("#photos", str(tmp_path / "IMG_1.jpg"))
    page.locator("canvas").scroll_into_view_if_needed()
    frame = page.locator("canvas").bounding_box()
    assert frame is not None
    page.mouse.move(frame["x"] + 40, frame["y"] + 40)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(frame["x"] + 40 + 12 * step, frame["y"] + 40 + 9 * (step % 3))
    page.mouse.up()
    page.wait_for_selector("text=Borrador guardado")
    page.reload()
    assert page.input_value('input[name="signature"]').startswith("data:image/png"), "drawn things stay"
    page.set_input_files("#photos", str(tmp_path / "IMG_1.jpg"))
    page.focus('[name="adjuntar"]')
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Foto 1")
    assert page.is_checked('input[name="loc"][value="exif"]')
    assert page.evaluate("[...document.images].every(one => one.naturalWidth > 0)")
    assert axe_violations(page) == []
    assert errors == []
    assert chromium.foreign_requests == []
    with laptop.store.reading() as db:
        assert [one.role for one in attachments.draft(db, MARIA)] == ["photo", "signature"]
