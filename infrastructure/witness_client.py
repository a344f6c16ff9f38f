"""Asking outside witnesses to cosign checkpoints. Whoever does not answer delays nothing."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any, Final, Self
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

import structlog
from psycopg_pool import ConnectionPool

from application.transparency import Checkpoint
from infrastructure.log import Log
from infrastructure.signed_note import (
    COSIGNATURE,
    Note,
    NoteRefused,
    Signature,
    VerifierKey,
    size_from,
    to_base64,
)
from infrastructure.trouble import Trouble

ANSWER_SECONDS: Final = 10
ANSWER_MOST: Final = 20_000
"""Bytes of an answer that are read."""
LOOK_SECONDS: Final = 1.0
REST_SECONDS: Final = (1.0, 60.0)
"""How long a witness that failed is left alone: at first, and at most."""
TURNS: Final = 3
"""How often it is asked anew when our own log grew in the meantime, before it is an alarm."""
FORBIDDEN: Final = 403
STALE: Final = 409
NOT_GROWN: Final = 422

log = structlog.get_logger()


class WitnessesUnreadable(Trouble):
    """JEJAK_WITNESSES is not a list of addresses and keys."""


class WitnessSaidNo(Exception):
    """A witness did not cosign, and answered with this status."""


class WitnessDisagrees(WitnessSaidNo):
    """What a witness cosigned is not what we have: ours went back, or was written anew."""


@dataclass(frozen=True, slots=True)
class WitnessAddress:
    """Where a witness is asked, and the key by which its answers are known."""

    url: str
    key: VerifierKey

    @classmethod
    def all_of(cls, text: str) -> list[Self]:
        """Read ``URL VKEY`` pairs that stand apart by commas."""
        try:
            pairs = [pair.split() for pair in text.split(",") if pair.strip()]
            found = [cls(url.rstrip("/"), VerifierKey.of(vkey)) for url, vkey in pairs]
            if not all(it.url.startswith(("http://", "https://")) for it in found):
                raise NoteRefused("no address")
            if not all(it.key.kind == COSIGNATURE for it in found):
                raise NoteRefused("no key of a witness")
        except ValueError as error:
            raise WitnessesUnreadable(
                "JEJAK_WITNESSES: tulis `URL VKEY, URL VKEY`, seperti dicetak `jejak witness`\n"
                "JEJAK_WITNESSES: write `URL VKEY, URL VKEY`, as `jejak witness` prints them"
            ) from error
        return found


class Asking:
    """Asks one witness about the newest checkpoint, and keeps what it says."""

    def __init__(self, pool: ConnectionPool, witness: WitnessAddress) -> None:
        self._pool, self._log, self.witness = pool, Log(pool), witness

    def ask(self) -> bool:
        """Have the newest checkpoint cosigned; False where there is none that is not.

        Raises `WitnessSaidNo`, `NoteRefused` for a false cosignature, and `OSError`.
        """
        seen = WitnessDisagrees(STALE)
        for _ in range(TURNS):
            newest, cosigned = self._log.checkpoint(), self._cosigned()
            if newest is None or newest.size == cosigned:
                return False
            try:
                self._introduce(newest, cosigned)
            except WitnessDisagrees as disagrees:
                if self._size() == newest.size:
                    raise
                seen = disagrees  # another sealer of ours was there before us
            else:
                return True
        raise seen

    def _introduce(self, newest: Checkpoint, cosigned: int) -> None:
        """Have a checkpoint cosigned; to who does not know its key, first what announced it."""
        try:
            self._ask_about(newest, cosigned)
        except WitnessSaidNo as no:
            earlier = self._log.announcements(cosigned) if no.args == (FORBIDDEN,) else ()
            if not [it for it in earlier if it.size < newest.size]:
                raise
            for one in earlier:
                with suppress(WitnessSaidNo):  # one before all that it knows
                    self._ask_about(one, self._cosigned())
            self._ask_about(newest, self._cosigned())

    def _ask_about(self, newest: Checkpoint, cosigned: int) -> None:
        """Have one checkpoint cosigned. A second conflict is one of roots, not of sizes."""
        note = Note.of(newest.note)
        origin = note.text.partition("\n")[0]
        log_line = "".join(one.line for one in note.signatures if one.name == origin)
        status, answer = self._post(cosigned, newest.size, note.text, log_line)
        if status == STALE:
            remembered = size_from(answer.strip())
            if remembered > newest.size:
                raise WitnessDisagrees(status)
            status, answer = self._post(remembered, newest.size, note.text, log_line)
        if status in {STALE, NOT_GROWN}:
            raise WitnessDisagrees(status)
        if status // 100 != 2:  # noqa: PLR2004  # as HTTP has it
            raise WitnessSaidNo(status)
        for signature in Note.of(f"{note.text}\n{answer}").verified([self.witness.key]):
            self._keep(newest.size, signature)

    def _size(self) -> int:
        """Return how many leaves are signed by now."""
        newest = self._log.checkpoint()
        return newest.size if newest else 0

    def _cosigned(self) -> int:
        with self._pool.connection() as connection:
            row = connection.execute(
                "SELECT coalesce(max(size), 0) FROM ledger.cosignature WHERE vkey = %s",
                (str(self.witness.key),),
            ).fetchone()
        return int(row[0]) if row else 0

    def _keep(self, size: int, signature: Signature) -> None:
        with self._pool.connection() as connection:
            connection.execute(
                "INSERT INTO ledger.cosignature (size, vkey, line) VALUES (%s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (size, str(self.witness.key), signature.line),
            )

    def _post(self, old: int, new: int, text: str, log_line: str) -> tuple[int, str]:
        proof = [f"{to_base64(it)}\n" for it in self._log.consistency(old, new)]
        body = f"old {old}\n{''.join(proof)}\n{text}\n{log_line}"
        url = f"{self.witness.url}/add-checkpoint"
        request = Request(url, body.encode(), {"Content-Type": "text/plain"})  # noqa: S310  # checked
        try:
            with build_opener(NobodyElse).open(request, timeout=ANSWER_SECONDS) as answer:
                return answer.status, answer.read(ANSWER_MOST).decode()
        except HTTPError as error:
            with error:
                return error.code, error.read(ANSWER_MOST).decode(errors="replace")


class Askers:
    """One thread for each witness, for as long as the sealer runs."""

    def __init__(self, pool: ConnectionPool, witnesses: Sequence[WitnessAddress]) -> None:
        self._closing = Event()
        self._askings = [Asking(pool, it) for it in witnesses]

    def start(self) -> None:
        """Begin to ask. The threads do not keep the process alive."""
        for asking in self._askings:
            Thread(target=self._run, args=(asking,), daemon=True).start()

    def close(self) -> None:
        """Ask no more."""
        self._closing.set()

    def once(self) -> None:
        """Ask each witness once, and go on whatever it says."""
        for asking in self._askings:
            told(asking, asking.ask)

    def _run(self, asking: Asking) -> None:
        first, most = REST_SECONDS
        rest = first
        while not self._closing.is_set():
            if told(asking, asking.ask):
                rest = first
                self._closing.wait(LOOK_SECONDS)
            else:
                self._closing.wait(rest)
                rest = min(2 * rest, most)


def told(asking: Asking, ask: Callable[[], bool]) -> bool:
    """Ask, and say in the log what came of it; False where it failed."""
    name = asking.witness.key.name
    try:
        if ask():
            log.info("log_cosigned", witness=name)
    except WitnessDisagrees:
        log.error("witness_disagrees", witness=name)  # noqa: TRY400  # one line, no trace
        return False
    except WitnessSaidNo as no:
        log.warning("witness_said_no", witness=name, status=no.args[0])
        return False
    except Exception as error:  # noqa: BLE001  # whatever a witness does, sealing goes on
        log.warning("witness_failed", witness=name, error=type(error).__name__)
        return False
    return True


class NobodyElse(HTTPRedirectHandler):
    """Follows no redirection: a witness is where it was said to be."""

    def redirect_request(self, *_: Any) -> None:
        """Leave it an error."""
