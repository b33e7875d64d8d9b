"""`ronda field update`: looks for a newer program, installs it or goes back. Touches no collector's data."""

from __future__ import annotations

from pathlib import Path

import click

from .. import updating
from ..clock import SystemClock
from ..peer import fetched
from ..releases import BadList
from .options import clear_errors, json_option, say


@click.command()
@click.option(
    "--from",
    "source",
    default="",
    metavar="PLACE",
    help="A folder or https:// address with releases (else the one it was installed from).",
)
@click.option("--check", is_flag=True, help="Only say whether there is one for this laptop.")
@click.option("--back", is_flag=True, help="Go back to the version before.")
@click.option(
    "--install",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="RONDA_INSTALL",
    help="The installation's folder (else the one this program runs from).",
)
@json_option
@clear_errors
def update(source: str, check: bool, back: bool, install: Path | None, as_json: bool) -> None:
    """Install the release that this laptop's wave should run; it is used from the next start on.

    The list of releases is believed only with the signature of the key set at installing. A release that
    does not start is left again at once. What a collector saved is touched by none of this.
    """
    held = updating.installation(install)
    if held is None:
        raise click.ClickException(
            "This program was not put here by Ronda's installer, so it does not update itself. With uv: "
            "uv tool install --force --offline --no-index --find-links WHEELHOUSE ronda"
        )
    try:
        if back:
            now_runs = updating.go_back(held)
            say({"current": now_runs, "changed": True}, as_json, f"{now_runs} runs from the next start on.")
            return
        place = source or held.source
        web = place.startswith("https://")
        fetch = fetched(place, held.proxy) if web else updating.from_folder(Path(place))
        release = updating.look(held, fetch, SystemClock().read().wall)
        if release is not None and not check:
            updating.take(held, release, fetch)
    except (updating.NotUpdated, BadList) as wrong:
        raise click.ClickException(f"{wrong}. Nothing was changed.") from wrong
    version = release.version if release is not None else None
    said = {"current": held.current, "found": version, "changed": release is not None and not check}
    if release is None:
        text = f"{held.current} is what this laptop should run."
    else:
        text = f"{version} {'is there for this laptop' if check else 'runs from the next start on'}."
    say(said, as_json, text)
