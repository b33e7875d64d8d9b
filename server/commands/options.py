"""The options every office command shares, and how its errors become sentences. Runs no command."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import click
from sqlalchemy.exc import DBAPIError

from sync.records import Refused

from ..config import WrongConfig, config_from
from ..office import NoOffice, Office, open_office
from ..store.engine import UnsafeSQLite, WrongDatabase
from ..store.schema import WrongSchema

Command = Callable[..., Any]
Answer = TypeVar("Answer")
WRONG_SETUP = (WrongConfig, NoOffice, WrongSchema, UnsafeSQLite, WrongDatabase)

data_option = click.option(
    "--data",
    metavar="DIR",
    is_eager=True,  # other options' callbacks may ask for it
    help="The office's data folder (else RONDA_DATA, else ./ronda-data).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end.")


class Day(click.ParamType[date]):
    """A date written YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' is not a date; write it as YYYY-MM-DD, e.g. 2026-11-20", param, ctx)


DAY = Day()


def clear_errors(command: Command) -> Command:
    """Turn what is wrong with folder, schema or database into a sentence and exit code 1."""

    @functools.wraps(command)
    def safe(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except WRONG_SETUP as wrong:
            raise click.ClickException(str(wrong)) from wrong
        except DBAPIError as wrong:
            raise click.ClickException(
                f"the database could not be used: {wrong.orig}. Check RONDA_DATABASE_URL, "
                "that the disk is not full, and that no other program holds the file."
            ) from wrong

    return safe


def with_office(command: Command) -> Command:
    """Add `--data` and hand the open `Office` over as the first argument."""

    @data_option
    @functools.wraps(command)
    @clear_errors
    def opened(*args: Any, data: str | None = None, **kwargs: Any) -> Any:
        office: Office = open_office(config_from(data=data))
        try:
            return command(office, *args, **kwargs)
        finally:
            office.engine.dispose()

    return opened


def now() -> datetime:
    """The office's clock, read at the edge only."""
    return datetime.now(UTC)


def taken(answered: Answer | Refused) -> Answer:
    """The answer of a gerund; its "no" becomes the command's error, with the rule."""
    if isinstance(answered, Refused):
        raise click.ClickException(f"{answered.reason} ({answered.rule})")
    return answered


def answer(figures: dict[str, Any], as_json: bool, lines: list[str]) -> None:
    """Print the figures as one JSON object, or the lines for a person."""
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False, default=str))
        return
    for line in lines:
        click.echo(line)
