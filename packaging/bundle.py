"""Builds the laptop's program as a folder with PyInstaller, tries and packs it. Signs nothing.

python packaging/bundle.py OUT [--json]

It must run on the system it builds for: PyInstaller does not build for another one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = "ronda.exe" if os.name == "nt" else "ronda"
STARTS = 5


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("out", type=Path)
    asked.add_argument("--json", action="store_true", dest="as_json")
    given = asked.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    folder = build(given.out)
    version, platform_name = told(folder)
    archive = pack(folder, given.out / f"ronda-{version}-{platform_name}.zip")
    said = {
        "version": version,
        "platform": platform_name,
        "file": archive.name,
        "size": archive.stat().st_size,
        "sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
        "folder_mb": round(sum(one.stat().st_size for one in folder.rglob("*") if one.is_file()) / 1e6, 1),
        "starts_s": starts(folder),
    }
    print(
        json.dumps(said) if given.as_json else "\n".join(f"{name}: {value}" for name, value in said.items())
    )


def build(out: Path) -> Path:
    """The folder, built anew."""
    with tempfile.TemporaryDirectory() as work:
        command = [sys.executable, "-m", "PyInstaller", str(ROOT / "packaging" / "ronda.spec"), "--noconfirm"]
        command += ["--distpath", str(out), "--workpath", work, "--log-level", "ERROR"]
        subprocess.run(command, check=True, cwd=ROOT)
    return out / "ronda"


def told(folder: Path) -> tuple[str, str]:
    """The version and the platform as the program itself says them: a build that says nothing is none."""
    with tempfile.TemporaryDirectory() as empty:
        command = [str(folder / PROGRAM), "field", "diagnose", "--locked", "--data", empty]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    said = json.loads(done.stdout)
    return str(said["ronda"]), str(said["platform"])


def starts(folder: Path) -> float:
    """Seconds from starting to the answer of the shortest command, the median of a few."""
    found = []
    for _ in range(STARTS):
        began = time.monotonic()
        subprocess.run([str(folder / PROGRAM), "field", "--help"], check=True, capture_output=True)
        found.append(time.monotonic() - began)
    return round(sorted(found)[STARTS // 2], 2)


def pack(folder: Path, to: Path) -> Path:
    """The folder's content as one archive, the same bytes for the same files."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            info = zipfile.ZipInfo(str(path.relative_to(folder)).replace(os.sep, "/"))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (0o755 if os.access(path, os.X_OK) else 0o644) << 16
            with path.open("rb") as source, packed.open(info, "w") as target:
                shutil.copyfileobj(source, target)
    return to


if __name__ == "__main__":
    main()
