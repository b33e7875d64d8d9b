"""What every module of tables is made of: the one metadata, keys, references, words and amounts."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, MetaData, String, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = String(36)


def key() -> Column[str]:
    return Column("id", Id, primary_key=True)


def ref(name: str, target: str, *, null: bool = False, index: bool = True) -> Column[str]:
    return Column(name, Id, ForeignKey(target), nullable=null, index=index)


def word(name: str, default: str = "") -> Column[str]:
    """A text column that is empty rather than null."""
    return Column(name, Text, nullable=False, server_default=default)


def amount(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")
