"""The witness as a program: ``python -m infrastructure.witness_process``, or ``jejak witness``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Final

import uvicorn

from infrastructure.log_key import seed_in
from infrastructure.logging import configure_logging
from infrastructure.signed_note import COSIGNATURE, ED25519, NoteRefused, Signer, VerifierKey
from infrastructure.trouble import Trouble
from infrastructure.witness import Witness, WitnessState

GRACE_SECONDS: Final = 2
PORT_MOST: Final = 65_535


class WitnessMisused(Trouble):
    """What the witness was told to be or to watch cannot be."""


class Server(uvicorn.Server):
    """A server whose end, when it was asked for, is an ordinary one."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Let requests under way end."""
        self.should_exit = True


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until asked to stop; return the exit status."""
    chosen = _chosen(arguments)
    configure_logging()
    try:
        signer = _signer(chosen.name, chosen.key)
        if chosen.vkey:
            sys.stdout.write(f"{signer.key}\n")
            return 0
        if not chosen.log:
            raise WitnessMisused(
                "--log: sebut kunci log yang disaksikan\n--log: name the key of a log to witness"
            )
        host, port = chosen.listen
        state = WitnessState(chosen.state)
        try:
            witness = Witness(signer, [_log_key(it) for it in chosen.log], state)
            _say(f"http://{host}:{port} {signer.key}")
            _serve(witness, host, port)
        finally:
            state.close()
    except Trouble as trouble:
        _say(str(trouble))
        return 1
    return 0


def _serve(witness: Witness, host: str, port: int) -> None:
    config = uvicorn.Config(
        witness,
        host=host,
        port=port,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=100,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    try:
        Server(config).run()
    except SystemExit:  # uvicorn's own, for an address that is taken
        raise WitnessMisused(
            f"alamat {host}:{port} tidak dapat dipakai\nthe address {host}:{port} cannot be used"
        ) from None


def _signer(name: str, key: Path) -> Signer:
    try:
        return Signer(name, seed_in(key), COSIGNATURE)
    except NoteRefused:
        raise WitnessMisused(
            "--name: tanpa spasi dan tanda tambah\n--name: no spaces and no plus signs"
        ) from None


def _log_key(vkey: str) -> VerifierKey:
    try:
        key = VerifierKey.of(vkey)
    except NoteRefused:
        key = None
    if key is None or key.kind != ED25519:
        raise WitnessMisused(
            "--log: salin kunci log dari `jejak log`\n--log: copy the log's key from `jejak log`"
        )
    return key


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > PORT_MOST:
        raise argparse.ArgumentTypeError("HOST:PORT")
    return host.strip("[]"), int(port)


def _chosen(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="jejak witness", description=__doc__)
    parser.add_argument("--listen", type=_address, default="127.0.0.1:8117")
    parser.add_argument("--key", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--log", action="append", default=[])
    parser.add_argument("--vkey", action="store_true")
    return parser.parse_args(arguments)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
