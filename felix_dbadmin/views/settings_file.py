"""Whether the file of settings is as the window writes it: QSettings itself takes almost anything for settings."""

from __future__ import annotations

import os
import re
from pathlib import Path

from felix_dbadmin.core.paths import read_file, set_aside
from felix_dbadmin.views.theme import Scheme

_ENTRY = re.compile(r'\[[^\]]+\]|[^=]+=(?:@ByteArray\(.*\)|"@ByteArray\(.*\)"|(?!@)(?!"@).*|"?@@.*)')
"""A heading, or a name with a text or bytes; the window keeps nothing else."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
"""Written as an escape by Qt."""

_SCHEMES = "|".join(Scheme)
_KNOWN = {"folder": re.compile(r'[^,]*|".*"'), "scheme": re.compile(_SCHEMES)}
"""What these may hold. A comma outside of quotes makes a list."""


def set_damaged_aside(path: Path) -> str:
    """Keep a file that cannot be understood under another name; a sentence on that, '' where all is well."""
    wrong = damage(path)
    if not wrong:
        return ""
    try:
        kept = set_aside(path)
    except OSError as error:
        return f"The window's settings cannot be read: {path} {wrong}. It cannot be put aside either: {error.strerror}."
    return f"The window's settings could not be read: {path} {wrong}. It is kept as {kept.name}."


def damage(path: Path) -> str:
    """What is wrong with the file, as the end of a sentence; '' where it is sound or not there."""
    if not os.path.lexists(path):
        return ""
    try:
        text = read_file(path)
    except UnicodeDecodeError:
        return "is not text"
    except OSError as error:
        return f"cannot be opened ({error.strerror})"
    if not text.strip():
        return "is empty"
    if _CONTROL.search(text):
        return "is not text"
    if not text.endswith("\n"):
        return "ends in the middle of a line"
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.startswith((";", "#")) and not _sound(line.strip()):
            return f"cannot be understood (line {number})"
    return ""


def _sound(line: str) -> bool:
    name, _, value = line.partition("=")
    known = _KNOWN.get(name)
    return bool(_ENTRY.fullmatch(line)) and (known is None or bool(known.fullmatch(value)))
