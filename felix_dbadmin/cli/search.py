"""search: every word in every database, from the terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from felix_dbadmin.cli import search_care
from felix_dbadmin.cli.found import Answer, answer_document, ask, print_answer, print_suggestions, suggestions
from felix_dbadmin.cli.options import ComponentsOption, JsonOption, WaitOption, WorkspaceOption
from felix_dbadmin.cli.search_options import conditions, form_of, moment
from felix_dbadmin.cli.session import Session, session
from felix_dbadmin.core.errors import DbAdminError, WrongUsage
from felix_dbadmin.core.search.export import export_hits
from felix_dbadmin.core.search.forms import Form
from felix_dbadmin.core.search.query import parse, raw_query
from felix_dbadmin.core.search.sources import Source, read_sources
from felix_dbadmin.core.search.statement import Order, Search
from felix_dbadmin.core.task import LOCK_WAIT
from felix_dbadmin.core.text import count_text, duration_text, list_text

NOTHING_FOUND = 1
"""As grep says it."""

FIND = "words"


class SearchGroup(TyperGroup):
    """What is not the name of a command is what to search for; after -- also that."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        command = self.commands.get(args[0]) if args else None
        return super().parse_args(ctx, args if command is not None and not command.hidden else [FIND, *args])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The search itself has no name of its own in its help."""
        name, command, rest = super().resolve_command(ctx, args)
        return "" if name == FIND else name, command, rest


app = typer.Typer(cls=SearchGroup, rich_markup_mode=None, context_settings={"help_option_names": ["--help", "-h"]})
app.command("health")(search_care.health)
app.command("rebuild")(search_care.rebuild)
app.command("optimise")(search_care.optimise)

WordsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="WORDS",
        show_default=False,
        help='All of them; "a phrase", OR, -not (after --), column:word and begin* as on the web.',
    ),
]
RawOption = Annotated[bool, typer.Option("--raw", help="WORDS are an expression in FTS5's own syntax.")]
LimitOption = Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, help="Hits to print.")]
SortOption = Annotated[Order, typer.Option("--sort", help="Which hits come first.")]
SinceOption = Annotated[str, typer.Option("--since", metavar="TIME", help="2025-10-24, or how long ago: 24h, 7d.")]
UntilOption = Annotated[str, typer.Option("--until", metavar="TIME", help="As --since; a date is included.")]
FilterOption = Annotated[
    list[str] | None,
    typer.Option("--filter", "-f", metavar="COLUMN=VALUE", help="Only such rows (!= for others); repeat it for more."),
]
ColumnOption = Annotated[
    list[str] | None, typer.Option("--column", metavar="NAME", help="Only in this column of the index; repeatable.")
]
ExportOption = Annotated[
    Path | None, typer.Option("--export", metavar="FILE", help="Write all hits, whole rows, to a new file.")
]
FormatOption = Annotated[
    Form | None, typer.Option("--format", help="Of the exported file; otherwise what its name ends with.")
]


@app.command(FIND, hidden=True)
def find(
    words: WordsArgument = None,
    workspace: WorkspaceOption = None,
    component: ComponentsOption = None,
    raw: RawOption = False,
    limit: LimitOption = 20,
    sort: SortOption = Order.RELEVANCE,
    since: SinceOption = "",
    until: UntilOption = "",
    where: FilterOption = None,
    column: ColumnOption = None,
    export: ExportOption = None,
    form: FormatOption = None,
    as_json: JsonOption = False,
    wait: WaitOption = LOCK_WAIT,
) -> None:
    """Search the databases for WORDS.

    Exit code 1 where nothing is found. Also: search health, search rebuild, search optimise; to search for one of
    these words: search -- health.
    """
    with session(workspace, as_json=as_json, wait=wait) as run:
        text = " ".join(words or ())
        shape = Search(
            raw_query(text),
            sort,
            tuple(column or ()),
            conditions(where or ()),
            moment(since, "--since"),
            moment(until, "--until", end=True),
        )
        sources = _sources(run, tuple(item.name for item in run.select(component)) if component else ())
        known = frozenset[str]().union(*(source.searched for source in sources))
        search = shape if raw else replace(shape, query=parse(text, known))
        if search.query.empty:
            raise WrongUsage("Nothing to search for.", "Name a word: felix-dbadmin search python")
        _require_known(search, sources)
        if export is not None:
            _export(run, sources, search, export, form_of(export, form))
            return
        answer = ask(run, sources, search, limit)
        if answer.hits:
            print_answer(run.out, answer)
            run.out.document({"workspace": str(run.folder), **answer_document(answer)})
            return
        _say_nothing_found(run, sources, search, answer)
        raise typer.Exit(NOTHING_FOUND)


def _sources(run: Session, names: tuple[str, ...]) -> tuple[Source, ...]:
    with run.task("Reading the databases") as task:
        found = read_sources(run.folder, names, task=task)
    for failed in found.failed:
        run.out.warning(f"{failed.component} was not searched: {failed.summary} {failed.hint}")
    if not found.found:
        first = next(iter(found.failed), None)
        summary = f"Nothing here can be searched{f': {first.summary}' if first else '.'}"
        raise DbAdminError(summary, first.hint if first else "See which databases there are: felix-dbadmin status")
    return found.found


def _require_known(search: Search, sources: tuple[Source, ...]) -> None:
    """A misspelt column would silently find nothing."""
    filters = {name.lower() for source in sources for name in source.filters}
    columns = {name.lower() for source in sources for name in source.columns}
    named = [(condition.column, filters, "--filter") for condition in search.conditions]
    named += [(name.lower(), columns, "--column") for name in search.columns]
    for name, known, option in named:
        if name not in known:
            raise WrongUsage(f"There is no {option} {name} here.", f"Choose one of {list_text(sorted(known), 50)}.")


def _export(run: Session, sources: tuple[Source, ...], search: Search, target: Path, form: Form) -> None:
    with run.task(f"Writing {target.name}") as task:
        done = export_hits(run.folder, sources, search, target, form, task=task)
    for note in done.notes:
        run.out.warning(f"note: {note}")
    rows = count_text(done.rows, "row")
    run.out.line(f"{rows} written to {done.path} in {duration_text(done.seconds)}")
    run.out.document({"workspace": str(run.folder), "path": str(done.path), "rows": done.rows, "format": form.value})
    if not done.rows:
        raise typer.Exit(NOTHING_FOUND)


def _say_nothing_found(run: Session, sources: tuple[Source, ...], search: Search, answer: Answer) -> None:
    known = suggestions(run, sources, search)
    document = {**answer_document(answer), "corrected": known.corrected or None}
    run.out.document(
        {"workspace": str(run.folder), **document, "words": {each.text: each.count for each in known.words}}
    )
    if not run.out.as_json:
        print_suggestions(run.out, answer, known)
