"""A fail-over to a standby that had not yet got the last page."""

import psycopg


def fail_over(database):
    """Take the last page away, as no role of ours could, and cut every connection."""
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute("ALTER TABLE ledger.event DISABLE TRIGGER immutable")
        owner.execute(
            "DELETE FROM ledger.event WHERE position = (SELECT max(position) FROM ledger.event)"
        )
        owner.execute("ALTER TABLE ledger.event ENABLE ALWAYS TRIGGER immutable")
        cut_all(owner)


def cut_all(owner):
    """Terminate every connection to this database but this one."""
    owner.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
