"""F6: from one list or text of the window to the next, in the order of the Tab key."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QPlainTextEdit, QWidget


def panes(window: QWidget) -> tuple[QWidget, ...]:
    """The lists and texts that can be seen and reached, in the order of the Tab key."""
    found: list[QWidget] = []
    widget = window.nextInFocusChain()
    while widget is not None and widget is not window:
        if _is_pane(widget, window):
            found.append(widget)
        widget = widget.nextInFocusChain()
    return tuple(found)


def focus_next(window: QWidget, step: int) -> None:
    """Give the focus to the pane `step` further on, round and round; to the first where none has it."""
    found = panes(window)
    if not found:
        return
    focused = window.focusWidget()
    here = next((number for number, pane in enumerate(found) if pane is focused or _holds(pane, focused)), None)
    target = found[0 if here is None else (here + step) % len(found)]
    target.setFocus(Qt.FocusReason.ShortcutFocusReason)


def _is_pane(widget: QWidget, window: QWidget) -> bool:
    return (
        isinstance(widget, QAbstractItemView | QPlainTextEdit)
        and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        and widget.isVisibleTo(window)
        and widget.isEnabled()
        and widget.window() is window
    )


def _holds(pane: QWidget, focused: QWidget | None) -> bool:
    return focused is not None and pane.isAncestorOf(focused)
