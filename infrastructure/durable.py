"""Files that a power cut leaves whole: there, as they were before, or not there at all.

What must be on the disk before anybody relies on it is here three times: the content of a file, its
name in its folder, and the folder's own name in the one above. An fsync of one says nothing of the
others. Whoever finds a file there does not know whether its name was ever waited for (the one who
made it may have been killed a moment before): `settle` it first. docs/backup.md has the list.
"""

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import get_ident
from typing import Final

CANNOT: Final = (errno.EINVAL, errno.EBADF)
"""How a file system says that it has no fsync for folders, or none at all as it is only read."""


def replace_durably(path: Path, content: bytes) -> None:
    """Put a content in a file's place, whole, and only return when it is on the disk."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{get_ident()}")
    _write(draft, content)
    draft.replace(path)
    sync_folder(path.parent)


def make_once(path: Path, content: Callable[[], bytes]) -> None:
    """Write a file that nobody else can read, unless there is one: then that one stays.

    Whoever of several comes first makes it. On return it is on the disk, whoever made it. Its
    draft has always the same name, so that no secret stays under one that nobody looks at.
    """
    if not path.exists():
        make_folder(path.parent, parents=True)
        with _alone_in(path.parent):
            if not path.exists():
                draft = path.with_name(f".{path.name}.draft")
                _write(draft, content())
                draft.replace(path)
    settle(path)


def succeed(path: Path, following: Path, retired: Path) -> None:
    """Let the file ``following`` take the place of ``path``, which keeps the name ``retired``.

    The old one has its other name before it loses this one. Harmless when repeated.
    """
    with suppress(FileExistsError):
        os.link(path, retired)
    sync_folder(path.parent)
    with suppress(FileNotFoundError):  # another process was quicker
        following.replace(path)
    sync_folder(path.parent)


def settle(path: Path) -> None:
    """Have a file that is there stay there, whoever wrote it and however that one ended."""
    _sync(path)
    with suppress(PermissionError):  # a folder that we may not list is not one that we write to
        sync_folder(path.parent)


def make_folder(path: Path, *, parents: bool = False, mode: int = 0o700) -> None:
    """Make a folder where there is none; on return its name is on the disk.

    With ``parents`` those above it too, from the top, each durable before the next. So of all that
    are there already only the lowest may have a name that nobody waited for.
    """
    if parents and not path.is_dir():
        make_folder(path.parent, parents=True, mode=0o777)
    path.mkdir(mode=mode, exist_ok=True)
    with suppress(PermissionError):  # what we may not list, we did not make
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Have the names in a folder reach the disk."""
    _sync(path)


def sync_tree(path: Path) -> None:
    """Have all that lies under a folder reach the disk; its own name is not in it."""
    for folder, _, files in os.walk(path):
        for name in files:
            if (file := Path(folder, name)).is_file() and not file.is_symlink():
                _sync(file)
        sync_folder(Path(folder))


def _write(path: Path, content: bytes) -> None:
    """Write a file that its owner alone may read. Its name may yet be lost."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in CANNOT:
            raise
    finally:
        os.close(descriptor)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Wait until nobody else makes a file in the folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
