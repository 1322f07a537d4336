"""What stands where the hits would: how to search, that it goes on, that nothing was found and what may help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from felix_dbadmin.core.search.sources import Source
from felix_dbadmin.core.search.suggest import MOST_COUNTED, Suggestions
from felix_dbadmin.core.text import count_text, list_text
from felix_dbadmin.models.search_wish import Wish
from felix_dbadmin.views.look import Look
from felix_dbadmin.views.widgets.empty_state import Emptiness, EmptyState
from felix_dbadmin.views.widgets.links import Link, LinkList

READING_SOURCES = Emptiness("Looking what can be searched…", "", "waiting")
SEARCHING_NOW = Emptiness("Searching…", "", "waiting")
HOW_TO_TYPE = 'All words are wanted, in any order. "exact phrase" · -without · this OR that · title:word · beginning*'


@dataclass(frozen=True, slots=True)
class Say:
    """Put this into the box."""

    text: str


class Raw:
    """Switch FTS5's syntax off."""


class SearchState(QWidget):
    """A sentence in the middle, and links beneath it."""

    chosen = Signal(object)
    """The key of a link: Say, a Wish, or Raw."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._state = EmptyState(look, (), self)
        self.links = LinkList(QBoxLayout.Direction.TopToBottom, self)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.links)
        row.addStretch()
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addWidget(self._state)
        column.addLayout(row)
        column.addStretch(3)
        self.links.chosen.connect(self.chosen)

    @property
    def text(self) -> str:
        return self._state.text

    def show_state(self, emptiness: Emptiness, links: Sequence[Link] = ()) -> None:
        self._state.show_emptiness(emptiness)
        self.links.show_links(links)


def start_state(sources: Sequence[Source]) -> Emptiness:
    """Before anything was typed."""
    if not sources:
        return Emptiness("Nothing here can be searched", "No database of this folder has a full-text index.", "absent")
    names = list_text(list(dict.fromkeys(source.component for source in sources)), limit=8)
    return Emptiness("Search every database at once", f"{names}.\n\n{HOW_TO_TYPE}", "find")


def recent_links(recent: Sequence[Wish]) -> tuple[Link, ...]:
    return tuple(Link(wish.shown, wish, "Search this again") for wish in recent[:6])


def no_hits(wish: Wish, understood: str, others: int, suggestions: Sequence[Suggestions]) -> Emptiness:
    """`others`: hits in components that are not ticked."""
    counts = _counts(suggestions)
    nowhere = [text for text, count in counts.items() if not count]
    narrowed = wish.chosen.count > 0 or wish.span.value != "any"
    text = f"Understood as: {understood}" if understood and not wish.raw else ""
    if nowhere and len(counts) > 1:
        text += f"\nNowhere at all: {list_text(nowhere)}"
    if others:
        text += f"\n{count_text(others, 'hit')} in components that are not ticked."
    elif narrowed:
        text += "\nFilters or a time range are set; without them there may be more."
    return Emptiness("Nothing found", text.strip(), "find")


def no_hit_links(wish: Wish, suggestions: Sequence[Suggestions], *, special: bool) -> tuple[Link, ...]:
    """Did you mean, what each word alone finds, and the switch of the syntax where that may be meant."""
    links: list[Link] = []
    corrected = dict.fromkeys(each.corrected for each in suggestions if each.corrected)
    links += [Link(f"Did you mean: {text}", Say(text)) for text in list(corrected)[:3]]
    counts = _counts(suggestions)
    if len(counts) > 1:
        links += [
            Link(f"{text} alone: {_about(count)}", Say(text.removesuffix("…")))
            for text, count in counts.items()
            if count
        ]
    if wish.raw:
        links.append(Link("Search it as plain words instead", Raw))
    elif special:
        links.append(Link("Take it as FTS5 syntax instead", Raw))
    return tuple(links)


def _counts(suggestions: Sequence[Suggestions]) -> dict[str, int]:
    """What each word alone finds, in all sources together."""
    counts: dict[str, int] = {}
    for each in suggestions:
        for word in each.words:
            counts[word.text] = counts.get(word.text, 0) + word.count
    return counts


def _about(count: int) -> str:
    return f"{count:,} or more hits" if count >= MOST_COUNTED else count_text(count, "hit")


def looks_raw(text: str) -> bool:
    """Whether somebody may have meant FTS5's own syntax."""
    return any(mark in text for mark in ("NEAR(", "{", "^", "+", "(", "*"))
