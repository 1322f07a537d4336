"""How the rows of a table in a backup are matched with those of the live one: by key, or as whole rows."""

from __future__ import annotations

from dataclasses import dataclass

import apsw

from felix_dbadmin.core.sql import quoted
from felix_dbadmin.core.text import list_text

_ROWIDS = ("rowid", "_rowid_", "oid")


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    declared: str
    """Its type, in lower case."""
    position: int
    """In the primary key, from 1; 0 for a column that is not part of it."""


@dataclass(frozen=True, slots=True)
class Match:
    """The live table is `main`.table, called l in the SQL made here; the backup's is `origin`, called b."""

    table: str
    origin: str
    """As SQL."""
    columns: tuple[str, ...]
    """Those that both have."""
    key: tuple[str, ...]
    """() where rows are compared whole."""
    rowid: str
    """A name by which both tables give their rowid; '' where one has none."""
    note: str = ""

    @property
    def live(self) -> str:
        """As SQL."""
        return f"main.{quoted(self.table)}"

    @property
    def same_key(self) -> str:
        """With the backup's column first: its collation decides, so that its index can be used."""
        return " and ".join(f"b.{quoted(name)} = l.{quoted(name)}" for name in self.key)

    def key_given(self, alias: str) -> str:
        """Whether a row has the key whose values are bound to the statement."""
        return " and ".join(f"{alias}.{quoted(name)} = ?" for name in self.key)

    def same(self, first: str, second: str) -> str:
        """Whether two rows hold the same values, whatever the columns' types and collations are."""
        return " and ".join(
            f"+{first}.{quoted(name)} collate binary is +{second}.{quoted(name)}" for name in self.columns
        )

    def unlike(self, alias: str) -> str:
        """Whether the other table has no such row under the same rowid: cheap, and false for almost all rows."""
        if not self.rowid:
            return "true"
        other = self.origin if alias == "l" else self.live
        twin = f"w.{self.rowid} = {alias}.{self.rowid} and {self.same(alias, 'w')}"
        return f"not exists (select 1 from {other} as w where {twin})"


def match_of(db: apsw.Connection, table: str, schema: str) -> Match:
    """How `table` of main and of the attached `schema` are compared; the columns as main writes them."""
    live, backup = _columns(db, table, "main"), _columns(db, table, schema)
    there = {column.name.lower(): column for column in backup}
    shared = tuple(column.name for column in live if column.name.lower() in there)
    notes = []
    mine = {column.name.lower() for column in live}
    for names, where in (
        ([column.name for column in live if column.name.lower() not in there], "live database"),
        ([column.name for column in backup if column.name.lower() not in mine], "backup"),
    ):
        if names:
            notes.append(f"only in the {where}, not compared: {list_text(names)}")
    key, why_not = _key(db, table, schema, live, backup)
    if not shared:
        notes.append("no column in common: only the rows are counted")
    if why_not:
        notes.append(why_not)
    return Match(
        table, f"{schema}.{quoted(table)}", shared, key, _rowid(db, table, schema, {*mine, *there}), "; ".join(notes)
    )


def only_table(db: apsw.Connection, table: str, schema: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Columns and key of a table that only one of the two has."""
    columns = _columns(db, table, schema)
    return tuple(column.name for column in columns), tuple(column.name for column in _key_columns(columns))


def _columns(db: apsw.Connection, table: str, schema: str) -> tuple[Column, ...]:
    rows = db.execute("select name, lower(type), pk from pragma_table_info(?, ?)", (table, schema))
    return tuple(Column(str(name), str(declared), int(str(position))) for name, declared, position in rows)


def _key_columns(columns: tuple[Column, ...]) -> list[Column]:
    return sorted((column for column in columns if column.position), key=lambda column: column.position)


def _key(
    db: apsw.Connection, table: str, schema: str, live: tuple[Column, ...], backup: tuple[Column, ...]
) -> tuple[tuple[str, ...], str]:
    """The primary key that both have, and where there is none, why."""
    mine, theirs = _key_columns(live), _key_columns(backup)
    if not mine and not theirs:
        return (), "no primary key: compared by whole rows"
    # A key of another type or collation would be looked for by a scan of the table, once for each row.
    if [(column.name.lower(), column.declared) for column in mine] != [
        (column.name.lower(), column.declared) for column in theirs
    ] or _collations(db, table, "main") != _collations(db, table, schema):
        return (), "the primary key is not the same in both: compared by whole rows"
    names = tuple(column.name for column in mine)
    # SQLite lets a key be NULL, more than once, in most tables.
    empty = " or ".join(f"{quoted(name)} is null" for name in names)
    for place in (f"main.{quoted(table)}", f"{schema}.{quoted(table)}"):
        if db.execute(f"select exists (select 1 from {place} where {empty})").get:
            return (), "a primary key is NULL: compared by whole rows"
    return names, ""


def _collations(db: apsw.Connection, table: str, schema: str) -> list[str]:
    """Of the key's columns; none for the rowid."""
    rows = db.execute(
        "select upper(x.coll) from pragma_index_list(?, ?) as i join pragma_index_xinfo(i.name, ?) as x"
        " where i.origin = 'pk' and x.key order by x.seqno",
        (table, schema, schema),
    )
    return [str(row[0]) for row in rows]


def _rowid(db: apsw.Connection, table: str, schema: str, columns: set[str]) -> str:
    """Asked of each table itself: the list of all tables would be made anew for each of them."""
    name = next((name for name in _ROWIDS if name not in columns), "")
    if name:
        try:
            for place in ("main", schema):
                db.execute(f"select {name} from {place}.{quoted(table)} limit 0").fetchall()
        except apsw.SQLError:  # made WITHOUT ROWID
            return ""
    return name
