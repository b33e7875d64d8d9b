"""Prints a systemd unit that serves this office with few rights. Installs nothing."""

from __future__ import annotations

import shutil
import sys
from importlib.resources import files
from pathlib import Path

import click

from ..config import config_from


def print_unit(ctx: click.Context, _param: click.Parameter, asked: bool) -> None:
    """The option `--print-unit`: the unit on standard output, and nothing else is done."""
    if not asked or ctx.resilient_parsing:
        return
    command = shutil.which("ronda") or str(Path(sys.executable).with_name("ronda"))
    unit = (files("server") / "ronda-office.service").read_text(encoding="utf-8")
    click.echo(unit.replace("/usr/local/bin/ronda", command).replace("/var/lib/ronda", _data(ctx)), nl=False)
    ctx.exit()


def _data(ctx: click.Context) -> str:
    given = ctx.params.get("data")
    return str(config_from(data=given or "/var/lib/ronda").data)
