"""A component: one database and its ordered migrations, described by a folder with a component.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from felix_dbadmin.core.errors import MigrationFileInvalid
from felix_dbadmin.core.paths import read_file

DESCRIPTION_FILE = "component.toml"
BASE_FILE = "base.sql"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_DATABASE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,149}")


@dataclass(frozen=True, slots=True)
class SearchSource:
    """What is searchable: a full-text table and the rows that it indexes."""

    index: str
    """The FTS5 table."""
    documents: str
    """The table that gives each row its rowid in the index; '' where the row's own id is that."""
    table: str
    key: str
    title: str
    """The column that names a row to a person."""
    text: tuple[str, ...]
    time: str
    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A query that the component's users care about: measured before and after in a rehearsal."""

    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class Component:
    name: str
    title: str
    database: str
    """The file's name in the workspace."""
    order: int
    folder: Path
    search: tuple[SearchSource, ...] = ()
    queries: tuple[NamedQuery, ...] = ()

    @property
    def base_file(self) -> Path | None:
        """The base schema, None for a component whose first migration makes its own tables."""
        path = self.folder / BASE_FILE
        return path if path.is_file() else None

    @property
    def derived_tables(self) -> frozenset[str]:
        """Tables, in lower case, whose rows are made from other tables' rows and can be made again."""
        names = (name for source in self.search for name in (source.index, source.documents) if name)
        return frozenset(name.lower() for name in names)


def load_components(roots: Iterable[Path]) -> tuple[Component, ...]:
    """The components in the folders of `roots`, by order and name. Raises MigrationFileInvalid."""
    found: dict[str, Component] = {}
    databases: dict[str, str] = {}
    for root in roots:
        for folder in sorted(path.parent for path in root.glob(f"*/{DESCRIPTION_FILE}")):
            component = read_component(folder)
            other = found.get(component.name)
            if other is not None:
                raise MigrationFileInvalid(
                    f"Two components are named {component.name}: {other.folder} and {folder}.",
                    "Rename one of the folders.",
                )
            owner = databases.setdefault(component.database.lower(), component.name)
            if owner != component.name:
                raise MigrationFileInvalid(
                    f"{component.name} and {owner} both claim {component.database}.",
                    f"Give each its own database in its {DESCRIPTION_FILE}.",
                )
            found[component.name] = component
    return tuple(sorted(found.values(), key=lambda item: (item.order, item.name)))


def read_component(folder: Path) -> Component:
    """Raises MigrationFileInvalid, naming the file and what is wrong in it."""
    path = folder / DESCRIPTION_FILE
    try:
        data = tomllib.loads(read_file(path))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise MigrationFileInvalid(f"{path} cannot be read: {error}.", "Correct the file.") from error
    database = _text(path, data, "database")
    if not _NAME.fullmatch(folder.name) or not _DATABASE.fullmatch(database):
        raise MigrationFileInvalid(
            f"{path} names the component {folder.name!r} and the database {database!r:.100}.",
            "Use at most 100 letters, digits, '_', '-' and '.' only, and no folder in the database's name.",
        )
    order = data.get("order", 1000)
    if not isinstance(order, int):
        raise MigrationFileInvalid(f"{path}: order is not a whole number.", "Write for example: order = 60")
    return Component(
        name=folder.name,
        title=_text(path, data, "title", folder.name),
        database=database,
        order=order,
        folder=folder,
        search=tuple(_search_source(path, item) for item in _tables(path, data, "search")),
        queries=tuple(
            NamedQuery(_text(path, item, "name"), _text(path, item, "sql").strip())
            for item in _tables(path, data, "query")
        ),
    )


def _search_source(path: Path, data: dict[str, Any]) -> SearchSource:
    return SearchSource(
        index=_text(path, data, "index"),
        documents=_text(path, data, "documents", ""),
        table=_text(path, data, "table"),
        key=_text(path, data, "key"),
        title=_text(path, data, "title"),
        text=_texts(path, data, "text"),
        time=_text(path, data, "time", ""),
        filters=_texts(path, data, "filters"),
    )


def _tables(path: Path, data: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise MigrationFileInvalid(f"{path}: {key} is not a list of tables.", f"Write it as [[{key}]].")
    return value


def _text(path: Path, data: dict[str, Any], key: str, default: str | None = None) -> str:
    value = data.get(key, default)
    if not isinstance(value, str):
        raise MigrationFileInvalid(f"{path}: {key} is missing or not text.", f'Add a line: {key} = "…"')
    return value


def _texts(path: Path, data: dict[str, Any], key: str) -> tuple[str, ...]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise MigrationFileInvalid(f"{path}: {key} is not a list of texts.", f'Write it as {key} = ["…"]')
    return tuple(value)
