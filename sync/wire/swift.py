"""Loads what is exactly right in a fraction of marshmallow's time, by the very schemas marshmallow has.

A schema is read once into plain checks. They answer only for values they are sure of; for any other, be it
wrong or merely unusual, `Swift.load` asks the schema itself, so that errors and odd cases are always
marshmallow's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast

from marshmallow import INCLUDE, Schema, fields, missing, validate

from ..ids import UUID_PATTERN
from ..money import CURRENCY_PATTERN, parse_decimal
from .fields import HEX, INSTANT, Amount, Currency, Hex, Id, Instant

Check = Callable[[Any], Any]
DATE = re.compile(r"^\d{4}-\d{2}-\d{2}\Z", re.ASCII)


class Unsure(Exception):
    """The checks do not vouch for this value; the schema decides."""


class Swift(Schema):
    """A schema that loads what is exactly right quickly."""

    def load(self, data: Any, **asked: Any) -> Any:
        if not asked:
            try:
                return checks(type(self))(data)
            except Unsure:
                pass
        return super().load(data, **asked)


@lru_cache(maxsize=256)
def checks(schema: type[Schema]) -> Check:
    """What loads a value as `schema().load` does, or raises Unsure. For schemas that include unknown fields
    and have neither hooks nor renamed fields; any other is never sure."""
    made = schema()
    hooked = any(made._hooks.values()) or made.many or made.partial
    if hooked or made.unknown != INCLUDE or any(held.data_key for held in made.fields.values()):
        return _never
    if len(made.load_fields) != len(made.fields):
        return _never
    return _written(schema.__name__, made.load_fields)


def _written(name: str, held: Mapping[str, fields.Field[Any]]) -> Check:
    """The checks of all fields as one function: calling one for each field took longer than checking."""
    names: dict[str, Any] = {"Unsure": Unsure, "missing": missing}
    lines = ["def load(value):", " if type(value) is not dict: raise Unsure", " loaded = dict(value)"]
    for place, (field_name, field) in enumerate(held.items()):
        lines += _lines(repr(field_name), field, str(place), names)
    lines.append(" return loaded")
    exec(compile("\n".join(lines), f"<checks of {name}>", "exec"), names)  # noqa: S102  # written above
    return cast(Check, names["load"])


def _lines(name: str, held: fields.Field[Any], place: str, names: dict[str, Any]) -> list[str]:
    """What the function does with one field; constants go into its names."""
    lines = [f" found = value.get({name}, missing)", " if found is missing:"]
    if held.required:
        lines.append("  raise Unsure")
    elif held.load_default is missing:
        lines.append("  pass")
    else:
        names[f"default{place}"] = held.load_default
        lines.append(f"  loaded[{name}] = default{place}{'()' if callable(held.load_default) else ''}")
    lines += [" elif found is not None:" if held.allow_none else " else:"]
    plain = _plain_text(held, place, names)
    if plain is None:
        names[f"check{place}"] = _check_given(held)
        return [*lines, f"  loaded[{name}] = check{place}(found)"]
    return [*lines, f"  if {plain}: raise Unsure"]


def _plain_text(held: fields.Field[Any], place: str, names: dict[str, Any]) -> str | None:
    """For a text that is loaded as it is: when it is not sure, as an expression; None for other fields."""
    if type(held) not in (fields.String, Id) or held.pre_load or held.post_load:
        return None
    doubts = ["type(found) is not str"]
    if type(held) is Id:
        names[f"matches{place}"] = UUID_PATTERN.match
        doubts.append(f"not matches{place}(found)")
    for number, validator in enumerate(held.validators):
        own = f"{place}_{number}"
        if type(validator) is validate.OneOf:
            names[f"choices{own}"] = frozenset(validator.choices)
            doubts.append(f"found not in choices{own}")
        elif type(validator) is validate.Length and validator.equal is None:
            if validator.min is not None:
                doubts.append(f"len(found) < {int(validator.min)}")
            if validator.max is not None:
                doubts.append(f"len(found) > {int(validator.max)}")
        elif type(validator) is validate.Regexp:
            names[f"pattern{own}"] = validator.regex.match
            doubts.append(f"not pattern{own}(found)")
        else:
            return None
    return " or ".join(doubts)


def _never(value: Any) -> Any:
    raise Unsure


def _check(held: fields.Field[Any]) -> Check:
    check = _check_given(held)
    if not held.allow_none:
        return check

    def or_none(value: Any) -> Any:
        return None if value is None else check(value)

    return or_none


def _check_given(held: fields.Field[Any]) -> Check:
    """Of a value that is not null."""
    if held.pre_load or held.post_load:
        return _never
    make = KINDS.get(type(held))
    return _never if make is None else _validated(held, make(held))


def _validated(held: fields.Field[Any], check: Check) -> Check:
    for validator in held.validators:
        check = _and(check, validator)
    return check


def _and(check: Check, validator: Callable[[Any], Any]) -> Check:
    """The check followed by a validator; one of another kind than these is never sure."""
    if type(validator) is validate.OneOf:
        choices = frozenset(validator.choices)

        def chosen(value: Any) -> Any:
            value = check(value)
            if value in choices:
                return value
            raise Unsure

        return chosen
    if type(validator) is validate.Length:
        least = validator.min or 0
        most = float("inf") if validator.max is None else validator.max
        if validator.equal is not None:
            least = most = validator.equal

        def measured(value: Any) -> Any:
            value = check(value)
            if least <= len(value) <= most:
                return value
            raise Unsure

        return measured
    if type(validator) is validate.Range and validator.min_inclusive and validator.max_inclusive:
        low = float("-inf") if validator.min is None else validator.min
        high = float("inf") if validator.max is None else validator.max

        def ranged(value: Any) -> Any:
            value = check(value)
            if low <= value <= high:
                return value
            raise Unsure

        return ranged
    if type(validator) is validate.Regexp:
        matches = validator.regex.match

        def matching(value: Any) -> Any:
            value = check(value)
            if matches(value):
                return value
            raise Unsure

        return matching
    return _never


def _string(held: fields.Field[Any]) -> Check:
    def check(value: Any) -> Any:
        if type(value) is str:
            return value
        raise Unsure

    return check


def _id(held: fields.Field[Any]) -> Check:
    matches = UUID_PATTERN.match

    def check(value: Any) -> Any:
        if type(value) is str and matches(value):
            return value
        raise Unsure

    return check


def _currency(held: fields.Field[Any]) -> Check:
    def check(value: Any) -> Any:
        if type(value) is str and CURRENCY_PATTERN.match(value):
            return value
        raise Unsure

    return check


def _instant(held: fields.Field[Any]) -> Check:
    matches, read = INSTANT.match, datetime.fromisoformat

    def check(value: Any) -> Any:
        if type(value) is str and matches(value):
            try:
                return read(value)
            except ValueError:
                pass
        raise Unsure

    return check


def _day(held: fields.Field[Any]) -> Check:
    if cast(fields.Date, held).format not in (None, "iso"):
        return _never

    def check(value: Any) -> Any:
        if type(value) is str and DATE.match(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        raise Unsure

    return check


def _amount(held: fields.Field[Any]) -> Check:
    def check(value: Any) -> Any:
        try:
            return parse_decimal(value)
        except ValueError as wrong:
            raise Unsure from wrong

    return check


def _hex(held: fields.Field[Any]) -> Check:
    size = cast(Hex, held).size

    def check(value: Any) -> Any:
        if type(value) is str and HEX.match(value) and (size is None or len(value) == 2 * size):
            return bytes.fromhex(value)
        raise Unsure

    return check


def _integer(held: fields.Field[Any]) -> Check:
    def check(value: Any) -> Any:
        if type(value) is int:
            return value
        raise Unsure

    return check


def _float(held: fields.Field[Any]) -> Check:
    def check(value: Any) -> Any:
        # No NaN and no infinity comes out of the codec; as a number read elsewhere they differ from this.
        if (type(value) is float and value - value == 0) or type(value) is int:
            try:
                return float(value)
            except OverflowError:
                pass
        raise Unsure

    return check


def _boolean(held: fields.Field[Any]) -> Check:
    def check(value: Any) -> Any:
        if value is True or value is False:
            return value
        raise Unsure

    return check


def _dict(held: fields.Field[Any]) -> Check:
    whole = cast(fields.Dict, held)
    of_key = None if whole.key_field is None else _check(whole.key_field)
    of_value = None if whole.value_field is None else _check(whole.value_field)

    def check(value: Any) -> Any:
        if type(value) is not dict:
            raise Unsure
        if of_key is None and of_value is None:
            return dict(value)
        loaded = {}
        for name, inner in value.items():
            loaded[name if of_key is None else of_key(name)] = inner if of_value is None else of_value(inner)
        return loaded

    return check


def _list(held: fields.Field[Any]) -> Check:
    inner = _check(cast("fields.List[Any]", held).inner)

    def check(value: Any) -> Any:
        if type(value) is list:
            return [inner(item) for item in value]
        raise Unsure

    return check


def _nested(held: fields.Field[Any]) -> Check:
    nested = cast(fields.Nested, held)
    if nested.many or nested.only is not None or nested.exclude or nested.unknown is not None:
        return _never
    return checks(type(nested.schema))


KINDS: dict[type[Any], Callable[[fields.Field[Any]], Check]] = {
    fields.String: _string,
    fields.Integer: lambda held: _integer(held) if cast(fields.Integer, held).strict else _never,
    fields.Float: lambda held: _never if cast(fields.Float, held).allow_nan else _float(held),
    fields.Boolean: _boolean,
    fields.Date: _day,
    fields.Dict: _dict,
    fields.List: _list,
    fields.Nested: _nested,
    Id: _id,
    Currency: _currency,
    Instant: _instant,
    Amount: _amount,
    Hex: _hex,
}
