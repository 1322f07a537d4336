"""What counts as lost: rows, tables and filled columns; and what does not: renames and derived tables."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from felix_dbadmin.core.component import Component, SearchSource
from felix_dbadmin.core.migrate.losses import Loss, beyond, losses_between, read_holdings
from felix_dbadmin.core.schema import read_schema
from felix_dbadmin.core.task import Task

COMPONENT = Component(
    "notes", "Notes", "notes.db", 1, Path(), (SearchSource("f", "f_docs", "notes", "id", "title", (), "", ()),)
)
SETUP = """
create table notes(id integer primary key, title text, body text);
insert into notes(title, body) values ('a', 'x'), ('b', null), ('c', 'y');
create table f_docs(docid integer primary key);
insert into f_docs values (1), (2);
create table empty(a);
"""


def losses(*statements: str) -> tuple[Loss, ...]:
    db = apsw.Connection(":memory:")
    db.execute(SETUP)
    before = read_holdings(db, read_schema(db), COMPONENT, Task(), columns_too=True)
    for sql in statements:
        db.execute(sql)
    after = read_holdings(db, read_schema(db), COMPONENT, Task(), columns_too=True)
    db.close()
    return losses_between(before, after, statements)


@pytest.mark.parametrize(
    ("statements", "texts"),
    [
        (["delete from notes where id = 1"], ["notes: 1 row"]),
        (["drop table notes"], ["notes: 3 rows (the whole table)"]),
        (["alter table notes drop column body"], ["notes.body: 2 values"]),
        (
            ["alter table notes drop column body", "alter table notes add column extra text default 'x'"],
            ["notes.body: 2 values"],
        ),
        (["alter table notes rename column body to text"], []),
        (["alter table notes rename body to text", "alter table notes rename text to content"], []),
        (["alter table notes rename to remarks"], []),
        (
            ["alter table notes rename to r", "alter table r rename to s", "delete from s where id > 1"],
            ["notes: 2 rows"],
        ),
        (["alter table notes rename to r", "drop table r"], ["notes: 3 rows (the whole table)"]),
        (
            [
                "create table n2 as select id, title, body from notes",
                "drop table notes",
                "alter table n2 rename to notes",
            ],
            [],
        ),
        (
            ["create table n2 as select id, title from notes", "drop table notes", "alter table n2 rename to notes"],
            ["notes.body: 2 values"],
        ),
        (["drop table f_docs"], []),
        (["drop table empty"], []),
        (["insert into notes(title) values ('d')"], []),
    ],
)
def test_losses_are_counted_not_guessed(statements: list[str], texts: list[str]) -> None:
    assert [loss.text for loss in losses(*statements)] == texts


def test_only_what_was_accepted_is_accepted() -> None:
    lost = (Loss("notes", "", 3), Loss("notes", "body", 2))
    assert beyond(lost, lost) == ()
    assert beyond(lost, (Loss("NOTES", "", 5),)) == (Loss("notes", "body", 2),)
    assert beyond(lost, (Loss("notes", "", 2), Loss("notes", "body", 2))) == (Loss("notes", "", 3),)
