"""Compiles folders that leave the office and are read without it: a dossier, a case handed over, one's data.

`folder` writes files and remembers their hashes; `person` reads what is known of a debtor within a scope and
says what is left out; `complaint` what a complaint is about; `dossier` writes what proves its visit;
`handover` a whole case; `access` what is held about somebody, for himself; `zipping` makes one file of a
folder. Each is written down as a fact.
"""

from __future__ import annotations

from .access import write_access
from .dossier import write_dossier
from .folder import Compiled
from .handover import PURPOSES, write_handover
from .zipping import zipped

__all__ = ["PURPOSES", "Compiled", "write_access", "write_dossier", "write_handover", "zipped"]
