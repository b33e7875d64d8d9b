"""What every laptop command shares: the folder, the passphrase, and errors as sentences. Runs no command."""

from __future__ import annotations

import functools
import gettext
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

import sync
from sync.rules.answers import FieldError
from sync.sealing import BrokenKey, WrongPassphrase
from sync.words import Phrase

from .. import collectors, leasing, wiping
from ..clock import SystemClock
from ..folder import AlreadyEnrolled, NotEnrolled, WeakPassphrase, default_folder
from ..peer import BadAddress
from ..store.db import Busy, NotWritten, Store, UnsafeSQLite, WrongDatabase
from ..store.journal import Empty
from ..turns import Elsewhere
from ..unlocking import TooSoon, open_slowly
from ..visiting import Problem

Command = Callable[..., Any]
SENTENCES = (
    NotEnrolled,
    AlreadyEnrolled,
    WeakPassphrase,
    BadAddress,
    WrongDatabase,
    UnsafeSQLite,
    Busy,
    NotWritten,
    Empty,
    Elsewhere,
    TooSoon,
    collectors.TooMany,
)
VARIABLE = "RONDA_FIELD_PASSPHRASE"

WHO = "ronda.who"

root_option = click.option(
    "--data",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="RONDA_FIELD_DATA",
    default=default_folder,
    show_default="your own data folder",
    help="The laptop's folder (else RONDA_FIELD_DATA).",
)


def data_option(command: Command) -> Command:
    """`--data` and `--who`: the folder of one of the laptop's collectors."""
    whose = click.option(
        "--who",
        metavar="NAME",
        envvar="RONDA_FIELD_WHO",
        is_eager=True,
        expose_value=False,
        callback=_remember_who,
        help="Whose data, on a laptop of several collectors: the label or number (`ronda field collectors`).",
    )
    data = click.option(
        "--data",
        metavar="DIR",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="RONDA_FIELD_DATA",
        default=default_folder,
        show_default="your own data folder",
        callback=_folder_of,
        help="The laptop's folder (else RONDA_FIELD_DATA).",
    )
    return whose(data(command))


def _remember_who(context: click.Context, _parameter: click.Parameter, said: str | None) -> None:
    context.meta[WHO] = said


def _folder_of(context: click.Context, _parameter: click.Parameter, root: Path) -> Path:
    who = context.meta.get(WHO)
    if not who:
        return root
    try:
        return collectors.named(root, who).folder
    except collectors.NoSuchCollector as wrong:
        raise click.ClickException(str(wrong)) from wrong


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def ask_passphrase(*, twice: bool = False) -> str:
    """From the environment, else typed without an echo."""
    given = os.environ.get(VARIABLE)
    if given:
        return given
    if not _can_be_asked():
        raise click.ClickException(
            f"There is no terminal to ask the passphrase on; set {VARIABLE} in the environment."
        )
    return str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=twice, err=True))


def _can_be_asked() -> bool:
    """True with a terminal to type on: standard input, or the terminal behind it when that is a pipe."""
    if sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty():
        return True
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def clear_errors(command: Command) -> Command:
    """Turn what is wrong with folder, passphrase or database into a sentence and exit code 1."""

    @functools.wraps(command)
    def safe(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except SENTENCES as wrong:
            raise click.ClickException(str(wrong)) from wrong
        except WrongPassphrase as wrong:
            raise click.ClickException(
                f"That passphrase does not open this laptop. Type it again, or set {VARIABLE}. "
                "Nothing was changed; if it is lost, the office can recover the data."
            ) from wrong
        except BrokenKey as wrong:
            raise click.ClickException(f"{wrong}. Ask the office to recover the laptop.") from wrong
        except OSError as wrong:
            raise click.ClickException(f"{wrong.strerror or wrong}: {wrong.filename or ''}") from wrong

    return safe


def with_laptop(command: Command) -> Command:
    """Add `--data`, and hand the laptop's open store over as the first argument.

    Refuses while the laptop's lease has run out; see `with_closed_laptop`.
    """

    @functools.wraps(command)
    def within(store: Store, *args: Any, **kwargs: Any) -> Any:
        refuse_closed(store)
        return command(store, *args, **kwargs)

    return with_closed_laptop(within)


def with_closed_laptop(command: Command) -> Command:
    """The same for what shows no debtor, and may be done with a laptop that has not met its office."""

    @data_option
    @functools.wraps(command)
    @clear_errors
    def opened(*args: Any, data: Path, **kwargs: Any) -> Any:
        wiping.finish(data)
        if not (data / "keyring.json").exists():
            raise NotEnrolled(data)
        store = open_slowly(data, ask_passphrase(), SystemClock().read().wall)
        try:
            if wiping.begun(store):
                raise click.ClickException(wiped_sentence(wiping.wipe(store, SystemClock().read())))
            return command(store, *args, **kwargs)
        finally:
            store.close()

    return opened


def refuse_closed(store: Store) -> None:
    """A sentence and exit code 1 while the laptop has not met its office for too long."""
    lease = leasing.standing(store, SystemClock().read())
    if lease.closed:
        raise click.ClickException(
            "This laptop has not met its office for too long and its data is closed"
            + (" (its clock is before that last meeting: set it right)" if lease.clock_behind else "")
            + ". Run `ronda field sync` with a network, or tell the office this challenge and type its "
            f"code: {lease.challenge}, then `ronda field lease --code CODE`."
        )


def wiped_sentence(done: wiping.Wiped) -> str:
    """What a wipe left behind, and what to do with it."""
    if done.handed is None:
        return "This laptop was wiped; the office already held everything it had said."
    return (
        f"This laptop was wiped. {done.events} event(s) and {done.attachments} picture(s) that the office "
        f"may lack are in {done.handed}: give that file to the office, which alone can open it "
        "(`ronda office import queue`)."
    )


@functools.cache
def _english() -> gettext.NullTranslations:
    folder = Path(sync.__file__).parent / "look" / "translations"
    return gettext.translation("messages", str(folder), ["en"], fallback=True)


def english(phrase: Phrase) -> str:
    """A phrase in English where its catalogue was compiled into the package, else in Spanish."""
    return phrase.said(_english().gettext)


def sentence(msgid: str) -> str:
    """One of the program's own sentences in English, where its catalogue was compiled into the package."""
    return _english().gettext(msgid)


def problem_json(problem: Problem) -> dict[str, str]:
    """What keeps something from being saved, for a script."""
    if isinstance(problem, FieldError):
        return {
            "field": problem.field,
            "account": problem.account,
            "because": english(problem.because),
            "rule": problem.rule,
        }
    return {"field": "", "account": "", "because": english(problem.reason), "rule": problem.rule}


def say(said: dict[str, Any], as_json: bool, sentence: str) -> None:
    """The result, as JSON for a script or as a sentence for a person."""
    click.echo(json.dumps(said, ensure_ascii=False) if as_json else sentence)
