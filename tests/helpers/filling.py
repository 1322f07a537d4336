"""Some rows for every table of a database, whatever its columns are."""

from __future__ import annotations

from pathlib import Path

import apsw

NOW = 1_700_000_000.0
_ISO = "2025-01-{:02}T10:00:00"


def fill(path: Path, rows: int) -> None:
    """Insert `rows` rows into every table that holds data; links are kept, keys are "id 0", "id 1" and so on."""
    db = apsw.Connection(str(path))
    try:
        shadows = {name for (name,) in db.execute("select name from pragma_table_list where type != 'table'")}
        tables = [name for (name,) in db.execute("select name from sqlite_schema where type = 'table' order by rowid")]
        db.execute("begin")
        for table in tables:
            if table in shadows or table.startswith(("sqlite_", "schema_migrations")) or table.endswith("_docs"):
                continue
            columns = db.execute("select name, type, pk from pragma_table_info(?)", (table,)).fetchall()
            marks = ", ".join("?" * len(columns))
            db.executemany(
                f'insert or ignore into "{table}" values ({marks})',
                ([_value(str(name), str(kind), bool(key), n) for name, kind, key in columns] for n in range(rows)),
            )
        db.execute("commit")
    finally:
        db.close()


def _value(name: str, kind: str, key: bool, number: int) -> str | int | float:
    if kind.upper().startswith("INT"):
        return number + 1 if key else number % 7
    if kind.upper().startswith("REAL"):
        return NOW + 3600 * number if name.endswith(("_at", "time", "timestamp")) else number % 10 / 10
    if kind.upper().startswith("BOOL"):
        return number % 2
    if name.endswith("_json"):
        return f'{{"text": "the data of row {number}", "tags": ["one", "two"]}}'
    if name.endswith("_at"):
        return _ISO.format(number % 28 + 1)
    if name.endswith("_id") or key or "name" in name:
        return f"id {number}"
    return f"the data in {name} of row {number}"
