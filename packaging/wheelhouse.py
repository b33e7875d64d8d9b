"""Fills a folder with every wheel a laptop needs, so that it installs with no network. Installs nothing.

python packaging/wheelhouse.py OUT [--platform linux|windows|…] [--python 3.11] [--extra NAME]

The versions are resolved for the platform that is asked for, not for this one: `pip download --platform`
alone leaves out what only the other system needs. On the laptop, without any index:

uv tool install --offline --no-index --find-links OUT ronda
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# What pip calls the wheels of a platform that uv resolves for.
TAGS = {
    "windows": ("win_amd64",),
    "linux": ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64", "linux_x86_64"),
    "macos": ("macosx_11_0_arm64", "macosx_12_0_arm64", "macosx_11_0_universal2"),
}
HERE = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
SUMS = "SHA256SUMS"
# Published as source only, and nothing but Python: their wheels are made here and serve every platform.
SOURCE_ONLY = frozenset({"openlocationcode", "simplekml"})


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("out", type=Path)
    asked.add_argument("--platform", choices=sorted(TAGS), default=HERE)
    asked.add_argument("--python", default="3.11")
    asked.add_argument("--extra", action="append", default=[])
    asked.add_argument("--resolve-only", action="store_true", help="print the versions and fetch nothing")
    asked.add_argument("--json", action="store_true", dest="as_json")
    given = asked.parse_args()
    wanted = resolve(given.platform, given.python, given.extra)
    if given.resolve_only:
        print(wanted)
        return
    given.out.mkdir(parents=True, exist_ok=True)
    own = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(given.out),
        str(ROOT),
    ]
    subprocess.run(own, check=True)
    fetch(given.out, wanted, given.platform, given.python)
    wheels = write_sums(given.out)
    size = sum(wheel.stat().st_size for wheel in wheels)
    said = {"wheels": len(wheels), "mb": round(size / 1e6, 1), "platform": given.platform}
    print(
        json.dumps(said) if given.as_json else f"{len(wheels)} wheels, {said['mb']} MB, for {given.platform}"
    )


def resolve(platform: str, python: str, extras: list[str]) -> str:
    """Every package and its version for that platform, one a line."""
    command = [sys.executable, "-m", "uv", "pip", "compile", str(ROOT / "pyproject.toml"), "--quiet"]
    command += ["--python-platform", platform, "--python-version", python]
    command += ["--no-header", "--no-annotate", "--no-emit-index-url"]
    for extra in extras:
        command += ["--extra", extra]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def fetch(out: Path, wanted: str, platform: str, python: str) -> None:
    """Exactly these versions, as wheels."""
    lines = wanted.splitlines(keepends=True)
    made = [line for line in lines if line.partition("==")[0] in SOURCE_ONLY]
    for line in made:
        wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(out)]
        subprocess.run([*wheel, line.strip()], check=True)
    foreign = [one.name for one in out.glob("*.whl") if "-none-any" not in one.name]
    if foreign:
        raise SystemExit(f"made here and not for every platform: {', '.join(foreign)}")
    listed = out / "requirements.txt"
    listed.write_text("".join(line for line in lines if line not in made), encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--dest", str(out), "--requirement", str(listed)]
    command += ["--implementation", "cp", "--python-version", python]
    command += ["--abi", f"cp{python.replace('.', '')}", "--abi", "abi3", "--abi", "none"]
    for tag in TAGS[platform]:
        command += ["--platform", tag]
    subprocess.run(command, check=True)


def write_sums(out: Path) -> list[Path]:
    """As `sha256sum -c` reads them."""
    wheels = sorted(out.glob("*.whl"))
    lines = [f"{hashlib.sha256(wheel.read_bytes()).hexdigest()}  {wheel.name}\n" for wheel in wheels]
    (out / SUMS).write_text("".join(lines), encoding="ascii")
    return wheels


if __name__ == "__main__":
    main()
