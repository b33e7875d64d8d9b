"""Makes a picture small and silent: a process of its own, from standard input to standard output.

What the camera wrote beside the pixels (place, time, owner, thumbnail) is read, told apart, and never
written again. A picture that would unpack to too much is refused before it does. Knows no database.
"""

from __future__ import annotations

import io
import json
import sys
import warnings
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.ExifTags import GPS, IFD, Base

LONGEST_SIDE = 1280
LARGEST_BYTES = 250 * 1024
# More than any telephone's 50 megapixels; a picture of a few kilobytes can claim a thousand times that.
MOST_PIXELS = 64_000_000
MEMORY = 1024 * 1024 * 1024
CPU_S = 20
# (longest side, quality), from the best on: the first that fits is taken.
TRIES = ((1280, 82), (1280, 72), (1280, 60), (1024, 60), (1024, 45), (800, 40), (640, 35))
SIGNATURE = (900, 400)
WHITE = (255, 255, 255)
LEAST_CONTRAST = 40  # of 255, between ink and paper

# What is wrong, in the one word the other side knows.
BOMB, BROKEN, FOREIGN, BLANK = "bomb", "broken", "foreign", "blank"


class Wrong(Exception):
    """The picture cannot be used; the word says why."""


def main() -> int:
    """`photo` or `signature` as the argument; a line of JSON, then the bytes."""
    _limit()
    data = sys.stdin.buffer.read()
    try:
        told, made = photo(data) if sys.argv[1] == "photo" else signature(data)
    except Wrong as wrong:
        told, made = {"wrong": str(wrong)}, b""
    sys.stdout.buffer.write(json.dumps(told).encode("ascii") + b"\n" + made)
    return 0


def photo(data: bytes) -> tuple[dict[str, Any], bytes]:
    """What the camera said, and a JPEG without any of it."""
    with _opened(data) as image:
        told = said_by_camera(image)
        image.draft("RGB", (2 * LONGEST_SIDE, 2 * LONGEST_SIDE))
        plain = _plain(_loaded(image))
    for side, quality in TRIES:
        made = _jpeg(plain, side, quality)
        if len(made) <= LARGEST_BYTES:
            break
    return told, made


def signature(data: bytes) -> tuple[dict[str, Any], bytes]:
    """A grey PNG on white. A sheet on which nobody wrote is none."""
    with _opened(data) as image:
        grey = _plain(_loaded(image)).convert("L")
    grey.thumbnail(SIGNATURE)
    shades = [shade for shade, many in enumerate(grey.histogram()) if many]
    if shades[-1] - shades[0] < LEAST_CONTRAST:
        raise Wrong(BLANK)
    out = io.BytesIO()
    grey.quantize(8).save(out, "PNG", optimize=True)
    return {}, out.getvalue()


def _opened(data: bytes) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("ignore", UserWarning)  # of damaged tags, which are only not read
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        image = Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as wrong:
        raise Wrong(BOMB) from wrong
    except UnidentifiedImageError as wrong:
        raise Wrong(FOREIGN) from wrong
    except (OSError, ValueError, SyntaxError) as wrong:
        raise Wrong(BROKEN) from wrong
    return image


def _loaded(image: Image.Image) -> Image.Image:
    try:
        image.load()
        return ImageOps.exif_transpose(image)
    except MemoryError as wrong:
        raise Wrong(BOMB) from wrong
    except (OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError) as wrong:
        raise Wrong(BROKEN) from wrong


def _plain(image: Image.Image) -> Image.Image:
    """The pixels on white and nothing else: a new picture holds nothing that was beside the old one's."""
    plain = Image.new("RGB", image.size, WHITE)
    colours = image.convert("RGBA") if "A" in image.getbands() or "transparency" in image.info else None
    if colours is None:
        plain.paste(image.convert("RGB"))
    else:
        plain.paste(colours, mask=colours.getchannel("A"))
    return plain


def _jpeg(image: Image.Image, side: int, quality: int) -> bytes:
    small = image.copy()
    small.thumbnail((side, side))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()


def said_by_camera(image: Image.Image) -> dict[str, Any]:
    """`lat`, `lon`, `accuracy_m` and `taken` (ISO, with an offset only where the camera told it)."""
    told: dict[str, Any] = {}
    try:
        exif = image.getexif()
        gps, more = exif.get_ifd(IFD.GPSInfo), exif.get_ifd(IFD.Exif)
    except (OSError, ValueError, SyntaxError, KeyError, TypeError):
        return told
    lat = _degrees(gps.get(GPS.GPSLatitude), gps.get(GPS.GPSLatitudeRef), "S", 90)
    lon = _degrees(gps.get(GPS.GPSLongitude), gps.get(GPS.GPSLongitudeRef), "W", 180)
    # Cameras without a fix write zeros.
    if lat is not None and lon is not None and (lat, lon) != (0.0, 0.0):
        told |= {"lat": lat, "lon": lon}
        error = _number(gps.get(GPS.GPSHPositioningError))
        if error is not None and 0 <= error <= 1_000_000:
            told["accuracy_m"] = round(error, 1)
    taken = more.get(Base.DateTimeOriginal) or exif.get(Base.DateTime)
    if isinstance(taken, str) and len(taken) >= 19:
        offset = more.get(Base.OffsetTimeOriginal)
        day, clock = taken[:10].replace(":", "-"), taken[11:19]
        told["taken"] = f"{day}T{clock}{offset if isinstance(offset, str) else ''}"[:40]
    return told


def _degrees(parts: Any, ref: Any, negative: str, most: float) -> float | None:
    if not isinstance(parts, tuple) or len(parts) != 3:
        return None
    numbers = [_number(part) for part in parts]
    if None in numbers:
        return None
    whole, minutes, seconds = (number or 0.0 for number in numbers)
    found = whole + minutes / 60 + seconds / 3600
    if not 0 <= found <= most:
        return None
    return round(-found if ref == negative else found, 6)


def _number(part: Any) -> float | None:
    try:
        found = float(part)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return found if abs(found) < 1e9 else None  # neither NaN nor without end


def _limit() -> None:
    """This process may not grow or run for long; where a system knows no such limit, its parent stops it."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))


if __name__ == "__main__":
    sys.exit(main())
