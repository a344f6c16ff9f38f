"""A service with nothing in it but PostgreSQL, to be killed: `embedded_service.py DIRECTORY`.

Says its conninfo when ready, and ends when its stdin does.
"""

import os
import sys
from pathlib import Path

from infrastructure.embedded_postgres import EmbeddedPostgres

if __name__ == "__main__":
    chosen = os.environ.get("JEJAK_TEST_BINARIES")
    binaries = Path(chosen) if chosen else None
    with EmbeddedPostgres(Path(sys.argv[1]), binaries=binaries, fsync=False) as postgres:
        sys.stderr.write(postgres.conninfo() + "\n")
        sys.stdin.read()
