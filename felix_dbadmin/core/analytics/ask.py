"""The panels by name. Importing this costs nothing: numpy comes with the first question, and not into the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import cast

from felix_dbadmin.core.analytics.panel import Panel, Wish
from felix_dbadmin.core.errors import WrongUsage
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import list_text

Answer = Callable[[Path, Wish, Task], Panel]

PAGES: dict[str, dict[str, str]] = {
    "agents": {
        "headline": "Agents at a glance",
        "confidence_by_type": "Confidence by agent type",
        "phases": "Confidence and depth through the phases",
        "tokens": "Tokens against confidence",
        "activity": "Checkpoints over time",
        "helix": "The helix",
        "workflow": "One workflow's agents",
        "agents": "Agents",
    },
    "commands": {
        "headline": "Commands at a glance",
        "outcomes": "Commands by trust level",
        "success_over_time": "Success by trust level",
        "successful": "Most successful commands",
        "failing": "Most failing commands",
        "categories": "Failures by error category",
        "durations": "How long commands took",
        "patterns": "Learned patterns",
        "environment": "Failures with and without a venv",
        "history": "Command history",
    },
    "workflows": {
        "headline": "Workflows at a glance",
        "status": "How they ended",
        "over_time": "Workflows over time by status",
        "confidence": "Confidence over time",
        "tokens": "Tokens over time",
        "processing_time": "Processing time over time",
        "workflows": "The newest workflows",
    },
    "tasks": {
        "headline": "Tasks at a glance",
        "outcomes": "Outcome by task type",
        "complexity": "Outcome by complexity",
        "durations": "Duration by task type",
        "patterns": "Success by matched pattern",
        "agents": "Success by agent type",
        "over_time": "Executions over time by outcome",
        "duration_over_time": "Duration over time",
    },
}
"""The panels of each page, in their order, with their titles. Page `p` is the module `core.analytics.p`, with its
`PANELS`."""

_QUICK = {"agents": "agents_headline", "commands": "command_headline"}
"""Where indexes tell a page's headline before every row has been read, without numpy."""


def ask(folder: Path, page: str, panel: str, wish: Wish, *, task: Task) -> Panel:
    """One panel of one page. Raises WrongUsage, DatabaseUnusable, Locked, Cancelled."""
    if panel not in PAGES.get(page, ()):
        known = list_text([f"{name} {each}" for name, panels in PAGES.items() for each in panels], limit=40)
        raise WrongUsage(f"There is no panel {page} {panel}.", f"There are: {known}.")
    return replace(_answer(folder, page, panel, wish, task), title=PAGES[page][panel])


def _answer(folder: Path, page: str, panel: str, wish: Wish, task: Task) -> Panel:
    if wish.quick and panel == "headline" and page in _QUICK:
        quick = import_module(f"felix_dbadmin.core.analytics.{_QUICK[page]}").quick_headline(folder, wish, task)
        if quick is not None:
            return cast("Panel", quick)
    answers = cast("dict[str, Answer]", import_module(f"felix_dbadmin.core.analytics.{page}").PANELS)
    return answers[panel](folder, wish, task)
