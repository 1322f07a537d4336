"""Where this program's own files are: from a checkout, or from an installed wheel."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from datetime import datetime
from itertools import count
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent

STATE_FOLDER = ".felix-dbadmin"
"""In a workspace: locks, clones of rehearsals, the activity journal. Safe to delete when nothing runs."""

SETTINGS_FILE = "felix-dbadmin.toml"

PARTIAL = ".partial"
"""Ends the name of a file that is still being made."""


def migrations_folder() -> Path:
    return _shipped("migrations")


def resources_folder() -> Path:
    return _shipped("resources")


def read_file(path: Path) -> str:
    """The text of a UTF-8 file. Raises OSError, also for a pipe or device, which might never end."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "not a file", str(path))
    return path.read_text(encoding="utf-8-sig")


def _shipped(name: str) -> Path:
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


def set_aside(path: Path) -> Path:
    """Give what is at `path`, whatever it is, a free name beside it that says it is damaged. Raises OSError."""
    stem = f"{path.name}.damaged_{datetime.now():%Y%m%d_%H%M%S}"
    names = (f"{stem}_{number}" if number else stem for number in count())
    kept = next(found for name in names if not os.path.lexists(found := path.with_name(name)))
    path.rename(kept)
    return kept


def user_folder() -> Path:
    """What this program keeps about its user, outside of any workspace; it need not be there yet."""
    named = os.environ.get("XDG_STATE_HOME", "")
    return (Path(named) if Path(named).is_absolute() else Path.home() / ".local" / "state") / "felix-dbadmin"


def state_folder(workspace: Path) -> Path:
    """A folder, mode 0700, for what this program keeps about a workspace.

    It is in the workspace; for a workspace that cannot be written, or that leads elsewhere by a link, it is in the
    temporary folder, so that a dry run works there too. Raises OSError where neither can be made.
    """
    inside = workspace / STATE_FOLDER
    try:
        inside.mkdir(mode=0o700, exist_ok=True)
        if os.access(inside, os.W_OK) and not inside.is_symlink():
            return inside
    except OSError:
        pass
    digest = hashlib.sha256(os.fsencode(workspace)).hexdigest()[:16]
    outside = Path(tempfile.gettempdir()) / f"felix-dbadmin-{os.getuid() if hasattr(os, 'getuid') else 0}-{digest}"
    outside.mkdir(mode=0o700, exist_ok=True)
    if outside.is_symlink() or (hasattr(os, "getuid") and outside.stat().st_uid != os.getuid()):
        raise PermissionError(errno.EPERM, "somebody else made it", str(outside))
    return outside
