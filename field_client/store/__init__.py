"""The laptop's encrypted database: the only place of the laptop with SQL. Decides nothing.

sqlite-utils catches the exception classes of whichever SQLite it was imported with. SQLCipher raises
its own, so SQLCipher is made the SQLite of sqlite-utils here, before any module of this package can
import it.
"""

import importlib
import sys

import sqlcipher3
import sqlcipher3.dbapi2

sys.modules.setdefault("pysqlite3", sqlcipher3)
sys.modules.setdefault("pysqlite3.dbapi2", sqlcipher3.dbapi2)


def _load_without(*optional: str) -> None:
    """Import sqlite-utils as on a laptop, which has no pandas and no numpy.

    Where the office is installed too they are there, and sqlite-utils would load them for nothing: a
    second and a half at every start of every command.
    """
    absent = [name for name in optional if name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]  # how the import system is told "not here"
    try:
        importlib.import_module("sqlite_utils")
    finally:
        for name in absent:
            del sys.modules[name]


_load_without("pandas", "numpy")
