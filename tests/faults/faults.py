"""The kinds of fault. Each does its harm and returns what it did; `World.mend` undoes the rest.

A kind that did no harm this time (no COMMIT came to be cut, say) raises `NotNow` and is not
counted.
"""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from .disks import Disk, may_mount
from .proxy import Cut, Rule
from .server import children_of
from .world import World

BACKENDS = (
    "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
    " AND datname = 'jejak' AND application_name <> 'campaign'"
)
WAITING = BACKENDS + " AND wait_event = 'SyncRep'"
ARMED_SECONDS = 6.0


class NotNow(Exception):
    """The fault could not do its harm this time."""


@dataclass(frozen=True)
class Kind:
    """One kind of fault, how often it is drawn, and why it is left out here, if it is."""

    name: str
    do: Callable[[World, random.Random], str]
    weight: int = 2
    missing: str = ""
    quick: bool = False


def fault_service_killed(world: World, draw: random.Random) -> str:
    """kill -9 of the service."""
    world.service.end(signal.SIGKILL)
    return "kill -9"


def fault_service_ended(world: World, draw: random.Random) -> str:
    """SIGTERM of the service under load: it ends by itself, with status 0."""
    status = world.service.end(signal.SIGTERM)
    if status != 0:
        world.died.append(f"the service ended with status {status} on SIGTERM")
    return "SIGTERM"


def fault_service_frozen(world: World, draw: random.Random) -> str:
    """SIGSTOP of the service for a while."""
    return _frozen(world, [world.service.running.pid], draw)


def fault_projector_killed(world: World, draw: random.Random) -> str:
    """kill -9 of the projector, a child of the service."""
    os.kill(_kept(world, "projector_process"), signal.SIGKILL)
    return "kill -9"


def fault_projector_frozen(world: World, draw: random.Random) -> str:
    """SIGSTOP of the projector, which may hold leases."""
    return _frozen(world, [_kept(world, "projector_process")], draw)


def fault_second_killed(world: World, draw: random.Random) -> str:
    """kill -9 of the second process, which projects too, and writes."""
    world.second.end(signal.SIGKILL)
    return "kill -9"


def fault_second_frozen(world: World, draw: random.Random) -> str:
    """SIGSTOP of the second process, which may hold a lease."""
    return _frozen(world, [world.second.running.pid], draw)


def fault_sealer_killed(world: World, draw: random.Random) -> str:
    """kill -9 of the sealer, a child of the service."""
    os.kill(_kept(world, "sealer_process"), signal.SIGKILL)
    return "kill -9"


def fault_postmaster_killed(world: World, draw: random.Random) -> str:
    """kill -9 of PostgreSQL's first process: its children end by themselves."""
    os.kill(world.server.postmaster(), signal.SIGKILL)
    return "kill -9"


def fault_backend_killed(world: World, draw: random.Random) -> str:
    """kill -9 of one backend: PostgreSQL ends all others and recovers."""
    os.kill(draw.choice(_backends(world)), signal.SIGKILL)
    return "kill -9"


def fault_backends_terminated(world: World, draw: random.Random) -> str:
    """pg_terminate_backend on some connections."""
    with world.server.admin() as connection:
        pids = _pids(connection, BACKENDS)
        chosen = draw.sample(
            pids, draw.randint(min(1, len(pids)), len(pids))
        )  # another fault may have left none
        for pid in chosen:
            connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
    return f"{len(chosen)} backends"


def fault_postgres_frozen(world: World, draw: random.Random) -> str:
    """SIGSTOP of PostgreSQL, all of it."""
    return _frozen(world, world.server.processes(), draw)


def fault_backend_frozen(world: World, draw: random.Random) -> str:
    """SIGSTOP of one backend, which may hold the writers' lock."""
    return _frozen(world, [draw.choice(_backends(world))], draw)


def fault_postgres_restarted(world: World, draw: random.Random) -> str:
    """A fast shutdown under load, and a start."""
    world.server.restart()
    return "restart"


def fault_postgres_aborted(world: World, draw: random.Random) -> str:
    """An immediate shutdown: it recovers at the next start."""
    os.kill(world.server.postmaster(), signal.SIGQUIT)
    return "SIGQUIT"


def fault_cut_before_commit(world: World, draw: random.Random) -> str:
    """The connection is cut when COMMIT is about to be sent."""
    return _cut(world, Rule(Cut.BEFORE_COMMIT, draw.randint(1, 3), draw.randint(0, 3)))


def fault_cut_after_commit(world: World, draw: random.Random) -> str:
    """COMMIT is done, and its answer never arrives."""
    return _cut(world, Rule(Cut.AFTER_COMMIT, draw.randint(1, 3), draw.randint(0, 3)))


def fault_answer_swallowed(world: World, draw: random.Random) -> str:
    """COMMIT is done, no answer comes for seconds, and then the connection is gone."""
    silence = draw.uniform(0.5, 2.5)
    return _cut(world, Rule(Cut.ANSWER_SWALLOWED, times=1, silence=silence))


def fault_cut_in_result(world: World, draw: random.Random) -> str:
    """The connection is cut in the middle of a row."""
    return _cut(world, Rule(Cut.IN_RESULT, draw.randint(1, 3), draw.randint(0, 9)))


def fault_connections_severed(world: World, draw: random.Random) -> str:
    """All connections to PostgreSQL are cut at once."""
    world.proxy.sever()
    return "all"


def fault_black_hole(world: World, draw: random.Random) -> str:
    """Nothing goes through for a while, and nobody is told."""
    seconds = draw.uniform(0.5, 3.0)
    world.proxy.darken()
    time.sleep(seconds)
    sever = draw.random() < 0.5
    world.proxy.lighten(sever=sever)
    return f"{seconds:.1f} s" + (", then cut" if sever else "")


def fault_cancel_storm(world: World, draw: random.Random) -> str:
    """pg_cancel_backend on whatever runs, over and over."""
    until, count = time.monotonic() + draw.uniform(0.3, 1.2), 0
    with world.server.admin() as connection:
        while time.monotonic() < until:
            for pid in _pids(connection, BACKENDS + " AND state <> 'idle'"):
                connection.execute("SELECT pg_cancel_backend(%s)", (pid,))
                count += 1
            time.sleep(0.002)
    if not count:
        raise NotNow
    return f"{count} cancels"


def fault_standby_missing(world: World, draw: random.Random) -> str:
    """COMMIT waits for a standby that is not there, and the wait is cancelled: a warning only."""
    return _without_standby(world, "SELECT pg_cancel_backend(%s)", draw)


def fault_standby_missing_terminated(world: World, draw: random.Random) -> str:
    """COMMIT waits for a standby that is not there, and the connection is terminated."""
    return _without_standby(world, "SELECT pg_terminate_backend(%s)", draw)


def fault_disk_full(world: World, draw: random.Random) -> str:
    """No block is left for tables and indexes."""
    return _filled(world.server.data, draw.uniform(0.7, 2.0))


def fault_wal_disk_full(world: World, draw: random.Random) -> str:
    """No block is left for the write-ahead log: PostgreSQL gives up and must be started again."""
    disk = world.server.wal
    ballast = disk.fill()
    try:
        until = time.monotonic() + 3.0
        with suppress(psycopg.Error, OSError):
            while time.monotonic() < until:
                with world.server.admin() as connection:
                    connection.execute("SELECT pg_logical_emit_message(true, 'x', 'y')")
                    connection.execute("SELECT pg_switch_wal()")
        down = not world.server.is_well()
    finally:
        ballast.unlink()
    return "gave up" if down else "went on"


def fault_clock_back(world: World, draw: random.Random) -> str:
    """The server's clock is set back by minutes or days."""
    return _clock(world, -draw.choice([90, 3_600, 86_400]))


def fault_clock_ahead(world: World, draw: random.Random) -> str:
    """The server's clock goes ahead by seconds, and is set right again."""
    return _clock(world, draw.choice([2, 5, 10]))


def fault_client_gone(world: World, draw: random.Random) -> str:
    """Clients send a request and hang up before its answer."""
    return _hung_up(world, draw, "before_answer")


def fault_client_gone_mid_request(world: World, draw: random.Random) -> str:
    """Clients hang up in the middle of a request's body."""
    return _hung_up(world, draw, "mid_body")


def _pids(connection: psycopg.Connection[Any], query: str) -> list[int]:
    return [row[0] for row in connection.execute(query.encode())]


def _backends(world: World) -> list[int]:
    with world.server.admin() as connection:
        pids = _pids(connection, BACKENDS)
    if not pids:
        raise NotNow
    return pids


def _kept(world: World, module: str) -> int:
    """Return the process of a module that the service keeps."""
    for child in children_of(world.service.running.pid):
        with suppress(OSError):
            if module.encode() in Path(f"/proc/{child}/cmdline").read_bytes():
                return child
    raise NotNow


def _frozen(world: World, pids: list[int], draw: random.Random) -> str:
    seconds = draw.uniform(0.3, 2.0)
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    time.sleep(seconds)
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
    return f"{seconds:.1f} s"


def _cut(world: World, rule: Rule) -> str:
    world.proxy.arm(rule)
    rule.done.wait(ARMED_SECONDS)
    world.proxy.disarm(rule)
    if not rule.fired:
        raise NotNow
    return f"{rule.fired} times"


def _without_standby(world: World, deed: str, draw: random.Random) -> str:
    """Let nobody confirm a commit for a while; in that time no write may be acknowledged."""
    seconds, count, since = draw.uniform(0.5, 1.5), 0, 0.0
    with world.server.admin() as connection:
        connection.execute("SET synchronous_commit = local")
        connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'missing'")
        try:
            connection.execute("SELECT pg_reload_conf()")
            until = time.monotonic() + 4.0
            while time.monotonic() < until:
                for pid in _pids(connection, WAITING):
                    if not since:
                        since, until = time.time(), time.monotonic() + seconds
                    connection.execute(deed.encode(), (pid,))
                    count += 1
                time.sleep(0.01)
            if since:
                world.unconfirmed.append((since, time.time()))
        finally:
            world.server.expect_no_standby()
    if not count:
        raise NotNow
    return f"{count} waits"


def _filled(disk: Disk, seconds: float) -> str:
    ballast = disk.fill()
    try:
        time.sleep(seconds)
    finally:
        ballast.unlink()
    return f"{seconds:.1f} s"


def _clock(world: World, seconds: int) -> str:
    """Set the clock, and see that PostgreSQL goes by it."""
    world.server.clock.write_text(f"{seconds:+d}")
    try:
        time.sleep(2.0)  # it is looked at once a second
        with world.server.admin() as connection:
            row = connection.execute("SELECT extract(epoch FROM clock_timestamp())").fetchone()
    finally:
        world.server.clock.write_text("+0")
    if abs(float(row[0]) - time.time() - seconds) > 1:
        raise NotNow
    return f"{seconds:+d} s"


def _hung_up(world: World, draw: random.Random, how: str) -> str:
    chosen = draw.sample(world.load.writers, k=min(3, len(world.load.writers)))
    for writer in chosen:
        writer.hung_up.clear()
        writer.hang_up = how
    gone = [writer.hung_up.wait(ARMED_SECONDS) for writer in chosen]
    if not any(gone):
        raise NotNow
    return f"{sum(gone)} clients"


def all_kinds(world: World) -> list[Kind]:
    """Return every kind, those that cannot be done on this machine with the reason."""
    no_mount = "" if may_mount() else "only root may mount a disk that can be full"
    no_clock = "" if world.server.has_clock else "libfaketime is not installed"
    return [
        Kind("service_killed", fault_service_killed),
        Kind("service_ended", fault_service_ended, weight=1),
        Kind("service_frozen", fault_service_frozen),
        Kind("projector_killed", fault_projector_killed),
        Kind("projector_frozen", fault_projector_frozen, weight=1),
        Kind("second_killed", fault_second_killed, weight=1),
        Kind("second_frozen", fault_second_frozen, weight=1),
        Kind("sealer_killed", fault_sealer_killed, weight=1, quick=True),
        Kind("postmaster_killed", fault_postmaster_killed, weight=3),
        Kind("backend_killed", fault_backend_killed, weight=3),
        Kind("backends_terminated", fault_backends_terminated, quick=True),
        Kind("postgres_frozen", fault_postgres_frozen),
        Kind("backend_frozen", fault_backend_frozen, weight=1),
        Kind("postgres_restarted", fault_postgres_restarted),
        Kind("postgres_aborted", fault_postgres_aborted),
        Kind("cut_before_commit", fault_cut_before_commit, quick=True),
        Kind("cut_after_commit", fault_cut_after_commit, weight=6, quick=True),
        Kind("answer_swallowed", fault_answer_swallowed),
        Kind("cut_in_result", fault_cut_in_result, quick=True),
        Kind("connections_severed", fault_connections_severed, quick=True),
        Kind("black_hole", fault_black_hole),
        Kind("cancel_storm", fault_cancel_storm, quick=True),
        Kind("standby_missing", fault_standby_missing, weight=3),
        Kind("standby_missing_terminated", fault_standby_missing_terminated),
        Kind("disk_full", fault_disk_full, missing=no_mount),
        Kind("wal_disk_full", fault_wal_disk_full, missing=no_mount, weight=1),
        Kind("clock_back", fault_clock_back, missing=no_clock),
        Kind("clock_ahead", fault_clock_ahead, missing=no_clock, weight=1),
        Kind("client_gone", fault_client_gone, quick=True),
        Kind("client_gone_mid_request", fault_client_gone_mid_request, weight=1, quick=True),
    ]
