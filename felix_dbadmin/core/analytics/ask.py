"""The panels by name. Importing this costs nothing: numpy comes with the first question, and not into the window."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import cast

from felix_dbadmin.core.analytics.panel import Panel, Wish
from felix_dbadmin.core.errors import WrongUsage
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import list_text

Answer = Callable[[Path, Wish, Task], Panel]

PAGES: dict[str, tuple[str, ...]] = {
    "agents": (
        "headline",
        "confidence_by_type",
        "phases",
        "tokens",
        "activity",
        "helix",
        "workflow",
        "agents",
    ),
    "commands": (
        "headline",
        "outcomes",
        "success_over_time",
        "successful",
        "failing",
        "categories",
        "durations",
        "patterns",
        "environment",
        "history",
    ),
    "workflows": ("headline", "status", "over_time", "confidence", "tokens", "processing_time", "workflows"),
    "tasks": (
        "headline",
        "outcomes",
        "complexity",
        "durations",
        "patterns",
        "agents",
        "over_time",
        "duration_over_time",
    ),
}
"""The panels of each page, in their order. Page `p` is the module `core.analytics.p`, with its `PANELS`."""

_QUICK = {"agents": "agents_headline", "commands": "command_headline"}
"""Where indexes tell a page's headline before every row has been read, without numpy."""


def ask(folder: Path, page: str, panel: str, wish: Wish, *, task: Task) -> Panel:
    """One panel of one page. Raises WrongUsage, DatabaseUnusable, Locked, Cancelled."""
    if panel not in PAGES.get(page, ()):
        known = list_text([f"{name} {each}" for name, panels in PAGES.items() for each in panels], limit=40)
        raise WrongUsage(f"There is no panel {page} {panel}.", f"There are: {known}.")
    if wish.quick and panel == "headline" and page in _QUICK:
        quick = import_module(f"felix_dbadmin.core.analytics.{_QUICK[page]}").quick_headline(folder, wish, task)
        if quick is not None:
            return cast("Panel", quick)
    module = import_module(f"felix_dbadmin.core.analytics.{page}")
    answers = cast("dict[str, Answer]", module.PANELS)
    return answers[panel](folder, wish, task)
