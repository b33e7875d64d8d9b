"""Speaks TLS only with a server that shows the office's own key. Knows no message and no store.

The key is known by its pin, given with the enrolment code. With a pin no authority is asked: neither a
certificate somebody else signed nor one with the right name opens the way.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

from sync.exchange import Untrusted
from sync.pinning import pin_of
from sync.words import N_, Phrase


def pool_for(pins: Collection[str]) -> type[HTTPSConnectionPool]:
    """A pool whose connections are closed before a word is said unless the key shown is one of these."""
    known = frozenset(pins)

    class Connection(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            shown: Any = self.sock
            certificate = shown.getpeercert(binary_form=True)
            if certificate is None or pin_of(certificate) not in known:
                self.close()
                raise Untrusted(
                    Phrase(
                        N_(
                            "Quien responde no es la oficina: muestra otra llave. No se envió nada; "
                            "avise al coordinador"
                        )
                    )
                )
            self.is_verified = True

    class Pool(HTTPSConnectionPool):
        ConnectionCls = Connection

    return Pool
