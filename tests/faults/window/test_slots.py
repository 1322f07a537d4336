"""A fault in any slot of the window is shown with its traceback, and the window goes on."""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMetaMethod, QObject, Signal

from felix_dbadmin import views
from felix_dbadmin.views.dialogs.report import ReportDialog
from felix_dbadmin.views.do import Do
from felix_dbadmin.views.failures import CrashReporter
from tests.faults.figures import Figure, record
from tests.faults.operations import COMPONENT, Ready
from tests.faults.sampling import PATIENCE, SOAK_SECONDS, trials
from tests.views.session import LONG, Session

NO_SLOT_OF_OURS = {Do.QUIT, Do.ACTIVITY}
"""Qt's own close and setVisible."""

_DUMMIES = {"QString": "", "int": 0, "bool": False, "double": 0.0}


class EggError(Exception):
    """What no slot expects."""


class Faults:
    """Every slot of the window's classes raises while this is armed, before it does anything."""

    def __init__(self) -> None:
        self.armed = False
        self.slots: set[object] = set()
        self.raised: list[str] = []

    def wrapped(self, slot: Callable[..., Any]) -> Callable[..., Any]:
        takes = len(inspect.signature(slot).parameters)

        @functools.wraps(slot)
        def call(*given: Any) -> Any:
            if self.armed:
                self.raised.append(slot.__qualname__)
                raise EggError(f"an egg in {slot.__qualname__}")
            return slot(*given[:takes])

        self.slots.add(call)
        return call

    def slots_of(self, holder: QObject) -> set[str]:
        members = [member for cls in type(holder).__mro__ for member in vars(cls).items()]
        return {name for name, each in members if callable(each) and each in self.slots}

    @contextmanager
    def all(self) -> Iterator[list[str]]:
        """Yields the slots that have raised since."""
        self.raised = []
        self.armed = True
        try:
            yield self.raised
        finally:
            self.armed = False


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Faults:
    """Before the window is made: its connections are to these."""
    found = Faults()
    for module in pkgutil.walk_packages(views.__path__, f"{views.__name__}."):
        loaded = importlib.import_module(module.name)
        for cls in vars(loaded).values():
            if inspect.isclass(cls) and issubclass(cls, QObject) and cls.__module__ == module.name:
                for name, slot in list(vars(cls).items()):
                    if hasattr(slot, "_slots") and cls not in (CrashReporter, ReportDialog):
                        monkeypatch.setattr(cls, name, found.wrapped(slot))
    return found


@pytest.fixture
def opened(
    faults: Faults, session: Session, ready: dict[str, Ready], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Session]:
    """A window with a backup selected, and the reporter of the real program."""
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    reporter = CrashReporter(session.window)
    reporter.install()
    session.open(ready["restore"].copy(tmp_path / "opened"), COMPONENT)
    session.start(Do.BACKUPS_TAB)
    session.window.backups.select_backup(session.component(COMPONENT).backups[0].name)
    session.finish()
    yield session
    reporter.uninstall()


def told(session: Session, raised: list[str], what: str) -> None:
    """The report shows the traceback of the first fault; it is closed, and an action of the window works."""
    dialog = next(each for each in session.window.findChildren(ReportDialog) if each.isVisible())
    assert f"EggError: an egg in {raised[0]}" in dialog.text, what
    assert "Traceback (most recent call last)" in dialog.text, what
    dialog.accept()
    for do, page in ((Do.BACKUPS_TAB, session.window.backups), (Do.MIGRATIONS_TAB, session.window.migrations)):
        session.start(do)
        assert session.window.tabs.currentWidget() is page, what


class Poke(QObject):
    """A signal of its own, for a slot whose own signal is a click or a timer."""

    given = Signal()


def signals_of(holder: QObject) -> Iterator[tuple[str, list[Any]]]:
    """Name and arguments of the signals that its own classes add to Qt's."""
    meta = holder.metaObject()
    for place in range(QObject().metaObject().methodCount(), meta.methodCount()):
        method = meta.method(place)
        name = bytes(method.name().data()).decode()
        if method.methodType() == QMetaMethod.MethodType.Signal and _is_ours(holder, name):
            kinds = [bytes(kind.data()).decode() for kind in method.parameterTypes()]
            yield name, [_DUMMIES.get(kind) for kind in kinds]


def _is_ours(holder: QObject, name: str) -> bool:
    return any(name in vars(cls) for cls in type(holder).__mro__ if cls.__module__.startswith("felix_dbadmin."))


def objects_of(session: Session) -> list[QObject]:
    """One of each class of ours that the window is made of."""
    found = {type(each): each for each in (session.jobs, session.window, *session.window.findChildren(QObject))}
    return [each for kind, each in found.items() if kind.__module__.startswith("felix_dbadmin.")]


def test_a_fault_in_the_slot_of_any_action_is_shown_and_the_window_goes_on(faults: Faults, opened: Session) -> None:
    silent = set()
    for do in set(Do) - {Do.QUIT}:
        action = opened.window.actions_by_id[do]
        action.setEnabled(True)
        with faults.all() as raised:
            action.trigger()
        if raised:
            told(opened, raised, do)
        else:
            silent.add(do)
    assert silent == NO_SLOT_OF_OURS - {Do.QUIT}
    works(opened)


def test_a_fault_behind_any_signal_is_shown_and_the_window_goes_on(faults: Faults, opened: Session) -> None:
    tried = 0
    for holder in objects_of(opened):
        for name, arguments in signals_of(holder):
            with faults.all() as raised:
                getattr(holder, name).emit(*arguments)
            if raised:
                tried += 1
                told(opened, raised, f"{type(holder).__name__}.{name}")
    assert tried > 60
    works(opened)
    record(Figure("Faults behind the window's signals", tried, "signals", remark="each reported, the window goes on"))


@pytest.mark.timeout(PATIENCE)
def test_a_fault_in_any_slot_is_shown_and_the_window_goes_on(faults: Faults, opened: Session) -> None:
    slots = [(holder, name) for holder in objects_of(opened) for name in sorted(faults.slots_of(holder))]
    assert len(slots) > 150
    chance = next(trials("slots", 1, 0))
    tried = slots if SOAK_SECONDS else chance.sample(slots, 40)
    for holder, name in tried:
        poke = Poke()
        poke.given.connect(getattr(holder, name))
        with faults.all() as raised:
            poke.given.emit()
        assert raised, f"{type(holder).__name__}.{name}"
        told(opened, raised, f"{type(holder).__name__}.{name}")
    works(opened)
    record(Figure("Faults in the window's slots", len(tried), "slots", remark="each reported, the window goes on"))


def test_who_has_seen_enough_of_a_fault_is_left_in_peace(
    faults: Faults, opened: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    """What fails at each tick of a timer would otherwise never let go of the window."""
    watcher = opened.window.watcher
    with faults.all():
        watcher.failed.emit(None)
    dialog = opened.dialog(ReportDialog)
    dialog.enough.setChecked(True)
    dialog.accept()
    capsys.readouterr()
    with faults.all() as raised:
        watcher.failed.emit(None)
    assert raised
    assert "an egg in" in capsys.readouterr().err
    assert not any(each.isVisible() for each in opened.window.findChildren(ReportDialog))
    works(opened)


def works(session: Session) -> None:
    """The next thing is done as if nothing had been."""
    session.qtbot.waitUntil(lambda: session.window.actions_by_id[Do.BACK_UP].isEnabled(), timeout=LONG)
    assert "is taken and verified" in session.do(Do.BACK_UP).summary
