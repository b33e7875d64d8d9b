"""Files that ask a reader for much more than they weigh, or are not what they say. Knows no page."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache

import openpyxl

MIB = 1024 * 1024
HEADER = "No. Crédito;Nombre del titular;Saldo capital;Valor vencido;Vencimiento más antiguo\n"
ROW = "A-1;Ana Pérez;1000,00;500,00;01/08/2026\n"


@cache
def plain_book() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    page = book.active
    assert page is not None
    page.append(HEADER.strip().split(";"))
    page.append(ROW.strip().split(";"))
    book.save(out)
    return out.getvalue()


def book_with(parts: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A workbook with these parts in place of its own, or beside them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain_book())) as old, zipfile.ZipFile(out, "w", compression) as new:
        for entry in old.infolist():
            if entry.filename not in parts:
                new.writestr(entry, old.read(entry))
        for name, data in parts.items():
            new.writestr(name, data)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
OPEN = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
SHUT = b"</sheetData></worksheet>"


def sheet(body: bytes) -> bytes:
    return book_with({SHEET: OPEN + body + SHUT})


def zeros(size: int, inside: str = SHEET) -> bytes:
    return book_with({inside: bytes(size)})


def lied_about(size: int = 10) -> bytes:
    """A bomb whose directory says that its sheet is tiny."""
    data = bytearray(zeros(64 * MIB))
    at = data.rfind(SHEET.encode()) - 46  # its entry in the central directory
    struct.pack_into("<I", data, at + 24, size)
    return bytes(data)


def overlapped(many: int = 2_000) -> bytes:
    """Many entries of the directory that all point at the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(8 * MIB))
    data = out.getvalue()
    end = data.rfind(b"PK\x05\x06")
    size, start = struct.unpack_from("<II", data, end + 12)
    entry = data[start : start + size]
    tail = bytearray(data[end:])
    struct.pack_into("<HHII", tail, 8, many, many, size * many, start)
    return data[:start] + entry * many + bytes(tail)


def nested(deep: int = 6) -> bytes:
    data = zeros(16 * MIB)
    for level in range(deep):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{level}.xlsx", data)
        data = out.getvalue()
    return data


def laughing() -> bytes:
    """Ten entities, each ten of the one before: a billion letters in a kilobyte."""
    entities = '<!ENTITY l0 "lol">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    xml = f'<?xml version="1.0"?><!DOCTYPE w [{entities}]><worksheet><c>&l9;</c></worksheet>'
    return book_with({SHEET: xml.encode()})


def outside_entity() -> bytes:
    xml = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet>&x;</worksheet>'
    return book_with({SHEET: xml.encode()})


def png(width: int, height: int, rows: int = 1) -> bytes:
    """A picture that says it is that large and brings the bytes of a few rows of zeros."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes((width * 3 + 1) * rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def spreadsheets() -> dict[str, Callable[[], bytes]]:
    """Name (with its ending) → its bytes: none is more than a few megabytes."""
    cell = b'<row><c t="inlineStr"><is><t>x</t></is></c></row>'
    return {
        "zeros.xlsx": lambda: zeros(512 * MIB),
        "strings.xlsx": lambda: zeros(256 * MIB, "xl/sharedStrings.xml"),
        "styles.xlsx": lambda: zeros(256 * MIB, "xl/styles.xml"),
        "lied.xlsx": lied_about,
        "overlapped.xlsx": overlapped,
        "nested.xlsx": nested,
        "laughs.xlsx": laughing,
        "outside.xlsx": outside_entity,
        "deep.xlsx": lambda: sheet(b"<a>" * 200_000),
        "rows.xlsx": lambda: sheet(cell * 2_000_000),
        "wide.xlsx": lambda: sheet(
            b"<row>" + b'<c t="inlineStr"><is><t>x</t></is></c>' * 400_000 + b"</row>"
        ),
        "far.xlsx": lambda: sheet(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "long.xlsx": lambda: sheet(
            b'<row><c t="inlineStr"><is><t>' + b"a" * 64 * MIB + b"</t></is></c></row>"
        ),
        "number.xlsx": lambda: sheet(b"<row><c><v>" + b"9" * 4 * MIB + b"</v></c></row>"),
        "names.xlsx": lambda: book_with({f"xl/{'a/' * 2_000}{n}.xml": b"x" for n in range(200)}),
        "thousand.xlsx": lambda: book_with({f"xl/media/{n}": b"x" for n in range(20_000)}),
        "stored.xlsx": lambda: book_with({SHEET: bytes(4 * MIB)}, zipfile.ZIP_STORED),
        "bzip.xlsx": lambda: book_with({SHEET: bytes(256 * MIB)}, zipfile.ZIP_BZIP2),
        "lzma.xlsx": lambda: book_with({SHEET: bytes(64 * MIB)}, zipfile.ZIP_LZMA),
        "cut.xlsx": lambda: plain_book()[:-40],
        "empty.xlsx": lambda: b"",
        "text.xlsx": lambda: (HEADER + ROW).encode(),
        "book.csv": plain_book,
        "line.csv": lambda: HEADER.encode() + b"a" * 8 * MIB,
        "quote.csv": lambda: HEADER.encode() + b'"' + b"a;\n" * (2 * MIB),
        "cells.csv": lambda: b";" * 4 * MIB,
        "header.csv": lambda: b";".join(b"c%d" % n for n in range(300_000)) + b"\n",
        "nul.csv": lambda: bytes(4 * MIB),
        "binary.csv": lambda: random.Random(20261122).randbytes(4 * MIB),
        "utf16.csv": lambda: (HEADER + ROW).encode("utf-16"),
        "utf32.csv": lambda: (HEADER + ROW).encode("utf-32"),
        "lines.csv": lambda: b"\n" * 8 * MIB,
        "commas.csv": lambda: (HEADER + ROW * 60_000).encode(),
        "picture.csv": lambda: png(100, 100, 100),
    }


def papers() -> dict[str, Callable[[], bytes]]:
    """Pictures and papers by name."""
    return {
        "wide.png": lambda: png(100_000, 100_000),
        "flat.png": lambda: png(60_000, 60_000, 4),
        "truth.png": lambda: png(8_000, 8_000, 8_000),
        "cut.png": lambda: png(200, 200, 200)[:-30],
        "none.png": lambda: b"",
        "zip.png": plain_book,
        "head.jpg": lambda: b"\xff\xd8\xff\xe0" + bytes(MIB),
        "exif.jpg": lambda: b"\xff\xd8\xff\xe1\xff\xffExif\x00\x00" + b"\xff" * MIB,
        "deep.pdf": lambda: b"%PDF-1.4\n" + b"[" * MIB,
        "zeros.pdf": lambda: (
            b"%PDF-1.7\n1 0 obj<</Filter/FlateDecode>>stream\n" + zlib.compress(bytes(256 * MIB), 9)
        ),
        "script.pdf": lambda: b"%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n",
        "page.html": lambda: b"<script>document.documentElement.dataset.ran=1</script>",
        "image.svg": lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    }


def queues() -> dict[str, Callable[[], bytes]]:
    """Files that say they are a laptop's queue."""
    return {
        "deep.json": lambda: b"[" * 2 * MIB,
        "objects.json": lambda: b"[" + b"{}," * MIB + b"0]",
        "number.json": lambda: b'{"n":' + b"9" * 4 * MIB + b"}",
        "keys.json": lambda: b"{" + b",".join(b'"%d":1' % n for n in range(300_000)) + b"}",
        "text.json": lambda: b'{"sealed":"' + b"a" * 8 * MIB + b'"}',
        "nul.json": lambda: bytes(MIB),
        "none.json": lambda: b"",
    }
