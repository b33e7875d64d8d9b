"""`ronda office recover`: opens a laptop whose passphrase is lost, or whose collector is gone. Two people."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

import click
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync.records import Refused
from sync.sealing import BrokenKey, recovery_key_from_pem

from .. import recovering
from ..office import Office
from ..recovering import Person
from ..store import recoveries
from ..store.engine import reading
from .import_files import english
from .options import answer, json_option, now, with_office

VARIABLE = "RONDA_OFFICE_PASSWORD"
Answer = TypeVar("Answer")

user_option = click.option(
    "--user", required=True, metavar="USERNAME", help=f"Who you are; your password is asked, or {VARIABLE}."
)
key_option = click.option(
    "--recovery-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The office's private recovery key (PEM), where it is kept off this machine.",
)


@click.group()
def recover() -> None:
    """Open a laptop with the office's recovery key: one person asks, another one agrees."""


@recover.command()
@with_office
@click.argument("device_id", metavar="DEVICE")
@click.option("--reason", required=True, help="Why it must be opened; it stays on record.")
@user_option
@json_option
def start(office: Office, device_id: str, reason: str, user: str, as_json: bool) -> None:
    """Ask that DEVICE (see `ronda office device list`) be opened."""
    made = _or_say(recovering.start(office.engine, device_id, reason, by=person(office, user), now=now()))
    answer(
        {"recovery": made, "device": device_id},
        as_json,
        [
            f"Recovery {made} was asked for. Within 48 hours another person approves it:",
            f"  ronda office recover approve {made} --user USERNAME",
        ],
    )


@recover.command()
@with_office
@click.argument("recovery")
@user_option
@json_option
def approve(office: Office, recovery: str, user: str, as_json: bool) -> None:
    """Agree to RECOVERY, which someone else asked for."""
    done = _or_say(recovering.approve(office.engine, recovery, by=person(office, user), now=now()))
    answer(
        {"recovery": done.id, "device": done.device_id, "approved_by": user},
        as_json,
        [
            "Approved. For a forgotten passphrase: ronda office recover package; "
            "for a copied folder: ronda office recover read"
        ],
    )


@recover.command()
@with_office
@click.argument("recovery")
@user_option
@json_option
def close(office: Office, recovery: str, user: str, as_json: bool) -> None:
    """Withdraw RECOVERY before it is used up."""
    done = _or_say(recovering.close(office.engine, recovery, by=person(office, user), now=now()))
    answer({"recovery": done.id, "closed": True}, as_json, [f"{done.id} is closed"])


@recover.command()
@with_office
@click.argument("recovery")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
@key_option
@user_option
@json_option
def package(
    office: Office, recovery: str, out: Path, recovery_key: Path | None, user: str, as_json: bool
) -> None:
    """Write the one-time file with which the laptop takes a new passphrase, and show its code.

    Send FILE to the collector and tell him the code by telephone; then, on the laptop:
    ronda field recover --file FILE
    """
    private = private_key(office, recovery_key)
    _refuse_to_overwrite(out)
    made = _or_say(
        recovering.package(
            office.engine, office.signer, private, recovery, by=person(office, user), now=now()
        )
    )
    out.write_bytes(made.file)
    answer(
        {"recovery": recovery, "device": made.device, "file": str(out), "code": made.code},
        as_json,
        [made.code, f"opens {out}, once; tell it by voice and never send it with the file"],
    )


@recover.command()
@with_office
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--recovery", required=True, metavar="ID", help="The recovery that was approved.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
@key_option
@user_option
@json_option
def read(
    office: Office,
    folder: Path,
    recovery: str,
    out: Path,
    recovery_key: Path | None,
    user: str,
    as_json: bool,
) -> None:
    """Write what a laptop's copied FOLDER says as a queue file; then `ronda office import queue FILE`.

    FOLDER is a copy of the laptop's whole data folder; nothing in it is changed.
    """
    private = private_key(office, recovery_key)
    _refuse_to_overwrite(out)
    made = _or_say(
        recovering.read(office.engine, private, recovery, folder, by=person(office, user), now=now())
    )
    out.write_bytes(made.file)
    figures = {"device": made.device, "events": made.events, "attachments": made.attachments}
    answer(
        figures | {"file": str(out), "recovery": recovery},
        as_json,
        [
            f"{made.events} event(s) and {made.attachments} picture(s) of {made.device} are in {out}.",
            f"Take them in: ronda office import queue {out} --recovery {recovery}",
        ],
    )


@recover.command("list")
@with_office
@json_option
def listed(office: Office, as_json: bool) -> None:
    """List the recoveries, newest first."""
    moment = now()
    with reading(office.engine) as connection:
        rows = recoveries.listed(connection)
        states = [recoveries.by_id(connection, row["id"]) for row in rows]
    said = [row | {"state": one.state(moment)} for row, one in zip(rows, states, strict=True) if one]
    lines = [
        f"{row['id']}  {row['state']:<9}  {row['agent_name']:<24}  asked by {row['started_by']}, "
        f"agreed by {row['approved_by'] or '-'}: {row['reason']}"
        for row in said
    ]
    answer({"recoveries": said}, as_json, lines or ["no laptop was ever opened"])


def private_key(office: Office, file: Path | None) -> X25519PrivateKey:
    """The office's private recovery key: from the file named, else from its keys folder."""
    path = file or office.config.keys / "recovery.pem"
    try:
        return recovery_key_from_pem(path.read_bytes())
    except OSError as wrong:
        raise click.ClickException(
            f"the recovery key {path} cannot be read ({wrong.strerror}); "
            "name it with --recovery-key FILE where it is kept off this machine"
        ) from wrong
    except BrokenKey as wrong:
        raise click.ClickException(f"{path}: {wrong}") from wrong


def person(office: Office, username: str) -> Person:
    """Who runs the command, proved by his password."""
    given = os.environ.get(VARIABLE)
    password = given or click.prompt(f"Password of {username}", hide_input=True, err=True)
    return _or_say(recovering.person(office.engine, username, str(password)))


def _or_say(answered: Answer | Refused) -> Answer:
    if isinstance(answered, Refused):
        raise click.ClickException(english(answered.reason))
    return answered


def _refuse_to_overwrite(path: Path) -> None:
    """A file of an earlier recovery may be the only one."""
    if path.exists():
        raise click.ClickException(f"{path} is there already; name another with --out")
