"""The searches of a workspace that are remembered: the last ones by themselves, others because somebody said so."""

from __future__ import annotations

from pathlib import Path

from felix_dbadmin.models.search_wish import Wish, wish_line, wish_of
from felix_dbadmin.views.settings import WindowSettings

MOST_RECENT = 20
MOST_SAVED = 100

_RECENT, _SAVED = "recent_searches", "saved_searches"


class SearchMemory:
    def __init__(self, settings: WindowSettings) -> None:
        self._settings = settings
        self._folder = Path()

    def open(self, folder: Path) -> None:
        self._folder = folder

    @property
    def recent(self) -> tuple[Wish, ...]:
        """Newest first."""
        return self._read(_RECENT)

    @property
    def saved(self) -> tuple[Wish, ...]:
        """As they were saved, the last one first."""
        return self._read(_SAVED)

    def note(self, wish: Wish) -> None:
        """Somebody searched for this and meant it."""
        self._keep(_RECENT, _first(wish, self.recent, MOST_RECENT))

    def save(self, wish: Wish) -> None:
        self._keep(_SAVED, _first(wish, self.saved, MOST_SAVED))

    def forget(self, wish: Wish) -> None:
        """It is saved no longer."""
        self._keep(_SAVED, tuple(each for each in self.saved if each != wish))

    def _read(self, name: str) -> tuple[Wish, ...]:
        read = (wish_of(line) for line in self._settings.lines(self._folder, name))
        return tuple(wish for wish in read if wish is not None)

    def _keep(self, name: str, wishes: tuple[Wish, ...]) -> None:
        self._settings.keep_lines(self._folder, name, tuple(wish_line(wish) for wish in wishes))


def _first(wish: Wish, others: tuple[Wish, ...], most: int) -> tuple[Wish, ...]:
    return (wish, *(each for each in others if each != wish))[:most]
