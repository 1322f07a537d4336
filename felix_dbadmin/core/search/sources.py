"""What can be searched in a workspace: every FTS5 index as the databases have it, and tables that lack theirs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import apsw

from felix_dbadmin.core.component import Component, SearchSource
from felix_dbadmin.core.connection import open_searcher
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.integrity import full_text_indexes
from felix_dbadmin.core.migrate.script import load_migrations
from felix_dbadmin.core.schema import Schema, columns_of, read_schema
from felix_dbadmin.core.sql import meaningful, unquoted
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.workspace import open_workspace

_TITLES = ("title", "name", "subject", "summary", "description")
_TIMES = ("created_at", "timestamp", "updated_at", "time", "date")
_FILTERS = ("domain", "type", "kind", "category", "status", "outcome", "level")
_DEFAULT_TOKENIZER = ("unicode61",)


@dataclass(frozen=True, slots=True)
class Source:
    """A full-text index and the table whose rows it finds; without `index` the table's newest rows are read instead."""

    component: str
    component_title: str
    database: str
    """The file's name."""
    index: str
    """'' for a table that lacks its index."""
    columns: tuple[str, ...]
    """What is indexed, under the index's names; of a table without one, its own columns."""
    weights: tuple[float, ...]
    """For bm25: of every column of the index, in its order; what names a row weighs more."""
    tokenizer: tuple[str, ...]
    """Name and arguments."""
    table: str
    """'' where nothing tells which rows are indexed: then a hit is all there is."""
    key: str
    """The table's column, or rowid, that a hit leads to."""
    index_key: str
    """The index's column that holds the key; '' where the index's rowid does."""
    title: str
    """The column of the table (or, without one, of the index) that names a row."""
    time: str
    """'' where no column says when."""
    filters: tuple[str, ...]
    """Columns of the table that rows are told apart by."""
    migration: int = 0
    """The migration that makes the missing index, 0 for none."""
    documents: str = ""
    """The table that says which rowid of the index belongs to a key, '' where there is none."""

    @property
    def name(self) -> str:
        """Tells it from every other source of the workspace."""
        return f"{self.component}/{self.index or self.table}"

    @property
    def searched(self) -> frozenset[str]:
        """What may stand before a colon in a query."""
        return frozenset(name.lower() for name in (*self.columns, *self.filters))


@dataclass(frozen=True, slots=True)
class Unsearchable:
    """A component that could not be looked at, and why."""

    component: str
    summary: str
    hint: str


@dataclass(frozen=True, slots=True)
class Sources:
    found: tuple[Source, ...]
    failed: tuple[Unsearchable, ...]

    @property
    def searched(self) -> frozenset[str]:
        """What may stand before a colon in a query, in any component."""
        return frozenset().union(*(source.searched for source in self.found))


def read_sources(folder: Path, only: tuple[str, ...] = (), *, task: Task) -> Sources:
    """What can be searched in the components named in `only`, or in all. Raises only for the workspace itself."""
    workspace = open_workspace(folder)
    found: list[Source] = []
    failed: list[Unsearchable] = []
    for component in workspace.components:
        database = workspace.database(component)
        if (only and component.name not in only) or not database.exists():
            continue
        task.check()
        try:
            with open_searcher(database, task) as db:
                found += sources_in(db, component)
        except DbAdminError as error:
            task.check()
            failed.append(Unsearchable(component.name, error.summary, error.hint))
    return Sources(tuple(found), tuple(failed))


def sources_in(db: apsw.Connection, component: Component) -> tuple[Source, ...]:
    """The sources of one database: what component.toml declares, then every other index that is there."""
    schema = read_schema(db)
    declared = {source.index.lower(): source for source in component.search}
    found: list[Source] = []
    for name in full_text_indexes(schema):
        try:
            found.append(_indexed(db, component, schema, name, declared.get(name.lower())))
        except apsw.SQLError:
            # SQLite cannot even open it, its own tables are lost: as if it were not there, its rows are read instead.
            continue
        declared.pop(name.lower(), None)
    lacking = (source for source in declared.values() if schema.find(source.table) is not None)
    return (*found, *(_unindexed(db, component, source) for source in lacking))


def _indexed(
    db: apsw.Connection, component: Component, schema: Schema, name: str, declared: SearchSource | None
) -> Source:
    made = schema.find(name)
    indexed, beside, options = _read_declaration(made.sql if made else "")
    order = columns_of(db, name)
    table, key, index_key = _rows_of(db, schema, options, beside, declared)
    columns = columns_of(db, table) if table else ()
    there = {column.lower(): column for column in columns}
    if declared is not None and table:
        title, time = there.get(declared.title.lower(), key), there.get(declared.time.lower(), "")
        filters = tuple(there[name.lower()] for name in declared.filters if name.lower() in there)
    else:
        title = next((there[name] for name in _TITLES if name in there), "") or (beside or indexed)[0]
        title = title if title in columns or not table else (key if key in columns else columns[0])
        time = next((there[name] for name in _TIMES if name in there), "")
        filters = tuple(column for column in columns if column.lower().rsplit("_", 1)[-1] in _FILTERS)
    return Source(
        component=component.name,
        component_title=component.title,
        database=component.database,
        index=name,
        columns=indexed,
        weights=tuple(_weight(column, title, filters) for column in order),
        tokenizer=tuple(_words(options.get("tokenize", ""))) or _DEFAULT_TOKENIZER,
        table=table,
        key=key,
        index_key=index_key,
        title=title,
        time=time,
        filters=filters,
        documents=_documents(db, schema, declared, index_key),
    )


def _documents(db: apsw.Connection, schema: Schema, declared: SearchSource | None, index_key: str) -> str:
    found = schema.find(declared.documents) if declared is not None else None
    return found.name if found is not None and index_key and index_key in columns_of(db, found.name) else ""


def _weight(column: str, title: str, filters: tuple[str, ...]) -> float:
    return 4.0 if column == title else 2.0 if column in filters else 1.0


def _rows_of(
    db: apsw.Connection, schema: Schema, options: dict[str, str], beside: tuple[str, ...], declared: SearchSource | None
) -> tuple[str, str, str]:
    """Table, its key, and the index's column with that key ('' for its rowid); three times '' where nothing tells."""
    if declared is not None and schema.find(declared.table) is not None:
        columns = {column.lower(): column for column in columns_of(db, declared.table)}
        if declared.key.lower() in columns:
            key = columns[declared.key.lower()]
            held = next((column for column in beside if column.lower() == key.lower()), "")
            return declared.table, key, held
    content = schema.find(options.get("content", ""))
    if content is not None:
        return content.name, options.get("content_rowid", "rowid"), ""
    for table in schema.names("table"):
        names = {column.lower() for column in columns_of(db, table)}
        for column in beside:
            if column.lower() in names and _unique(db, table, column):
                return table, column, column
    return "", "", ""


def _unique(db: apsw.Connection, table: str, column: str) -> bool:
    keys = [name for name, pk in db.execute("select name, pk from pragma_table_info(?)", (table,)) if pk]
    if [name.lower() for name in keys] == [column.lower()]:
        return True
    return any(
        [name for (name,) in db.execute("select name from pragma_index_info(?)", (index,))] == [column]
        for (index,) in db.execute('select name from pragma_index_list(?) where "unique"', (table,))
    )


def _unindexed(db: apsw.Connection, component: Component, declared: SearchSource) -> Source:
    columns = {column.lower(): column for column in columns_of(db, declared.table)}

    def known(names: tuple[str, ...]) -> tuple[str, ...]:
        found = (columns.get(name.lower()) or columns.get(stored_as(name)) for name in names)
        return tuple(name for name in found if name)

    return Source(
        component=component.name,
        component_title=component.title,
        database=component.database,
        index="",
        columns=known(declared.text),
        weights=(),
        tokenizer=("porter", "unicode61"),
        table=declared.table,
        key=columns.get(declared.key.lower(), "rowid"),
        index_key="",
        title=columns.get(declared.title.lower(), "rowid"),
        time=columns.get(declared.time.lower(), ""),
        filters=known(declared.filters),
        migration=_maker(component, declared.index),
    )


def stored_as(name: str) -> str:
    """The table's column behind an index's column that is named after what it holds: tags_json of tags."""
    return f"{name.lower().removesuffix('_text')}_json"


def _maker(component: Component, index: str) -> int:
    """The migration of ours that makes an index, 0 for none."""
    for migration in load_migrations(component):
        targets = (statement.target for statement in migration.up.statements)
        if any((target.verb, target.name) == ("create", index.lower()) for target in targets):
            return migration.version
    return 0


def _read_declaration(sql: str) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, str]]:
    """The indexed columns, the UNINDEXED ones, and the options of a CREATE VIRTUAL TABLE … USING fts5(…)."""
    parts = meaningful(sql)
    begin = next((place for place, token in enumerate(parts) if token.text == "("), len(parts))
    arguments: list[list[str]] = [[]]
    for token in parts[begin + 1 :]:
        if token.text in (",", ")"):
            arguments.append([])
        else:
            arguments[-1].append(token.text)
    indexed: list[str] = []
    beside: list[str] = []
    options: dict[str, str] = {}
    for words in arguments:
        if "=" in words:
            options[unquoted(words[0])] = _plain("".join(words[words.index("=") + 1 :]))
        elif words and words[0] != ";":
            unindexed = any(word.upper() == "UNINDEXED" for word in words[1:])
            (beside if unindexed else indexed).append(_plain(words[0]))
    return tuple(indexed), tuple(beside), options


def _plain(text: str) -> str:
    """An identifier or string without its quotes, in its own case."""
    if text[:1] == "[":
        return text[1:-1]
    return text[1:-1].replace(text[0] * 2, text[0]) if text[:1] in ("'", '"', "`") and len(text) > 1 else text


def _words(text: str) -> list[str]:
    return [_plain(token.text) for token in meaningful(text)]
