"""Writes what somebody takes along from a page: pictures and tables, never over a database."""

from __future__ import annotations

from pathlib import Path

from felix_dbadmin.views.notice import Kind, Notice

FORMS = {"png": ".png", "svg": ".svg", "csv": ".csv"}


def save_file(path: Path, form: str, data: bytes) -> Notice:
    """Write the file, and say how that went."""
    suffix = FORMS[form]
    # Only such names are opened: closing a database here would drop the locks that others trust in.
    if path.resolve().suffix.lower() != suffix:
        return Notice(
            Kind.ERROR,
            f"{path.name} was not written: its name does not end in {suffix}.",
            f"Call it {path.stem}{suffix}.",
        )
    try:
        path.write_bytes(data)
        size = path.stat().st_size
    except OSError as error:
        return Notice(
            Kind.ERROR, f"{path} could not be written: {error.strerror}.", "Choose another folder, or make room there."
        )
    if size != len(data):
        return Notice(Kind.ERROR, f"{path} has {size:,} of {len(data):,} bytes.", "Make room there and save it again.")
    return Notice(Kind.SUCCESS, f"Saved {path.name}, {size:,} bytes.", str(path))
