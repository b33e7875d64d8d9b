"""Makes one zip of a folder: plain names, the same bytes for the same folder. Knows no case."""

from __future__ import annotations

import zipfile
from pathlib import Path

WHEN = (1980, 1, 1, 0, 0, 0)


def zipped(folder: Path, target: Path, root: str) -> Path:
    """Everything under `folder`, beneath one folder named `root` so that it opens into a place of its own."""
    temporary = target.with_suffix(".part")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as made:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                info = zipfile.ZipInfo(f"{root}/{path.relative_to(folder).as_posix()}", WHEN)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o600 << 16
                made.writestr(info, path.read_bytes())
    temporary.replace(target)
    return target
