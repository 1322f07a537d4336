"""What a search found, asked of one source after the other, in one order, as a person and as a program reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from felix_dbadmin.cli.output import Output
from felix_dbadmin.cli.session import Session
from felix_dbadmin.core.errors import QueryInvalid
from felix_dbadmin.core.search.find import FirstPage, first_page, rank, read_page
from felix_dbadmin.core.search.merge import interleaved
from felix_dbadmin.core.search.scan import scan
from felix_dbadmin.core.search.sources import Source
from felix_dbadmin.core.search.statement import Hit, Search
from felix_dbadmin.core.search.suggest import Suggestions, WordCount, suggest
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import count_text, list_text, time_text

READ_AT_ONCE = 500
"""Hits of one reading."""


@dataclass(frozen=True, slots=True)
class Answer:
    search: Search
    hits: tuple[tuple[Source, Hit], ...]
    """In order, as many as were asked for."""
    totals: tuple[tuple[Source, int], ...]
    """Of the sources that hold any."""
    notes: tuple[str, ...]
    ignored: tuple[str, ...]
    """Terms that no index can hold."""

    @property
    def total(self) -> int:
        return sum(count for _, count in self.totals)


def ask(run: Session, sources: Sequence[Source], search: Search, limit: int) -> Answer:
    """The first `limit` hits of all sources. Raises QueryInvalid where none can answer, and what first_page raises."""
    pages: list[tuple[Source, FirstPage]] = []
    refused: list[QueryInvalid] = []
    with run.task("Searching") as task:
        for source in sources:
            try:
                pages.append((source, _asked(run, source, search, limit, task)))
            except QueryInvalid as error:
                # A raw expression may name a column that only another index has.
                refused.append(error)
    if refused and not pages:
        # What is wrong in the expression itself says more than that a column is elsewhere.
        raise min(refused, key=lambda error: "no such column" in error.summary)
    order = interleaved(search.order, [[hit.when for hit in page.hits] for _, page in pages])
    hits = tuple((pages[which][0], pages[which][1].hits[place]) for which, place in islice(order, limit))
    notes = [f"{source.component_title}: {page.note}" for source, page in pages if page.note]
    notes += [search.query.note] if search.query.note else []
    return Answer(
        search,
        hits,
        tuple((source, page.total) for source, page in pages if page.total),
        tuple(notes),
        tuple(dict.fromkeys(term for _, page in pages for term in page.ignored)),
    )


def _asked(run: Session, source: Source, search: Search, limit: int, task: Task) -> FirstPage:
    """The hits of one source with their number."""
    if not source.index:
        return scan(run.folder, source, search, task=task)
    page = first_page(run.folder, source, search, task=task)
    if page.in_order and page.total is not None and len(page.hits) >= min(limit, page.total):
        return page
    ranking = rank(run.folder, source, search, task=task)
    rowids = memoryview(ranking.rowids).cast("q")[:limit].tolist()
    hits: list[Hit] = []
    for begin in range(0, len(rowids), READ_AT_ONCE):
        hits += read_page(run.folder, source, search, tuple(rowids[begin : begin + READ_AT_ONCE]), task=task)
    return FirstPage(tuple(hits), ranking.total, True, page.ignored, page.seconds + ranking.seconds)


def print_answer(out: Output, answer: Answer) -> None:
    for source, hit in answer.hits:
        values = [value for value in hit.values if value]
        when = [time_text(hit.when)] if hit.when is not None else []
        gone = ["its row is gone: the index is stale"] if hit.gone else []
        title = " ".join(hit.title.split())[:100] or str(hit.rowid)
        out.line(title, style="bold")
        out.line("  " + " · ".join([source.component_title, *when, *values[:3], *gone]), style="dim")
        out.marked(hit.snippet.text, hit.snippet.spans)
    where = [f"{count:,} in {source.component_title}" for source, count in answer.totals]
    shown = f", {len(answer.hits):,} shown" if len(answer.hits) < answer.total else ""
    out.line()
    out.line(f"{count_text(answer.total, 'hit')}{shown}: {list_text(where, limit=20)}")
    _print_notes(out, answer)


def _print_notes(out: Output, answer: Answer) -> None:
    for note in answer.notes:
        out.warning(f"note: {note}")
    if answer.ignored:
        out.warning(f"note: {list_text(answer.ignored)} cannot be searched for: there is no letter or digit in it.")


def answer_document(answer: Answer) -> dict[str, object]:
    return {
        "understood": [chip.text for chip in answer.search.query.chips] or [answer.search.query.raw],
        "total": answer.total,
        "totals": {source.name: count for source, count in answer.totals},
        "hits": [_hit_document(source, hit) for source, hit in answer.hits],
        "notes": list(answer.notes),
        "ignored": list(answer.ignored),
    }


def _hit_document(source: Source, hit: Hit) -> dict[str, object]:
    return {
        "component": source.component,
        "table": source.table,
        "index": source.index or None,
        "key": hit.key if isinstance(hit.key, int | float | str | None) else str(hit.key),
        "title": hit.title,
        "snippet": hit.snippet.text,
        "marks": [list(span) for span in hit.snippet.spans],
        "when": hit.when,
        "values": dict(zip(source.filters, hit.values, strict=False)),
        "gone": hit.gone,
    }


def suggestions(run: Session, sources: Sequence[Source], search: Search) -> Suggestions:
    """What each word alone would find in all sources, and what may have been meant."""
    counts: Counter[str] = Counter()
    corrected: Counter[str] = Counter()
    with run.task("Looking for words like these") as task:
        for source in sources:
            known = suggest(run.folder, source, search, task=task)
            counts.update({word.text: word.count for word in known.words})
            corrected.update([known.corrected] if known.corrected else [])
    best = next((text for text, _ in corrected.most_common(1)), "")
    return Suggestions(tuple(WordCount(text, count) for text, count in counts.items()), best)


def print_suggestions(out: Output, answer: Answer, known: Suggestions) -> None:
    """To stderr: what is found goes to stdout, and that is nothing."""
    out.warning("Nothing found.")
    if known.corrected:
        out.warning(f"Did you mean: {known.corrected}")
    if len(known.words) > 1 or any(word.count for word in known.words):
        alone = [f"{word.text} {word.count:,}" for word in known.words]
        out.warning(f"Alone these would find: {list_text(alone, limit=10)}")
    _print_notes(out, answer)
