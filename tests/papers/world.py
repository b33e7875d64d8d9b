"""An office with a letterhead: Crediboyacá's accounts, Rosa Ñúñez and Luis, and Ana who visits them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import update

from server.noticing import letterheads
from server.shelf import Shelf
from server.store import tables as t
from server.store.engine import writing
from server.store.scopes import Scope
from tests.office.builders import NOW, World, quick_engine, small_world

GLN = "7709998000018"
LAYOUT = f"(415){GLN}(8020){{reference}}(3900){{whole:010}}(96){{due}}"
EVERYTHING = Scope.everything()
LETTERHEAD: dict[str, Any] = {
    "agency": {
        "name": "Gestiones del Norte S.A.S.",
        "neutral_name": "Casa Norte",
        "address": "Cra. 15 # 14-20, Duitama",
        "phone": "+57 608 760 0000",
        "email": "atencion@casanorte.example",
        "responsible": ["Marta Rincón, directora"],
        "tax_id": "NIT 900.123.456-7",
        "sender": "Apartado 114, Duitama",
    },
    "public": {
        "url": "https://casanorte.example",
        "channels": ["Nuestros visitantes no reciben dinero.", "Pague solo en las cajas de cada entidad."],
        "complaints": ["Llame a Casa Norte: +57 608 760 0000"],
    },
    "creditor": {"complaints": ["Defensor del Consumidor Financiero de Coopsol, 601 555 0101"]},
    "payment": {
        "options": ["En cualquier caja de Coopsol", "Por PSE en coopsol.example"],
        "conditions": "El valor vencido pone al día el crédito.",
        "due_days": 7,
        "barcode": "gs1-128",
        "layout": LAYOUT,
        "where": "Entregue este volante en la caja.",
    },
}


def office(folder: Path, pack: str = "demo") -> World:
    """Everyone's accounts are under `pack`; Rosa's name has letters that a plain font lacks."""
    folder.mkdir(parents=True, exist_ok=True)
    world = small_world(quick_engine(folder))
    with writing(world.engine) as connection:
        connection.execute(update(t.accounts).values(pack=pack))
        connection.execute(
            update(t.debtors)
            .where(t.debtors.c.id == world.debtors["Rosa"])
            .values(name="Rosa Ñúñez Güiza", search_name="rosa nunez guiza")
        )
        connection.execute(update(t.addresses).values(city="Duitama"))
    letterheads.write(world.engine, None, LETTERHEAD, actor="test", now=NOW)
    return world


def shelf(folder: Path) -> Shelf:
    return Shelf(str(folder / "shelf"))
