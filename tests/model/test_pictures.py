"""A picture of a debtor who was erased does not come back with a backup that still has it."""

from __future__ import annotations

from random import Random

from sync.ledger import Erasure

from .building import fast_folder, template
from .chance import Chance, ruled_by
from .model import Model
from .steps import picture, visit_with
from .upkeep import back_up, erase

SEED = 4


def on_the_shelf(model: Model) -> list[bool]:
    return [model.office.shelf.has(sha256) for sha256 in model.pictures.values()]


def restored(model: Model, erasures: list[Erasure]) -> list[bool]:
    model.office.restore(model.office.backups[0], erasures)
    return on_the_shelf(model)


def test_a_restore_that_is_told_of_an_erasure_drops_the_pictures_again() -> None:
    chance = Random(SEED)
    with template() as made, ruled_by(Chance(SEED)) as drawn:
        model = Model.of(made, fast_folder(), drawn)
        try:
            model.upgrade()
            laptop = model.laptops[0]
            model.exchange(laptop, chance)
            visit_with(model, laptop, chance)
            [(visit, debtor)] = laptop.visits.items()
            picture(model, laptop, visit, debtor, chance)
            model.exchange(laptop, chance)
            assert on_the_shelf(model) == [True]
            back_up(model, chance)
            while visit not in {id for id, _ in model.erased}:
                erase(model, chance)  # another may ask, or there may be a hold
            assert on_the_shelf(model) == [False]
            assert restored(model, []) == [True]  # the control: nobody told it
            assert restored(model, list(model.signed.values())) == [False]
        finally:
            model.close()
