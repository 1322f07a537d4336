"""How every full-text index of a workspace is: what it holds beside what it should, its triggers, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import apsw

from felix_dbadmin.core.activity import Activity, read_activities
from felix_dbadmin.core.component import Component
from felix_dbadmin.core.connection import open_searcher
from felix_dbadmin.core.errors import DbAdminError
from felix_dbadmin.core.integrity import broken_indexes, contentless_indexes, external_content_indexes
from felix_dbadmin.core.migrate.asked import asked_by
from felix_dbadmin.core.migrate.health import Drift, find_drift
from felix_dbadmin.core.migrate.index_plans import recipe_of
from felix_dbadmin.core.migrate.plan import Direction, Request, Standing
from felix_dbadmin.core.migrate.repair import made_by, mentions
from felix_dbadmin.core.migrate.results import Check
from felix_dbadmin.core.migrate.standing import standing_of
from felix_dbadmin.core.rehearse.clone import cloned
from felix_dbadmin.core.schema import Schema, read_schema
from felix_dbadmin.core.search.contents import (
    WHOLE,
    Contents,
    bytes_of,
    compare_contents,
    count_indexed,
    count_source,
    segments_of,
    stored_columns,
    unopenable,
)
from felix_dbadmin.core.search.sources import Source, sources_in
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import count_text
from felix_dbadmin.core.workspace import Workspace, locked, open_workspace

MANY_SEGMENTS = 16
"""Pieces from which on merging them is worth a rewrite of the index; FTS5 itself keeps some 4 of each size."""


@dataclass(frozen=True, slots=True)
class TriggerState:
    name: str
    state: str
    """right, differs, missing, or unknown: no migration says what it should be."""


@dataclass(frozen=True, slots=True)
class IndexHealth:
    """One full-text index. Counts are None where nothing tells, or where they were not looked at."""

    component: str
    database: str
    """The file's name."""
    index: str
    """'' for a database that cannot be read and declares no index."""
    table: str
    """'' where nothing tells which rows are indexed."""
    exists: bool = False
    ours: bool = False
    """Migrations make it, component.toml declares it, or it has no content of its own: every row belongs into it."""
    source_rows: int | None = None
    indexed_rows: int | None = None
    missing: int | None = None
    """Rows of the table that the index lacks."""
    stale: int | None = None
    """Rows of the index without a row, doubled, or with another text than the row's."""
    triggers: tuple[TriggerState, ...] = ()
    bytes: int = 0
    """With its copy of the texts; 0 where it was not looked at."""
    segments: int = 0
    """Pieces; a search looks into each."""
    last_optimised: float | None = None
    """Unix seconds; None where the journal does not know of it."""
    integrity: Check | None = None
    """None where rows were only counted, which proves little."""
    healthy: bool = False
    advice: str = ""
    """'' where nothing need be done."""
    action: Request | None = None
    """What does it."""


def read_health(
    folder: Path, only: tuple[str, ...] = (), *, thorough: bool = True, task: Task
) -> tuple[IndexHealth, ...]:
    """Every index of the components in `only`, or of all, and those that are declared and not there.

    `thorough` compares each row and runs FTS5's own check, on a private copy: in place either would keep Felix from
    committing for as long as it takes, and the check asks for the write lock. Costs some 20 µs a row, and the room
    for the copy. Otherwise only rows are counted, in the file itself. Raises for the workspace as a whole only, and
    Cancelled; a database that cannot be read is an entry that says so.
    """
    workspace = open_workspace(folder)
    chosen = [item for item in workspace.components if not only or item.name in only]
    for name in only:
        workspace.component(name)
    journal = read_activities(workspace)
    task.begin([f"Look at {item.database}" for item in chosen] or ["Look"])
    found: list[IndexHealth] = []
    for position, component in enumerate(chosen):
        task.step(position)
        try:
            found += _of_component(workspace, component, journal, task, thorough=thorough)
        except DbAdminError as error:
            task.check()
            found += _unreadable(component, error)
    return tuple(found)


def _of_component(
    workspace: Workspace, component: Component, journal: tuple[Activity, ...], task: Task, *, thorough: bool
) -> Iterator[IndexHealth]:
    database = workspace.database(component)
    if not database.exists():
        yield from _absent(standing_of(None, component, task), Schema(()))
        return
    with open_searcher(database, task) as db:
        schema = read_schema(db)
        standing = standing_of(db, component, task)
        drift = find_drift(standing, schema, task)
        looks = [_Look(source, schema, standing, drift) for source in sources_in(db, component) if source.index]
        counted = [look.counted(db, journal) for look in looks]
    if thorough and looks:
        with (
            locked(workspace, component, "a look at its search indexes", task) as state,
            cloned(database, state, task, purpose="a private copy", room=1) as (copy, _live),
        ):
            counted = [look.compared(copy, seen, task) for look, seen in zip(looks, counted, strict=True)]
    yield from (look.judged(seen) for look, seen in zip(looks, counted, strict=True))
    yield from _absent(standing, schema)


@dataclass(frozen=True, slots=True)
class _Look:
    """What is known of an index before its rows are looked at."""

    source: Source
    schema: Schema
    standing: Standing
    drift: tuple[Drift, ...]

    def counted(self, db: apsw.Connection, journal: tuple[Activity, ...]) -> IndexHealth:
        """What costs little: one pass over the smallest list of rows."""
        source = self.source
        made = {item.name for item in made_by(self.standing)}
        declared = {each.index.lower() for each in self.standing.component.search}
        return IndexHealth(
            component=source.component,
            database=source.database,
            index=source.index,
            table=source.table,
            exists=True,
            ours=source.index.lower() in made | declared or self._external,
            source_rows=count_source(db, source),
            indexed_rows=count_indexed(db, source),
            triggers=tuple(self._triggers(made)),
            segments=segments_of(db, source.index),
            last_optimised=_last_optimised(journal, source),
            integrity=unopenable(db, source.index),
        )

    def compared(self, copy: apsw.Connection, seen: IndexHealth, task: Task) -> IndexHealth:
        """`seen` with every row compared and the index checked, on a copy that can be written."""
        task.report(0, None, f"comparing {seen.index} with its rows")
        own = not (self._external or seen.index in contentless_indexes(self.schema))
        # A damaged index need not hold the rows that its own list names.
        problems = broken_indexes(copy, (seen.index,))
        stored = stored_columns(self.source, self._filling())
        try:
            contents = compare_contents(copy, self.source, stored, own=own)
        except (apsw.CorruptError, apsw.SQLError):  # the latter of an index that cannot even be opened
            contents = Contents(seen.indexed_rows)
        task.check()
        detail = "; ".join(problem.what for problem in problems)
        return replace(
            seen,
            indexed_rows=contents.indexed,
            bytes=bytes_of(copy, seen.index),
            missing=contents.missing,
            stale=contents.stale,
            integrity=Check(WHOLE, not problems, detail),
        )

    def judged(self, seen: IndexHealth) -> IndexHealth:
        """`seen` with what to make of it."""
        name = self.source.component
        wrong = self._rows_wrong(seen) if seen.ours else []
        if seen.integrity is not None and not seen.integrity.ok:
            wrong.insert(0, "the index fails FTS5's own check")
        drifted = self._drifted(seen)
        if drifted:
            repair = Request(name, Direction.REPAIR)
            return replace(seen, advice=f"{_sentence([*wrong, *drifted])}: repair.", action=repair)
        if wrong and not self._can_be_rebuilt(seen):
            return replace(seen, advice=f"{_sentence(wrong)}: let the program that made it fill it again.")
        if wrong:
            rebuild = Request(name, Direction.REBUILD, index=seen.index)
            return replace(seen, advice=f"{_sentence(wrong)}: rebuild.", action=rebuild)
        if seen.segments >= MANY_SEGMENTS:
            optimise = Request(name, Direction.OPTIMISE, index=seen.index)
            return replace(seen, healthy=True, advice=f"It is in {seen.segments} pieces: optimise.", action=optimise)
        return replace(seen, healthy=True)

    def _drifted(self, seen: IndexHealth) -> list[str]:
        found = ["the index itself is another one" for item in self.drift if item.name.lower() == seen.index.lower()]
        for state, what in (("differs", "other than the migrations make"), ("missing", "missing")):
            count = sum(each.state == state for each in seen.triggers)
            found += [f"{count_text(count, 'trigger')} {what}"] if count else []
        return found

    def _rows_wrong(self, seen: IndexHealth) -> list[str]:
        if seen.missing is None and seen.indexed_rows is not None and seen.source_rows is not None:
            differs = seen.indexed_rows != seen.source_rows
            return [f"{count_text(seen.source_rows, 'row')}, {seen.indexed_rows:,} indexed"] if differs else []
        counts = ((seen.missing, "missing from the index"), (seen.stale, "of the index stale"))
        return [f"{count_text(count, 'row')} {what}" for count, what in counts if count]

    def _can_be_rebuilt(self, seen: IndexHealth) -> bool:
        """FTS5's own command reads an index anew from its texts: that mends no texts, and takes its tokenizer."""
        check, name = seen.integrity, self.source.index
        if check is not None and "no such tokenizer" in check.detail:
            return False
        if self._external:
            return bool(self.source.table)
        failed = check is not None and not check.ok
        return bool(recipe_of(name, self.standing, self.schema)) or (
            failed and name not in contentless_indexes(self.schema)
        )

    @property
    def _external(self) -> bool:
        return self.source.index in external_content_indexes(self.schema)

    def _triggers(self, made: set[str]) -> Iterator[TriggerState]:
        drifted = {item.name.lower() for item in self.drift}
        for item in self.schema.objects:
            if item.kind == "trigger" and mentions(item.sql, self.source.index):
                name = item.name.lower()
                yield TriggerState(item.name, "differs" if name in drifted else "right" if name in made else "unknown")
        for lost in self.drift:
            if lost.kind == "trigger" and not lost.actual and mentions(lost.expected, self.source.index):
                yield TriggerState(lost.name, "missing")

    def _filling(self) -> Iterable[str]:
        """The statements that may fill the index, those of the migrations first."""
        for item in self.standing.applied:
            for statement in item.migration.up.statements if item.migration is not None else ():
                yield statement.sql
        yield from (item.sql for item in self.schema.objects if item.kind == "trigger")


def _absent(standing: Standing, schema: Schema) -> Iterator[IndexHealth]:
    """The indexes that component.toml declares and the database lacks, with the migration that makes each."""
    component = standing.component
    for source in component.search:
        if schema.find(source.index) is not None:
            continue
        maker = next(
            (
                migration.version
                for migration in standing.files
                for statement in migration.up.statements
                if (statement.target.verb, statement.target.name) == ("create", source.index.lower())
            ),
            0,
        )
        seen = IndexHealth(component.name, component.database, source.index, source.table, ours=True)
        if not maker:
            yield replace(seen, advice="It is not there, and no migration makes it: look at component.toml.")
        elif maker in standing.recorded:
            action = Request(component.name, Direction.REPAIR)
            yield replace(seen, advice=f"It is gone, although migration {maker} made it: repair.", action=action)
        else:
            action = Request(component.name, Direction.UP, maker)
            yield replace(seen, advice=f"Not made yet: apply migration {maker}.", action=action)


def _unreadable(component: Component, error: DbAdminError) -> Iterator[IndexHealth]:
    trouble = Check("the database can be read", False, error.summary)
    for name, table in [(source.index, source.table) for source in component.search] or [("", "")]:
        yield IndexHealth(component.name, component.database, name, table, integrity=trouble, advice=error.hint)


def _sentence(parts: list[str]) -> str:
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def _last_optimised(journal: tuple[Activity, ...], source: Source) -> float | None:
    for item in journal:
        if item.kind == Direction.OPTIMISE and item.component == source.component and item.outcome == "done":
            asked = asked_by(item.command)
            if asked is not None and asked.request.index.lower() in ("", source.index.lower()):
                return item.ended
    return None
