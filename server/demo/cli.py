"""`ronda demo`: a made town, an office and a laptop on this machine. Parses, runs, prints."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import click

from ..commands.options import DAY
from .processes import DemoFailed

MARK = ".ronda-demo"
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--once", is_flag=True, help="Run the whole day by itself, compare both sides, and end.")
@click.option("--json", "as_json", is_flag=True, help="With --once: one JSON object, a key per station.")
@click.option("--keep", metavar="DIR", help="Leave the data in DIR/office and DIR/laptop.")
@click.option("--portfolio", type=FILE, help="A lender's file.")
@click.option("--payments", type=FILE, help="Its payments.")
@click.option("--city", type=FILE, help="With --portfolio: the OpenStreetMap extract of where it lies.")
@click.option("--policy", "pack", default="demo", show_default=True, help="The contact policy's pack.")
@click.option("--lender", default=None, help="The lender's name.")
@click.option("--as-of", type=DAY, default=None, help="The portfolio's date (default: the demo's day).")
@click.option("--port", default=8000, show_default=True, help="The office's port, or a free one.")
def demo(
    once: bool,
    as_json: bool,
    keep: str | None,
    portfolio: Path | None,
    payments: Path | None,
    city: Path | None,
    pack: str,
    lender: str | None,
    as_of: date | None,
    port: int,
) -> None:
    """Show the whole of Ronda on this machine: no network, no service, nothing to prepare.

    Without --once it starts an office and a laptop and prints where they are and who can log in.
    """
    from .days import Wanted, hold_open, run_once

    if payments is not None and portfolio is None:
        raise click.UsageError("--payments goes with --portfolio: whose payments are they?")
    if city is not None and portfolio is None:
        raise click.UsageError("--city goes with --portfolio: the made town brings its own map")
    folder, temporary = _folder(keep)
    wanted = Wanted(folder, portfolio, payments, pack, lender, as_of, port, city)
    try:
        if once:
            _print(run_once(wanted, say=lambda text: click.echo(text, err=True)), as_json)
        else:
            hold_open(wanted, say=click.echo)
    except DemoFailed as failed:
        if as_json:
            click.echo(json.dumps({"ok": False, "error": str(failed)}, ensure_ascii=False))
        raise click.ClickException(str(failed)) from failed
    finally:
        if temporary:
            shutil.rmtree(folder, ignore_errors=True)


def _print(figures: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False, default=str))
    else:
        click.echo(json.dumps(figures, ensure_ascii=False, default=str, indent=2))
    if not figures["ok"]:
        sys.exit(1)


def _folder(keep: str | None) -> tuple[Path, bool]:
    """An empty folder of the demo's. One that an earlier demo left is used again; any other is refused."""
    if keep is None:
        return Path(tempfile.mkdtemp(prefix="ronda-demo-")), True
    folder = Path(keep).expanduser().resolve()
    if folder.exists() and not folder.is_dir():
        raise click.UsageError(f"{folder} is a file; give --keep a folder")
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise click.UsageError(f"{folder} is not empty and no demo made it; give --keep another folder")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("made by ronda demo; a new demo in this folder replaces it\n")
    for part in ("office", "laptop", "files"):
        shutil.rmtree(folder / part, ignore_errors=True)
    return folder, False
