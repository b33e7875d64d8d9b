"""The laptop's encrypted database: the only place of the laptop with SQL. Decides nothing.

sqlite-utils catches the exception classes of whichever SQLite it was imported with. SQLCipher raises
its own, so SQLCipher is made the SQLite of sqlite-utils here, before any module of this package can
import it.
"""

import sys

import sqlcipher3
import sqlcipher3.dbapi2

sys.modules.setdefault("pysqlite3", sqlcipher3)
sys.modules.setdefault("pysqlite3.dbapi2", sqlcipher3.dbapi2)
