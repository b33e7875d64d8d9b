"""The office over HTTP: sends messages, reads answers, tries again where trying again can help.

The one module of the laptop that opens a connection. Knows no event and no record.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import requests
import requests.adapters
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError
from urllib3.util import SKIP_HEADER

from sync.exchange import OfficeSays, Unreachable
from sync.pinning import BadPin, read_pin
from sync.wire import codec
from sync.wire.attachments import CHUNK_TYPE, digest_of
from sync.wire.errors import Problem, Told, told
from sync.wire.packing import Context
from sync.words import N_, Phrase

from .pinning import pool_for
from .updating import NotUpdated

CONNECT_S, READ_S = 5, 60
PROXY = "RONDA_FIELD_PROXY"
ATTEMPTS = 3
PART = 1024  # of a piece that comes down: what is read of a broken answer is kept
# What a server in between says of itself, for want of the office's own words.
TOO_LARGE = 413
IN_BETWEEN = N_(
    "Algo entre este portátil y la oficina no deja pasar un envío tan grande; se intentará con menos"
)
# The office's answers to "come back in a moment"; every other answer is final.
TRY_AGAIN = frozenset({"busy", "rate_limited"})


# Reading the raw answer goes past requests, and fails with urllib3's own words for a line that broke.
BROKEN = (requests.RequestException, HTTPError)
ENCODINGS: tuple[str, ...] = (codec.PACK, "zstd", "gzip")


def no_context() -> None:
    """Nothing is known of the office yet."""


Read = TypeVar("Read")


class _Later(Exception):
    """A failure that another attempt may cure; carries what to raise when none does."""

    def __init__(self, final: Unreachable | OfficeSays) -> None:
        self.final = final
        super().__init__(str(final))


class BadAddress(ValueError):
    """The office's address is not one a laptop can use."""


class _Pinned(requests.adapters.HTTPAdapter):
    """Connections to a server with one of these keys, or none."""

    def __init__(self, pins: Sequence[str]) -> None:
        self._pool = pool_for(pins)
        super().__init__()

    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        super().init_poolmanager(*given, **named)
        self.poolmanager.pool_classes_by_scheme = {"https": self._pool}

    def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
        """Through a proxy, too, nothing is said to a server that does not show the key."""
        manager = super().proxy_manager_for(proxy, **named)
        manager.pool_classes_by_scheme = {"https": self._pool}
        return manager


class HttpPeer:
    """`sync.exchange.Peer` over HTTP."""

    def __init__(
        self,
        server: str,
        *,
        device: str = "",
        token: str = "",
        attempts: int = ATTEMPTS,
        longest_wait_s: float = 4,
        context: Callable[[], Context | None] = no_context,
        pins: Sequence[str] = (),
        learn: Callable[[Any], None] = lambda _: None,
    ) -> None:
        """`context`: what the office is known to hold when a message is sent; it makes messages shorter.

        `pins`: the only TLS keys the office may show; none, and an authority this machine trusts vouches
        for it. `learn` is told what a reply says of the office's TLS keys.
        """
        self.server = checked_address(server)
        self._session = requests.Session()
        # A proxy of the environment would be told which debtors a laptop asks about.
        self._session.trust_env = False
        # One that is named for Ronda carries TLS only: it learns the office's address and nothing else.
        if (proxy := os.environ.get(PROXY)) and self.server.startswith("https://"):
            self._session.proxies = {"https": proxy}
        # On a slow link every byte counts, and the usual headers say nothing that the office asks.
        self._session.headers.clear()
        self._session.headers["User-Agent"] = SKIP_HEADER  # urllib3 would put its own name there
        self._learn = learn
        self.pins = tuple(pins)
        if pins:
            self._session.verify = False  # the pin says more than any authority could
            self._session.mount("https://", _Pinned(pins))
        self._context = context
        self._encodings = ENCODINGS
        self._left = False  # whether something of the message may have arrived
        if device:
            self._session.headers["Authorization"] = f"Bearer {device}.{token}"
        self._retrying = Retrying(
            retry=retry_if_exception_type(_Later),
            stop=stop_after_attempt(attempts),
            wait=wait_random_exponential(multiplier=0.25, max=longest_wait_s),
            reraise=True,
        )

    def sync(self, request: dict[str, Any]) -> dict[str, Any]:
        answer = self._sync(request)
        if answer.get("tls_pins") is not None:
            self._learn(answer["tls_pins"])
        return answer

    def _sync(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._post("/v1/sync", request)
        except OfficeSays as said:
            # Said the long way: an older office, or one that was restored, lacks what we left out.
            if said.told.code == "unknown_encoding" and codec.PACK in self._encodings:
                self._encodings = ENCODINGS[1:]
            elif said.told.code == "other_context" and self._context is not no_context:
                self._context = no_context
            else:
                raise
            return self._post("/v1/sync", request)

    def enrol(self, request: dict[str, Any]) -> dict[str, Any]:
        # A one-time code is not offered twice: a lost answer may have used it up.
        return self._once("/v1/enrol", request)

    def seal(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._post("/v1/seal", request)

    def attachment(self, sha256: str) -> dict[str, Any]:
        return self._message("GET", f"/v1/attachments/{sha256}")

    def put_chunk(self, sha256: str, offset: int, chunk: bytes) -> dict[str, Any]:
        # One attempt: who sends chunks makes the next one shorter, which a plain repeat would not.
        asked = f"/v1/attachments/{sha256}?offset={offset}&digest={digest_of(chunk)}"
        return self._message("PUT", asked, chunk)

    def document(self, sha256: str, offset: int, limit: int) -> bytes:
        """What came of the piece: of a broken answer its first bytes, if any."""
        asked = f"/v1/documents/{sha256}?offset={offset}&limit={limit}"
        return self._files("GET", asked, None, lambda response: _piece(response, limit))

    def _message(self, method: str, path: str, chunk: bytes | None = None) -> dict[str, Any]:
        try:
            return self._files(method, path, chunk, _answer)
        except _Later as later:
            raise later.final from later

    def _files(
        self, method: str, path: str, chunk: bytes | None, read: Callable[[requests.Response], Read]
    ) -> Read:
        headers = {} if chunk is None else {"Content-Type": CHUNK_TYPE}
        try:
            with self._session.request(
                method,
                self.server + path,
                data=chunk,
                headers=headers,
                timeout=(CONNECT_S, READ_S),
                allow_redirects=False,
                stream=True,
            ) as response:
                return read(response)
        except (requests.RequestException, HTTPError) as wrong:
            raise Unreachable(f"{self.server}: {type(wrong).__name__}") from wrong

    def _once(self, path: str, message: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._send(path, message)
        except _Later as later:
            raise later.final from later

    def _post(self, path: str, message: dict[str, Any]) -> dict[str, Any]:
        self._left = False
        try:
            return self._retrying(self._send, path, message)
        except _Later as later:
            if isinstance(later.final, Unreachable):
                later.final.sent = self._left  # by any attempt, not only by the last one
            raise later.final from later

    def _send(self, path: str, message: dict[str, Any]) -> dict[str, Any]:
        context = self._context() if path == "/v1/sync" else None
        body, encoding = codec.encode(message, self._encodings, context)
        headers = {"Content-Type": "application/json", "Accept-Encoding": ",".join(self._encodings)}
        if encoding != "identity":
            headers["Content-Encoding"] = encoding
        try:
            with self._session.post(
                self.server + path,
                data=body,
                headers=headers,
                timeout=(CONNECT_S, READ_S),
                allow_redirects=False,
                stream=True,
            ) as response:
                return _answer(response)
        except BROKEN as wrong:
            self._left = self._left or not _never_left(wrong)
            raise _Later(Unreachable(f"{self.server}: {type(wrong).__name__}", sent=self._left)) from wrong


def _piece(response: requests.Response, limit: int) -> bytes:
    """The bytes of a 200, or of its beginning; else the office's word why not."""
    if response.status_code != 200:
        try:
            _answer(response)
        except _Later as later:
            raise later.final from later
        raise Unreachable("an answer that is not Ronda's office")
    came = b""
    try:
        while len(came) <= limit and (part := response.raw.read(PART, decode_content=False)):
            came += part
    except HTTPError:
        if not came:
            raise
    return came[:limit]


def _never_left(wrong: Exception) -> bool:
    """True where no connection was made, so that nothing of the message can have arrived."""
    cause = wrong.args[0] if wrong.args else None
    reason = getattr(cause, "reason", None)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError | SSLError)


def _answer(response: requests.Response) -> dict[str, Any]:
    """The message of a 200, or the office's word why not. Reads the raw bytes, never more than allowed."""
    raw = response.raw.read(codec.LIMIT + 1, decode_content=False)
    if response.status_code == TOO_LARGE and told(_read(raw)) is None:
        raise OfficeSays(Told("too_large", Phrase(IN_BETWEEN), {}))
    try:
        answer = codec.decode(raw, response.headers.get("Content-Encoding"))
    except Problem as wrong:
        raise _Later(
            Unreachable(f"HTTP {response.status_code}, an answer that is not Ronda's office")
        ) from wrong
    if response.status_code == 200 and isinstance(answer, dict):
        return answer
    said = told(answer)
    if said is None:
        raise _Later(Unreachable(f"HTTP {response.status_code} from something that is not Ronda's office"))
    if said.code in TRY_AGAIN:
        raise _Later(OfficeSays(said))
    raise OfficeSays(said)


def _read(raw: bytes) -> object:
    """A plain JSON object, or None for anything else."""
    try:
        return codec.loads(raw)
    except Problem:
        return None


def fetched(place: str, proxy: str = "") -> Callable[[str, int], bytes]:
    """What stands under an https:// address, by name, for who checks its signature himself."""
    session = requests.Session()
    session.trust_env = False
    if proxy:
        session.proxies = {"https": proxy}

    def fetch(name: str, most: int) -> bytes:
        try:
            with session.get(
                f"{place.rstrip('/')}/{name}", timeout=(CONNECT_S, READ_S), stream=True, allow_redirects=False
            ) as response:
                if response.status_code != 200:
                    raise NotUpdated(f"{name}: the address answers {response.status_code}")
                came = b""
                while len(came) <= most and (part := response.raw.read(1 << 20, decode_content=True)):
                    came += part
        except (requests.RequestException, HTTPError) as wrong:
            raise NotUpdated(f"{name} does not come: {type(wrong).__name__}") from wrong
        if len(came) > most:
            raise NotUpdated(f"{name} is larger than it should be")
        return came

    return fetch


def checked_address(server: str) -> str:
    """The office's base address without a trailing slash. Raises BadAddress with a sentence."""
    parts = urlsplit(server.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise BadAddress(f"'{server}' is not an office's address; write it like https://office.example")
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")).rstrip("/")


def address_to_enrol_at(server: str, pin: str = "", *, insecure: bool = False) -> tuple[str, str]:
    """The address and the pin of what a person was given: `https://office:8443#pin`, or the pin apart.

    Raises BadAddress where the address is not one, two pins differ, or debtors' data would travel open.
    """
    address, parts = checked_address(server), urlsplit(server.strip())
    try:
        given = {read_pin(text) for text in (pin, parts.fragment) if text.strip()}
    except BadPin as wrong:
        raise BadAddress(f"{wrong}. Copy it whole from the office.") from wrong
    if len(given) > 1:
        raise BadAddress("the address and --pin name two different pins; ask the office which is right")
    if parts.scheme == "http" and given:
        raise BadAddress("a pin needs https://; ask the office for its address")
    if parts.scheme == "http" and not (insecure or is_this_machine(parts.hostname or "")):
        raise BadAddress(
            f"{address} is not encrypted: anyone on the way could read debtors' data. Use the https:// "
            "address the office gives, or say --insecure if this network is closed to all others."
        )
    return address, next(iter(given), "")


def is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def say(told_: Told) -> Phrase:
    """What to tell the collector of an office's no."""
    hints = {
        "revoked": N_("Este portátil fue dado de baja. Lo guardado sigue aquí; hable con su coordinador."),
        "not_enrolled": N_("La oficina no reconoce este portátil. Lo guardado sigue aquí; pida ayuda."),
        "update_required": N_("Hay que actualizar el programa antes de recibir. Lo guardado sigue aquí."),
    }
    return Phrase(hints[told_.code]) if told_.code in hints else told_.detail
