"""Rosa complains of how she was spoken to, and is answered; for the pages of cases. Stops nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server import guarding, hearing, lettering
from server.hearing import NewClaim
from server.store import claims
from server.store.engine import reading
from server.store.scopes import Scope, Share

if TYPE_CHECKING:
    from datetime import datetime

    from .worlds import World


def add_claims(world: World, now: datetime) -> None:
    engine, everything = world.office.engine, Scope.everything()
    said = NewClaim(
        kind="conduct",
        source="phone",
        text=world.typed("Dice que le hablaron delante de los vecinos"),
        visit=world.visits["Rosa"],
        owner="dora",
    )
    number = hearing.open_claim(engine, world.debtors["Rosa"], said, actor="fabio", now=now, scope=everything)
    world.claims["Rosa"] = str(number)
    text = world.typed("Recibimos su reclamo y lo estamos revisando con quien la visitó.")
    hearing.reply(engine, str(number), text, by="letter", actor="dora", now=now, scope=everything)
    with reading(engine) as connection:
        held = claims.one(connection, everything, str(number))
        log = claims.log_of(connection, held["id"]) if held else []
    duitama = Scope((Share(branch="Duitama"),))
    lettering.preview(
        engine,
        world.office.signer,
        level="home-visit",
        segment="",
        template="aviso-extrajudicial",
        actor="alicia",
        now=now,
        today=now.date(),
        scope=duitama,
    )
    guarding.mark(
        engine,
        name=world.typed("El Recreo"),
        level="pair",
        reason=world.typed("Robos a motociclistas desde las cinco"),
        days=90,
        centre=(5.8265, -73.0331),
        radius_m=300,
        actor="alicia",
        now=now,
        today=now.date(),
        scope=everything,
    )
    world.replies["Rosa"] = next((one["id"] for one in log if one["kind"] == "reply"), "")
