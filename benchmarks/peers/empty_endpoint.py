"""The least that a FastAPI service on PostgreSQL can do: a route that inserts one row.

    python -m benchmarks.peers.empty_endpoint PORT DSN

Twice: as a function in a thread, as Jejak's own routes are, and as a coroutine. The server is
Jejak's own, with the same settings.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from uuid import uuid4

import psycopg
from fastapi import FastAPI
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from api.serving import Server
from benchmarks.peers.raw import NAME, TABLE
from infrastructure.connections import CONNECTIONS_MAX

INSERT: Final = (
    "INSERT INTO raw_event (stream, version, name, state) VALUES (%s, %s, %s, %s)"
    " RETURNING position"
)
STATE: Final = bytes(600)
AUTOCOMMIT: Final = {"autocommit": True}


def empty_app(dsn: str) -> FastAPI:
    """Return an app of two routes that insert a row."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(TABLE)
    pool = ConnectionPool(dsn, max_size=CONNECTIONS_MAX, kwargs=AUTOCOMMIT, open=False)
    waiting = AsyncConnectionPool(dsn, max_size=CONNECTIONS_MAX, kwargs=AUTOCOMMIT, open=False)

    @asynccontextmanager
    async def pools(_: FastAPI) -> AsyncIterator[None]:
        pool.open()
        await waiting.open()
        yield
        await waiting.close()
        pool.close()

    app = FastAPI(lifespan=pools)

    @app.get("/readyz")
    def ready() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/threaded", status_code=201)
    def threaded() -> dict[str, int]:
        with pool.connection() as connection:
            row = connection.execute(INSERT, (uuid4(), 1, NAME, STATE)).fetchone()
        return {"position": row[0] if row else 0}

    @app.post("/coroutine", status_code=201)
    async def coroutine() -> dict[str, int]:
        async with waiting.connection() as connection:
            answer = await connection.execute(INSERT, (uuid4(), 1, NAME, STATE))
            row = await answer.fetchone()
        return {"position": row[0] if row else 0}

    return app


if __name__ == "__main__":
    Server(empty_app(sys.argv[2]), "127.0.0.1", int(sys.argv[1])).run()
