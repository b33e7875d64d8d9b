"""`ronda field enrol`. Knows no key and no message: it asks and reports."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from sync.exchange import OfficeSays, Unreachable, Untrusted
from sync.sealing import WrongPassphrase

from .. import collectors, enrolling, inviting, leaving, wiping
from ..clock import SystemClock
from ..folder import check_free, is_enrolled, open_laptop
from .options import VARIABLE, ask_passphrase, clear_errors, data_option, english, json_option, say


@click.command()
@data_option
@click.option("--server", default="", metavar="URL", help="The office's address, with its #pin.")
@click.option("--code", default="", help="The one-time code the office gave.")
@click.option(
    "--codes",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Instead of both: a CSV of many laptops (machine,server,code,label); this one takes its line.",
)
@click.option("--machine", default="", help="With --codes: this laptop's line (else its host name).")
@click.option("--prepare", is_flag=True, help="With --codes: only leave it for the first page to finish.")
@click.option("--add", is_flag=True, help="One more collector, beside those this laptop has.")
@click.option(
    "--label", default="", help="What he is called at this laptop's door; seen without a passphrase."
)
@click.option("--name", default="", help="What the office will call this laptop (else its host name).")
@click.option("--pin", default="", help="The office's TLS key, when the address does not end in it.")
@click.option("--insecure", is_flag=True, help="Though the address is http:// on another machine.")
@click.option("--again", is_flag=True, help="This laptop, which an office put back from a backup forgot.")
@json_option
@clear_errors
def enrol(
    data: Path,
    server: str,
    code: str,
    codes: Path | None,
    machine: str,
    prepare: bool,
    add: bool,
    label: str,
    name: str,
    pin: str,
    insecure: bool,
    again: bool,
    as_json: bool,
) -> None:
    """Make this computer a collector's laptop.

    The passphrase that will open it is asked, or read from RONDA_FIELD_PASSPHRASE; 10 characters at
    least. The office gets the database key sealed to its recovery key: a forgotten passphrase loses
    nothing.

    With --again a laptop that was enrolled before keeps all it holds and sends it again; its passphrase
    stays, and so does the office's address unless --server names another.
    """
    root, data = data, collectors.new_place(data) if add else data
    wiping.finish(data)
    if codes is not None:
        invited = _line_of(codes, machine)
        server, code, label = server or invited.server, code or invited.code, label or invited.label
        if prepare:
            inviting.leave(root, inviting.Invitation(server, code, label))
            said = {"prepared": True, "server": server}
            say(said, as_json, "Prepared: the first page asks the collector for his passphrase only.")
            return
    if not code:
        raise click.UsageError("give the office's code with --code, or a file of them with --codes FILE")
    if not server and not again:
        raise click.UsageError("name the office with --server URL")
    if not again:
        _refuse_over(data)
    given: dict[str, Any] = {"server": server, "code": code, "pin": pin, "insecure": insecure}
    given["clock"] = SystemClock()
    passphrase = ask_passphrase(twice=not again)
    try:
        if again:
            done = enrolling.enrol_again(data, passphrase, **given)
        else:
            done = enrolling.enrol(data, passphrase=passphrase, name=name, **given)
    except Unreachable as wrong:
        raise click.ClickException(
            f"The office{f' at {server}' if server else ''} does not answer ({wrong}). "
            "Nothing was changed; check the address and try again."
        ) from wrong
    except OfficeSays as wrong:
        raise click.ClickException(f"{english(wrong.told.detail)} ({wrong.told.code})") from wrong
    except Untrusted as wrong:
        raise click.ClickException(english(wrong.because)) from wrong
    if label:
        collectors.note(data, label=label)
    inviting.drop(root)
    say(
        {"device": done.device, "agent": done.agent_name, "office": done.office_name, "sealed": done.sealed},
        as_json,
        f"Enrolled{' again' if again else ''} for {done.agent_name} at {done.office_name}. "
        f"{'Send all it holds and receive' if again else 'Receive'} the day with: ronda field sync",
    )


def _line_of(codes: Path, machine: str) -> inviting.Invitation:
    try:
        return inviting.of_machine(codes, machine or socket.gethostname())
    except inviting.NotInvited as wrong:
        raise click.ClickException(str(wrong)) from wrong


def _refuse_over(data: Path) -> None:
    """Never over another laptop. Where the passphrase given opens it, say what waits in it."""
    if is_enrolled(data) and os.environ.get(VARIABLE):
        with suppress(WrongPassphrase):
            store = open_laptop(data, os.environ[VARIABLE])
            kept = leaving.waits(store)
            store.close()
            if kept is not None:
                raise click.ClickException(
                    f"{data} holds an enrolled laptop. {english(kept.because)} "
                    "Then `ronda field leave` frees it; or enrol another with --data OTHER_FOLDER."
                )
    check_free(data)
