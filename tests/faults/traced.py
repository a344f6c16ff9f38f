"""What the kernel was asked to do, by strace: which files and names nobody has waited for."""

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

WRITING = "openat,write,pwrite64,pwritev,writev,ftruncate,fallocate,copy_file_range"
CALLS = f"trace={WRITING},fsync,fdatasync,/mkdir,/rename,/link"
AT = r'(?:AT_FDCWD[^,]*, )?"([^"]+)"'
DONE = r".*(?: = 0| <unfinished \.\.\.>)$"  # of what another thread cut into, the best is believed
MOVED = re.compile(rf"(rename|link)\w*\({AT}, {AT}{DONE}")
UNLINKED = re.compile(rf"unlink\w*\({AT}")
MADE = re.compile(rf"mkdir\w*\({AT}{DONE}")
BEGUN = re.compile(rf"openat\({AT}, [^)]*O_CREAT.*<unfinished \.\.\.>$")
OPENED = re.compile(r"openat\(.*O_(?:CREAT|TRUNC).* = \d+<(/[^>]+)>")
ON_FILE = re.compile(r"(\w+)\(\d+<(/[^>]+)>")


def traces() -> bool:
    """Say whether strace is here, and may trace."""
    found = shutil.which("strace")
    return bool(found and not subprocess.call([found, "-o", "/dev/null", "true"]))


class Trace:
    """A program that was run to its end. Files and folders are named by their whole paths.

    `files` have content that was not synced, `folders` a new name; `named` says of each name that
    was changed how many files had been synced below it by then, and which had not.
    """

    def __init__(self, words: Sequence[str], kept: Path, environment: Mapping[str, str]) -> None:
        watched = ["strace", "-f", "-y", "-s", "0", "-o", str(kept), "-e", CALLS]
        here = Path(__file__).parents[2]
        subprocess.run([*watched, *words], cwd=here, env=environment, check=True, timeout=500)
        self.files: set[str] = set()
        self.folders: set[str] = set()
        self.named: dict[str, tuple[int, list[str]]] = {}
        self._synced: set[str] = set()
        for line in kept.read_text(errors="replace").splitlines():
            self._hear(line)

    def _hear(self, line: str) -> None:
        if found := MOVED.search(line):
            self._move(*found.groups())
        elif found := UNLINKED.search(line):
            self.files.discard(self._whole(found[1]))
        elif found := MADE.search(line) or BEGUN.search(line):
            self.folders.add(str(Path(found[1]).parent))
        elif found := OPENED.search(line):
            self.files.add(found[1])
            self.folders.add(str(Path(found[1]).parent))
        elif found := ON_FILE.search(line):
            call, path = found.groups()
            if call in {"fsync", "fdatasync"}:
                self._synced.add(path)
                self.files.discard(path)
                self.folders.discard(path)
            else:
                self.files.add(path)

    def _move(self, call: str, old: str, new: str) -> None:
        below = f"{old}/"
        left = [it for it in self.files if it.startswith(below)]
        count = sum(it.startswith(below) for it in self._synced)
        self.named[Path(old).name] = (count, left)
        self.folders.add(str(Path(new).parent))
        self.files.discard(self._whole(new))
        if call == "rename" and (whole := self._whole(old)) in self.files:
            self.files.remove(whole)
            self.files.add(whole.removesuffix(old) + new)

    def _whole(self, name: str) -> str:
        """Return the whole path of a file that a program named from the folder it works in."""
        ends = f"/{name.lstrip('/')}"
        return next((it for it in self.files if it.endswith(ends)), name)
