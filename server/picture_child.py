"""The process that looks at pictures, bounded in memory and time: a line of JSON for each, on stdout.

`python -m server.picture_child FOLDER`. The names of the folder's files are their hashes; nothing is kept.
"""

from __future__ import annotations

import json
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path

MEMORY = 1024 * 2**20
SECONDS = 120
MOST_PIXELS = 60_000_000
# Large enough for a hash of 32 by 32 after cropping, small enough that a JPEG is half decoded.
ENOUGH = (256, 256)
NOT_INSTALLED = 3


def bound() -> None:
    """Set this process's limits, where the system knows them."""
    try:
        import resource
    except ImportError:  # Windows has none; the parent's clock remains
        return
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(limit)
        resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def looks_of(path: Path) -> str | None:
    """The perceptual hash (DCT, 64 bits) of a JPEG or PNG; None of what is neither, or too large."""
    import imagehash
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with Image.open(path, formats=("JPEG", "PNG")) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            image.draft("L", ENOUGH)
            return str(imagehash.phash(ImageOps.exif_transpose(image)))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def main() -> None:
    warnings.simplefilter("ignore")
    bound()
    if find_spec("imagehash") is None:
        raise SystemExit(NOT_INSTALLED)
    for path in sorted(Path(sys.argv[1]).iterdir()):
        print(json.dumps({"sha256": path.name, "looks": looks_of(path)}), flush=True)


if __name__ == "__main__":
    main()
