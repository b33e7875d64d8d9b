"""Answers a page that asks, while a text is being typed, what of its words may not be used. Keeps nothing."""

from __future__ import annotations

from functools import lru_cache

from flask import Response, flash, jsonify, request
from flask_babel import gettext as _

from .. import policies
from ..rules.policy import Policy
from ..rules.wording import Linted, TextKind, lint

# As long as the longest note; what is beyond is judged when it is saved.
LONGEST = 4000
SHOWN = 4


def check() -> Response:
    """`text` and, where known, `kind` and `pack`: the verdict, each reason, and a neutral wording."""
    kind, text = request.form.get("kind", ""), request.form.get("text", "")[:LONGEST]
    found = lint(text, pack_named(request.form.get("pack", "")), kind)
    said = {
        "allow": "",
        "warn": _("Se puede guardar, pero quedará señalado para revisión. Mejor escríbalo de otro modo:")
        if kind == TextKind.NOTE
        else _("Conviene revisarlo:"),
        "block": _("Así no se puede usar:"),
    }[found.verdict]
    return jsonify(
        {
            "verdict": found.verdict,
            "said": said,
            "why": reasons(found),
            "neutral": found.neutral,
            "neutral_said": _("Redacción neutra que se propone:"),
            "use": _("Usar esta redacción"),
        }
    )


def reasons(found: Linted) -> list[str]:
    """Each reason once, in the reader's language."""
    return list(dict.fromkeys(each.because.said(_) for each in found.found))[:SHOWN]


@lru_cache(maxsize=32)
def pack_named(name: str) -> Policy | None:
    """The pack whose terms and sources apply; without one, what is wrong anywhere."""
    return policies.load(name) if name and name in policies.available() else None


def tell(*texts: str, kind: str = TextKind.NOTE) -> None:
    """Say on the next page what of texts just saved will be looked at, and how to write it instead."""
    for text in texts:
        found = lint(text, None, kind)
        if found.found:
            flash(
                _("Quedó señalado para revisión: %(why)s", why=" ".join(reasons(found)))
                + " "
                + _("La próxima vez puede escribir: %(neutral)s", neutral=found.neutral),
                "warning",
            )
            return
