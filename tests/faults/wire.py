"""As much of PostgreSQL's protocol (version 3) as is needed to see where a transaction ends."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

SSL_REQUEST, GSS_REQUEST = 80877103, 80877104
ERROR, READY, ROW = b"E", b"Z", b"D"
PARSE, BIND, DESCRIBE, EXECUTE, CLOSE, QUERY, SYNC = b"P", b"B", b"D", b"E", b"C", b"Q", b"S"
HELD = {PARSE, BIND, DESCRIBE, EXECUTE, CLOSE}
"""What waits for its Sync; everything else (COPY, Flush, Terminate) goes at once."""
IDLE = b"I"

WRITES = re.compile(
    r"\binsert\s+into\s+ledger\.|\bledger\.\w+\s*\(|pg_logical_emit_message", re.IGNORECASE
)
COMMITS = re.compile(r"^\s*(commit|end)\b", re.IGNORECASE)
BEGINS = re.compile(r"^\s*(begin|start\s+transaction)\b", re.IGNORECASE)


@dataclass
class Messages:
    """Cuts a stream of bytes into messages; what is not whole yet stays here."""

    rest: bytes = b""

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield each whole message as its type and all of its bytes."""
        buffer, start = self.rest + data, 0
        while len(buffer) - start >= 5:
            end = start + 1 + struct.unpack_from("!I", buffer, start + 1)[0]
            if end > len(buffer):
                break
            yield buffer[start : start + 1], buffer[start:end]
            start = end
        self.rest = buffer[start:]


@dataclass
class Batch:
    """What a client sent up to one Sync (or one simple query), answered by one ReadyForQuery."""

    raw: bytes = b""
    statements: list[str] = field(default_factory=list)
    ends_a_write: bool = False
    failed: bool = False
    held: bytes = b""
    rule: object = None


@dataclass
class Conversation:
    """One connection's prepared statements, and the batches whose answers are still to come."""

    prepared: dict[bytes, str] = field(default_factory=dict)
    status: bytes = IDLE
    dirty: bool = False
    batch: Batch = field(default_factory=Batch)

    def said(self, kind: bytes, message: bytes) -> Batch | None:
        """Take in one message of the client; return the batch that it completes."""
        batch = self.batch
        batch.raw += message
        if kind == PARSE:
            name, statement = message[5:].split(b"\0", 2)[:2]
            self.prepared[name] = statement.decode(errors="replace")
        elif kind == BIND:
            name = message[5:].split(b"\0", 2)[1]
            batch.statements.append(self.prepared.get(name, ""))
        elif kind == QUERY:
            batch.statements.append(message[5:-1].decode(errors="replace"))
        if kind not in {QUERY, SYNC}:
            return None
        self._judge(batch)
        self.batch = Batch()
        return batch

    def _judge(self, batch: Batch) -> None:
        """Say whether a transaction that wrote to the ledger ends with this batch."""
        writes = any(WRITES.search(statement) for statement in batch.statements)
        commits = any(COMMITS.match(statement) for statement in batch.statements)
        begins = any(BEGINS.match(statement) for statement in batch.statements)
        alone = writes and not begins and self.status == IDLE
        batch.ends_a_write = alone or (commits and (writes or self.dirty))
        ended = alone or commits or any(map(is_rollback, batch.statements))
        self.dirty = not ended and (self.dirty or writes)


def is_rollback(statement: str) -> bool:
    """Say whether a statement gives a transaction up."""
    return statement.strip().lower().startswith(("rollback", "abort"))
