"""What can be wrong inside a database that still opens: links, full-text indexes, views and triggers."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import apsw

from felix_dbadmin.core.schema import Schema
from felix_dbadmin.core.sql import quoted
from felix_dbadmin.core.task import Task

_EXTERNAL_CONTENT = re.compile(r"\bcontent\s*=(?!\s*'')", re.IGNORECASE)
_NO_CONTENT = re.compile(r"\bcontent\s*=\s*''", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with an object. `count` is how many rows, 1 where rows do not apply."""

    what: str
    count: int


def structure_problems(db: apsw.Connection, task: Task | None = None, *, full: bool = True) -> tuple[str, ...]:
    """What integrity_check (or the faster quick_check, which skips indexes) says; nothing when all is well."""
    rows = []
    try:
        for (line,) in db.execute(f"pragma {'integrity' if full else 'quick'}_check"):
            if task is not None:
                task.check()
            if line != "ok":
                rows.append(str(line))
    except apsw.SQLError as error:  # of a full-text index that cannot even be opened
        rows.append(str(error))
    return tuple(rows)


def broken_links(db: apsw.Connection) -> tuple[Problem, ...]:
    """Rows whose foreign key points nowhere, counted per table and parent."""
    try:
        found = Counter((str(table), str(parent)) for table, _, parent, _ in db.execute("pragma foreign_key_check"))
    except apsw.SQLError as error:  # a key names columns that its parent does not have as a key
        return (Problem(f"foreign keys cannot be checked: {error}", 1),)
    return tuple(
        Problem(f"{table}: rows that point to no row of {parent}", count) for (table, parent), count in found.items()
    )


def lost_parents(db: apsw.Connection, schema: Schema) -> tuple[Problem, ...]:
    """Tables of `schema` whose foreign key names a table that is not there (any more).

    foreign_key_check says nothing of them while they are empty; but then nothing can be put into them.
    """
    found = []
    for item in schema.objects:
        if item.kind == "table":
            parents = {
                str(row[0]) for row in db.execute('select "table" from pragma_foreign_key_list(?)', (item.name,))
            }
            there = "select 1 from sqlite_schema where type = 'table' and name = ? collate nocase"
            gone = [parent for parent in sorted(parents) if db.execute(there, (parent,)).get is None]
            found += [Problem(f"{item.name}: its foreign key names {parent}, which is not there", 1) for parent in gone]
    return tuple(found)


def full_text_indexes(schema: Schema) -> tuple[str, ...]:
    """The FTS5 tables of a schema."""
    return tuple(
        item.name for item in schema.objects if item.kind == "virtual table" and " using fts5 " in item.comparable
    )


def external_content_indexes(schema: Schema) -> tuple[str, ...]:
    """The FTS5 tables that index rows of another table: integrity_check says ok over broken ones."""
    return tuple(
        name
        for name in full_text_indexes(schema)
        if (item := schema.find(name)) is not None and _EXTERNAL_CONTENT.search(item.sql)
    )


def contentless_indexes(schema: Schema) -> tuple[str, ...]:
    """The FTS5 tables that keep no text: they can be searched, but not made again from themselves."""
    return tuple(
        name
        for name in full_text_indexes(schema)
        if (item := schema.find(name)) is not None and _NO_CONTENT.search(item.sql)
    )


def broken_indexes(db: apsw.Connection, names: tuple[str, ...]) -> tuple[Problem, ...]:
    """Full-text indexes that do not match what they index.

    Needs a writer: the check is an INSERT that writes nothing (https://sqlite.org/fts5.html#the_integrity_check_command).
    """
    found = []
    for name in names:
        try:
            db.execute(f"insert into {quoted(name)}({quoted(name)}, rank) values ('integrity-check', 1)")
        except (apsw.CorruptError, apsw.SQLError) as error:
            found.append(Problem(f"{name}: the full-text index does not match its rows ({error})", 1))
    return tuple(found)


def broken_objects(db: apsw.Connection, schema: Schema) -> tuple[Problem, ...]:
    """Views and triggers that cannot be compiled, because a table or column they name is gone."""
    statements = [
        (item.name, f"select 1 from {quoted(item.name)} limit 0") for item in schema.objects if item.kind == "view"
    ]
    for table in sorted({item.table for item in schema.objects if item.kind == "trigger"}):
        name = quoted(table)
        columns = [row[0] for row in db.execute("select name from pragma_table_info(?)", (table,))]
        assignments = ", ".join(f"{quoted(column)} = {quoted(column)}" for column in columns)
        statements += [
            (f"the triggers of {table}", f"delete from {name}"),
            (f"the triggers of {table}", f"insert into {name} default values"),
            (f"the triggers of {table}", f"update {name} set {assignments}"),
        ]
    found: dict[str, str] = {}
    for what, sql in statements:
        try:
            db.execute(f"explain {sql}").fetchall()
        except apsw.SQLError as error:
            found.setdefault(what, str(error))
    return tuple(Problem(f"{what} cannot run: {error}", 1) for what, error in found.items())


def new_problems(before: tuple[Problem, ...], after: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The problems of `after` that were not there, or not as many, `before`."""
    known = {problem.what: problem.count for problem in before}
    return tuple(problem for problem in after if problem.count > known.get(problem.what, 0))
