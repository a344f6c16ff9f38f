"""Disks of a known size that can be filled, in a mount namespace that leaves nothing behind.

Each is an ext4 in a file, so that `fsync` means something, mounted by root within `unshare -m`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ALONE = "JEJAK_CAMPAIGN_NAMESPACE"
MEBIBYTE = 1 << 20
BLOCK = 512


def enter_namespace() -> None:
    """Start this program again in a mount namespace of its own, where root may."""
    if os.environ.get(ALONE) or os.geteuid() != 0 or not shutil.which("unshare"):
        return
    possible = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False)
    if possible.returncode:
        return
    os.environ[ALONE] = "yes"
    words = [*sys.orig_argv[1:]]
    unshare = ["unshare", "-m", "--propagation", "private", sys.executable]
    os.execvp(unshare[0], [*unshare, *words])  # noqa: S606 - itself


def may_mount() -> bool:
    """Say whether a mount of ours would be seen by nobody else."""
    return bool(os.environ.get(ALONE))


class Disk:
    """One file system of some size, mounted at a place, with room that can be taken away."""

    def __init__(self, image: Path, mebibytes: int) -> None:
        self.image = image
        with image.open("wb") as file:
            file.truncate(mebibytes * MEBIBYTE)
        run("mkfs.ext4", "-q", "-m", "0", "-F", str(image))
        self.place: Path | None = None

    def mount(self, place: Path) -> None:
        place.mkdir(parents=True, exist_ok=True)
        run("mount", "-o", "loop", str(self.image), str(place))
        shutil.rmtree(place / "lost+found", ignore_errors=True)
        self.place = place

    def unmount(self) -> None:
        if self.place:
            run("umount", "-l", str(self.place))
        self.place = None

    def fill(self, name: str = "ballast") -> Path:
        """Take every block that is free."""
        assert self.place
        ballast = self.place / name
        chunk = self._free()
        with ballast.open("wb", buffering=0) as file:
            while chunk >= BLOCK:
                try:
                    os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), chunk)
                except OSError:
                    chunk //= 2
        return ballast

    def _free(self) -> int:
        assert self.place
        return shutil.disk_usage(self.place).free


def run(*command: str) -> None:
    """Run a program; what it says when it fails is raised."""
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    if done.returncode:
        raise OSError(done.returncode, f"{command[0]}: {done.stderr.strip()}")
