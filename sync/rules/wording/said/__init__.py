"""The patterns of what may not be said, one module a sort of harm; the signs are told in `patterns`."""

from __future__ import annotations

from . import courts, disclosures, insults, pressure, threats

# By the category they are found as; a threat with a time limit is told as a deadline.
SAID = {
    "insult": (insults.STRONG, insults.AIMED),
    "third": (disclosures.TOLD, disclosures.TELLING, disclosures.WILL_TELL),
    "authority": (courts.AUTHORITY,),
    "judicial": (courts.JUDICIAL,),
    "deadline": (pressure.DEADLINE,),
    "threat": (*threats.THREATS, *pressure.PRESSURE),
}


def lines(*tables: str) -> list[str]:
    """The patterns of some tables: their lines, without empty ones and comments."""
    return [
        line.strip() for table in tables for line in table.splitlines() if line.strip() and line[0] != "#"
    ]
