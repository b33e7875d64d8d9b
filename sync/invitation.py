"""The one line that lets a laptop in: the office's address, its TLS pin and a one-time code.

The office shows it as text and as a QR code; the laptop's first page takes it whole. Knows no socket.
"""

from __future__ import annotations

MARK = "&code="


def written(address: str, pin: str, code: str) -> str:
    """`https://office.example#<pin>&code=<code>`; without a pin nothing stands between # and &."""
    return f"{address.rstrip('/')}#{pin}{MARK}{code}"


def read(text: str) -> tuple[str, str]:
    """(address with its pin, code) of such a line; of any other text, the text and no code."""
    address, mark, code = text.strip().partition(MARK)
    if not mark:
        return text.strip(), ""
    return address.removesuffix("#"), code.strip()
