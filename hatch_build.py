"""Build hook: puts the declared npm files into sync/look/vendor and compiles the languages. Knows no page.

Runs for a wheel, an sdist and an editable install alike. hatch-npm-vendor fetches and checks each
package; here only the few files that pages use are kept, and nothing is fetched that is already in
place, so that a second build (or one from the sdist) needs no network.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any
from urllib.error import URLError

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatch_npm_vendor.plugin import DEFAULT_REGISTRY
from hatch_npm_vendor.vendor import vendor_package
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

RECEIPT = "receipt.json"


class LookBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's own hooks leave it bare
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        look = Path(self.root) / "sync" / "look"
        for asset in self.config.get("assets", []):
            put(look / "vendor" / asset["package"], asset)
        compile_languages(look / "translations")


def put(shelf: Path, asset: dict[str, Any]) -> None:
    """Leave exactly `asset["files"]` of the npm package in `shelf`, unless they are there already."""
    receipt = shelf / RECEIPT
    wanted = json.dumps(asset, indent=1, sort_keys=True)
    names = [
        Path(name).relative_to("dist") if name.startswith("dist/") else Path(name) for name in asset["files"]
    ]
    in_place = receipt.is_file() and receipt.read_text(encoding="utf-8") == wanted
    if in_place and all((shelf / name).is_file() for name in names):
        return
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "package"
        _fetch(package, asset)
        shutil.rmtree(shelf, ignore_errors=True)
        for source, name in zip(asset["files"], names, strict=True):
            (shelf / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(package / source, shelf / name)
    receipt.write_text(wanted, encoding="utf-8")


def _fetch(package: Path, asset: dict[str, Any]) -> None:
    # npm's own setting names another registry; the library knows the usual one.
    registry = os.environ.get("NPM_CONFIG_REGISTRY", DEFAULT_REGISTRY)
    try:
        vendor_package(package, asset["package"], asset["version"], asset["integrity"], registry=registry)
    except URLError as error:
        raise SystemExit(
            f"Cannot fetch {asset['package']} {asset['version']} from the npm registry ({error}). "
            "Build once with network, or install a built wheel, which needs none."
        ) from error


def compile_languages(translations: Path) -> None:
    """Compile each messages.po beside itself. Spanish is in the code and needs none."""
    for catalogue in translations.glob("*/LC_MESSAGES/messages.po"):
        with catalogue.open("rb") as source:
            messages = read_po(source, locale=catalogue.parts[-3], abort_invalid=True)
        with catalogue.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, messages)
