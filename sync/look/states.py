"""How each state looks: colour, shape and word, the same on maps, lists and paper. Knows no page and no data.

The shapes are drawn here once; the sprite served to pages, the markers of both maps and the legend are
all made from them, so that a colour-blind reader and a black-and-white printer see the same thing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sync.words import N_


@dataclass(frozen=True)
class State:
    """`drawing` is SVG for a 24 × 24 box: the body in currentColor, the sign on it white."""

    key: str
    colour: str  # on a light ground; at least 4.5:1 against white
    shape: str
    label: str  # a Spanish msgid
    drawing: str


def _sign(path: str) -> str:
    return (
        f'<path d="{path}" fill="none" stroke="#fff" stroke-width="2.4"'
        ' stroke-linecap="round" stroke-linejoin="round"/>'
    )


_DISC = '<circle cx="12" cy="12" r="10" fill="currentColor"/>'

STATES: dict[str, State] = {
    state.key: state
    for state in (
        State(
            "pendiente",
            "#646b73",
            "circle",
            N_("Pendiente"),
            '<circle cx="12" cy="12" r="8.2" fill="#fff" stroke="currentColor" stroke-width="3.6"/>',
        ),
        State("agendada", "#1b5fc1", "clock", N_("Agendada"), _DISC + _sign("M12 6.5V12l3.6 2.4")),
        State("visitada", "#1a7a45", "check", N_("Visitada"), _DISC + _sign("M7.2 12.4l3.3 3.3 6.3-7")),
        State(
            "promesa",
            "#7a3cc2",
            "diamond",
            N_("Promesa"),
            '<path d="M12 .8 23.2 12 12 23.2.8 12z" fill="currentColor"/>' + _sign("M8 12.2l2.8 2.8 5-5.6"),
        ),
        State(
            "no_encontrado",
            "#b0560a",
            "triangle",
            N_("No encontrado"),
            '<path d="M12 1.6 23.6 22H.4z" fill="currentColor" stroke="currentColor" stroke-width="1"'
            ' stroke-linejoin="round"/>' + _sign("M12 9.2v5M12 18.1v.1"),
        ),
        State(
            "negativa",
            "#bf2430",
            "octagon",
            N_("Negativa o riesgo"),
            '<path d="M7.6 1.4h8.8l6.2 6.2v8.8l-6.2 6.2H7.6l-6.2-6.2V7.6z" fill="currentColor"/>'
            + _sign("M8.4 8.4l7.2 7.2M15.6 8.4l-7.2 7.2"),
        ),
        State(
            "detenida",
            "#1b1f23",
            "bar",
            N_("Detenida por norma"),
            '<rect x="1" y="7" width="22" height="10" rx="1.5" fill="currentColor"/>' + _sign("M6 12h12"),
        ),
    )
}

# Signs that are not states of a visit: tones of a message and a few things to press.
SIGNS: dict[str, str] = {
    "info": _DISC + _sign("M12 11v6M12 7.2v.1"),
    "good": STATES["visitada"].drawing,
    "warn": STATES["no_encontrado"].drawing,
    "bad": STATES["negativa"].drawing,
    "neutral": '<circle cx="12" cy="12" r="6" fill="currentColor"/>',
    "sync": '<path d="M4 11a8 8 0 0 1 14-4.6L20.5 9M20.5 3.5V9H15M20 13a8 8 0 0 1-14 4.6L3.5 15m0 5.5V15H9"'
    ' fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/>',
    "phone": '<path d="M6.5 3h3l1.6 4.6-2.2 1.6a12 12 0 0 0 5.9 5.9l1.6-2.2L21 14.5v3A3.2 3.2 0 0 1 17.5 21'
    ' 14.6 14.6 0 0 1 3 6.5 3.2 3.2 0 0 1 6.5 3z" fill="currentColor"/>',
    "pin": '<path d="M12 1.5a7.5 7.5 0 0 0-7.5 7.5c0 5.6 7.5 13.5 7.5 13.5s7.5-7.9 7.5-13.5A7.5'
    ' 7.5 0 0 0 12 1.500z" fill="currentColor"/><circle cx="12" cy="9" r="2.8" fill="#fff"/>',
    "ronda": '<path d="M12 2a10 10 0 1 0 10 10" fill="none" stroke="currentColor" stroke-width="3.4"'
    ' stroke-linecap="round"/><circle cx="12" cy="12" r="3.4" fill="currentColor"/>'
    '<circle cx="19.4" cy="4.6" r="2.6" fill="currentColor"/>',
    "print": '<path d="M7 8V3h10v5M7 17H4V9h16v8h-3M7 14h10v7H7z" fill="none" stroke="currentColor"'
    ' stroke-width="2.2" stroke-linejoin="round"/>',
}


def drawing(name: str) -> str:
    """The SVG body of a state or sign. Raises KeyError for a name that is neither."""
    return STATES[name].drawing if name in STATES else SIGNS[name]


def symbol(key: str, size: int = 24) -> str:
    """A state as one self-contained SVG element with its own colour, for maps and paper."""
    state = STATES[key]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 24 24"'
        f' color="{state.colour}" aria-hidden="true">{state.drawing}</svg>'
    )


def sprite() -> str:
    """Every state and sign as one SVG file of symbols, for `<use href="/look/icons.svg#promesa">`.

    Colours come from the page: the body is its text colour, the sign on it its `--glyph` (dark at night).
    """
    drawings = {**SIGNS, **{key: state.drawing for key, state in STATES.items()}}
    symbols = "".join(
        f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>' for name, body in drawings.items()
    )
    themed = symbols.replace("#fff", "var(--glyph, #fff)")
    return f'<svg xmlns="http://www.w3.org/2000/svg">{themed}</svg>'
