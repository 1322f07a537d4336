"""What a full-text index holds beside the rows that it should hold: counted, never guessed. The SQL of index health."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import apsw

from felix_dbadmin.core.migrate.results import Check
from felix_dbadmin.core.search.sources import Source
from felix_dbadmin.core.sql import Token, meaningful, quoted, unquoted

WHOLE = "the index matches its texts"

SHADOWS = ("data", "idx", "content", "docsize", "config")
_STRUCTURE_ROW = 10
"""Of %_data: which segments there are (https://sqlite.org/fts5.html#the_structure_record)."""
_NEWER_STRUCTURE = b"\xff\x00\x00\x01"


@dataclass(frozen=True, slots=True)
class Contents:
    """`right`: rows of the index that say what their row says now. None where nothing tells."""

    indexed: int | None
    missing: int | None = None
    stale: int | None = None


def count_source(db: apsw.Connection, source: Source) -> int | None:
    """The rows that can be indexed: without a key no hit could lead to them."""
    if not source.table:
        return None
    condition = f" where {quoted(source.key)} is not null"
    return int(db.execute(f"select count(*) from {quoted(source.table)}{condition}").get)


def count_indexed(db: apsw.Connection, source: Source) -> int | None:
    """The rows of an index by its smallest shadow table; None for one that keeps no list of them."""
    ids = _ids(db, source.index)
    return int(db.execute(f"select count(*) from {ids}").get) if ids else None


def compare_contents(db: apsw.Connection, source: Source, stored: Mapping[str, str], *, own: bool) -> Contents:
    """Row by row: which are missing, and which are stale (no row, a second one, another text than `stored` says).

    `own`: the index keeps texts of its own; `stored` gives the table's column for each of them, nothing for unknown
    ones: then only keys are compared. Costs some 6 µs a row.
    """
    ids = _ids(db, source.index)
    if not ids or not source.table:
        return Contents(count_indexed(db, source))
    table, key, index = quoted(source.table), f"t.{quoted(source.key)}", quoted(source.index)
    same = "1"
    if own:
        held = quoted(source.index_key) if source.index_key else "rowid"
        rows = f"{index} f left join {table} t on {key} = f.{held}"
        texts = [
            f"coalesce(f.{quoted(name)}, '') is coalesce(t.{quoted(column)}, '')" for name, column in stored.items()
        ]
        if source.documents:
            # Triggers find an index row by what this table says: with another place they would change another row.
            rows += f" left join {quoted(source.documents)} d on d.{held} = f.{held}"
            texts.append("d.rowid is f.rowid")
        same = " and ".join(texts) or "1"
    else:
        rows = f"{ids} f left join {table} t on {key} = f.id"
    sql = f"select count(*), count(distinct {key}), count(distinct {key}) filter (where {same}) from {rows}"
    indexed, found, right = next(db.execute(sql))
    return Contents(indexed, (count_source(db, source) or 0) - found, indexed - right)


def _ids(db: apsw.Connection, index: str) -> str:
    """The shadow table that lists the rows of an index by their rowid `id`, '' for none."""
    for suffix in ("docsize", "content"):
        if db.execute("select 1 from pragma_table_list where name = ?", (f"{index}_{suffix}",)).get is not None:
            return quoted(f"{index}_{suffix}")
    return ""


def bytes_of(db: apsw.Connection, index: str) -> int:
    """The size of the index with its copy of the texts. Reads every page that it counts, 0.2 s for 200 MB in memory."""
    sizes = (
        # Page by page: the sum that dbstat makes itself cannot be cancelled.
        db.execute("select sum(pgsize) from dbstat where name = ?", (f"{index}_{suffix}",)).get
        for suffix in SHADOWS
    )
    return sum(int(size or 0) for size in sizes)


def unopenable(db: apsw.Connection, index: str) -> Check | None:
    """What keeps SQLite from opening an index at all, as a failed check; None where it has the tables of its own."""
    lost = _lost(db, index)
    return Check(WHOLE, False, f"its own tables are gone: {', '.join(lost)}") if lost else None


def _lost(db: apsw.Connection, index: str) -> list[str]:
    names = [f"{index}_{suffix}" for suffix in ("data", "idx", "config")]
    there = {str(name).lower() for (name,) in db.execute("select name from sqlite_schema where type = 'table'")}
    return [name for name in names if name.lower() not in there]


def segments_of(db: apsw.Connection, index: str) -> int:
    """In how many pieces the index is: a search looks into each of them."""
    try:
        record = db.execute(f"select block from {quoted(f'{index}_data')} where id = {_STRUCTURE_ROW}").get
    except apsw.SQLError:  # that table is gone, or not as FTS5 makes it
        return 0
    if not isinstance(record, bytes):
        return 0
    rest = record[4:].removeprefix(_NEWER_STRUCTURE)
    _levels, rest = _varint(rest)
    segments, _ = _varint(rest)
    return segments


def _varint(data: bytes) -> tuple[int, bytes]:
    """SQLite's variable-length integer at the beginning of `data`, and the rest."""
    value = 0
    for at, byte in enumerate(data[:8]):
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, data[at + 1 :]
    return value, data[8:]


def stored_columns(source: Source, statements: Iterable[str]) -> dict[str, str]:
    """The table's column behind each column of the index, read from the statements that fill it.

    Understands INSERTs of plain columns and of COALESCE(column, ''); empty where one is anything else.
    """
    wanted = {name.lower() for name in source.columns}
    for sql in statements:
        parts = meaningful(sql)
        for at in range(len(parts) - 2):
            into = unquoted(parts[at].text) == "into" and unquoted(parts[at + 1].text) == source.index.lower()
            if not into or parts[at + 2].text != "(":
                continue
            names, end = _listed(parts, at + 3)
            begin = end + 1 if end < len(parts) and unquoted(parts[end].text) == "values" else end
            values, _ = _listed(parts, begin + 1)
            pairs = {
                unquoted(name[0].text): _plain_column(value)
                for name, value in zip(names, values, strict=False)
                if name and unquoted(name[0].text) in wanted
            }
            if pairs.keys() == wanted and all(pairs.values()):
                return pairs
    return {}


def _listed(parts: list[Token], at: int) -> tuple[list[list[Token]], int]:
    """What stands between commas from `at` to the closing parenthesis or FROM, and the place after it."""
    found: list[list[Token]] = [[]]
    depth = 0
    while at < len(parts):
        token = parts[at]
        if depth == 0 and (token.text in (")", ";") or token.text.lower() in ("from", "where")):
            return found, at + 1
        depth += (token.text == "(") - (token.text == ")")
        if token.text == "," and depth == 0:
            found.append([])
        else:
            found[-1].append(token)
        at += 1
    return found, at


def _plain_column(tokens: list[Token]) -> str:
    """The column of `c`, `t.c` or COALESCE(t.c, ''), '' for anything else."""
    texts = [token.text for token in tokens]
    if len(texts) > 5 and texts[0].lower() == "coalesce" and texts[-3:] == [",", "''", ")"]:
        texts, tokens = texts[2:-3], tokens[2:-3]
    named = len(texts) == 1 or (len(texts) == 3 and texts[1] == ".")
    return unquoted(texts[-1]) if named and tokens[-1].kind in ("word", "name") else ""
