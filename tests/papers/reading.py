"""Reads papers as a stock scanner and a person would: zbar over the rendered page, and the page's text."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

try:
    from pyzbar import pyzbar
except ImportError as wrong:  # the wheel is there and the system's libzbar is not
    pyzbar, MISSING = None, str(wrong)

TOOLS = ("pdftoppm", "pdftotext", "pdffonts")
FNC1 = "\x1d"


def require_scanner() -> None:
    """Skip where a page cannot be rendered or scanned, and say what to install."""
    if pyzbar is None:
        pytest.skip(f"no zbar to scan codes with ({MISSING}): apt-get install libzbar0, pip install pyzbar")
    require_poppler()


def require_poppler() -> None:
    lacking = [tool for tool in TOOLS if shutil.which(tool) is None]
    if lacking:
        pytest.skip(f"no {', '.join(lacking)} to render a PDF with: apt-get install poppler-utils")


@dataclass(frozen=True)
class Scanned:
    """What the scanner said: QRCODE or CODE128, and the text in it."""

    kind: str
    text: str


def pages(pdf: bytes, folder: Path, dpi: int = 150) -> list[Image.Image]:
    """The pages as a printer at this resolution would put them on paper."""
    file = folder / "paper.pdf"
    file.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", str(dpi), "-png", str(file), str(folder / "page")], check=True)
    found = sorted(folder.glob("page-*.png"))
    made = [Image.open(BytesIO(one.read_bytes())) for one in found]
    for one in found:
        one.unlink()
    return made


def scan(image: Image.Image) -> set[Scanned]:
    return {Scanned(one.type, one.data.decode("utf-8")) for one in pyzbar.decode(image.convert("L"))}


def words(pdf: bytes, folder: Path, page: int) -> str:
    """The text of one page, in the order it stands."""
    file = folder / "paper.pdf"
    file.write_bytes(pdf)
    command = ["pdftotext", "-layout", "-f", str(page), "-l", str(page), str(file), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def fonts(pdf: bytes, folder: Path) -> list[str]:
    """The table of fonts, a line each, without its head."""
    file = folder / "paper.pdf"
    file.write_bytes(pdf)
    told = subprocess.run(["pdffonts", str(file)], check=True, capture_output=True, text=True).stdout
    return told.splitlines()[2:]
