"""The last step before PostgreSQL: become whom it must run as, tie its life to ours, become it.

    python -I -S postgres_launch.py PARENT TENANT PROGRAM [ARGUMENT ...]

PARENT is the process id of the service. TENANT is `self`, `namespace:UID` (a user namespace in
which we are UID, which is how root gets past PostgreSQL's refusal of root) or `UID:GID`.

A program of its own, and not a `preexec_fn`: between fork and exec of a service with threads
nothing but exec is safe. Standard library only, so that it starts in a hundredth of a second.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000


def main(parent: str, tenant: str, program: str, *arguments: str) -> None:
    """Never return: end as `program`, or raise."""
    become(tenant)
    end_with_parent(int(parent))
    os.execv(program, [program, *arguments])  # noqa: S606 - no shell is what we want


def become(tenant: str) -> None:
    """Take on the identity that `tenant` names."""
    if tenant == "self":
        return
    kind, _, number = tenant.partition(":")
    if kind == "namespace":
        enter_user_namespace(int(number))
    else:
        os.setgroups([])
        os.setgid(int(number))
        os.setuid(int(kind))


def enter_user_namespace(uid: int) -> None:
    """Be `uid` in here; outside the kernel knows us by our own id, without its privileges."""
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWUSER)")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {outer_uid} 1")
    Path("/proc/self/gid_map").write_text(f"{uid} {outer_gid} 1")


def end_with_parent(parent: int) -> None:
    """Have the kernel ask for a fast shutdown when the thread that started us is gone.

    Only after `become`: a change of identity forgets the wish. Where the kernel has no such thing
    (macOS), only `stop()` stops PostgreSQL.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != parent:  # it went before we had asked
        raise SystemExit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
