"""Cuts a list into pages; a page asked for that is not there is the nearest one. Knows no list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")
SIZE = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """`rows` are those of page `number` of `pages`; `total` is of the whole list."""

    rows: Sequence[Row]
    number: int
    pages: int
    total: int


def paged(rows: Sequence[Row], asked: str | None, size: int = SIZE) -> Page[Row]:
    number, pages = place(asked, len(rows), size)
    return Page(rows[(number - 1) * size : number * size], number, pages, len(rows))


def cut(
    asked: str | None, total: int, rows: Callable[[int, int], Sequence[Row]], size: int = SIZE
) -> Page[Row]:
    """The page asked for of `total` rows that are read only now: `rows(limit, offset)`."""
    number, pages = place(asked, total, size)
    return Page(rows(size, (number - 1) * size), number, pages, total)


def place(asked: str | None, total: int, size: int = SIZE) -> tuple[int, int]:
    """(page, pages) for what the address asked, whatever it says."""
    pages = max(1, -(-total // size))
    wanted = int(asked) if asked and asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    return min(max(wanted, 1), pages), pages
