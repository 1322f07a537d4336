"""trust: migrations that a workspace brings along, shown and accepted once before any of them runs."""

from __future__ import annotations

from collections.abc import Sequence

from felix_dbadmin.cli.options import ComponentsOption, JsonOption, WorkspaceOption, YesOption
from felix_dbadmin.cli.session import Session, session
from felix_dbadmin.core.migrate.accepting import accept_code
from felix_dbadmin.core.text import count_text, reading_notes, visible_text
from felix_dbadmin.core.trust import Code, unaccepted_in


def trust(
    workspace: WorkspaceOption = None,
    component: ComponentsOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Read and accept migrations that came with a workspace.

    They are code. Each text is shown, accepted once, and asked about again when it changes.
    """
    with session(workspace, as_json=as_json) as run:
        names = [item.name for item in run.select(component)]
        code = _unaccepted(run, names)
        if code:
            _ask(run, code, f"Accept {count_text(len(code), 'text')}?", yes=yes)
            run.out.line(f"{count_text(len(code), 'text')} accepted.")
        else:
            run.out.line("There is nothing that has to be accepted.")
        run.out.document({"workspace": str(run.folder), "accepted": [_document(each) for each in code]})


def settle_trust(run: Session, names: Sequence[str], *, given: bool) -> None:
    """Before work on these components: accept what is new where somebody said so, by option or at the prompt.

    Where nobody can be asked nothing is accepted, and core refuses the work.
    """
    if not given and (run.out.as_json or not run.out.on_terminal):
        return
    code = _unaccepted(run, names)
    if code:
        question = f"This code came with the workspace. Accept {count_text(len(code), 'text')}?"
        _ask(run, code, question, yes=given)


def _unaccepted(run: Session, names: Sequence[str]) -> tuple[Code, ...]:
    with run.task("Reading the migrations") as task:
        return unaccepted_in(run.folder, names, task=task)


def _ask(run: Session, code: tuple[Code, ...], question: str, *, yes: bool) -> None:
    """Show it, and accept exactly what was shown. Raises ConsentMissing."""
    for each in code:
        run.out.line(f"{each.component} · {each.place} · {each.key[:12]}", style="bold")
        run.out.lines(visible_text(each.text).split("\n"))
        for note in reading_notes(each.text):
            run.out.line(f"note: {note}", style="bold")
        run.out.line()
    run.require_consent(question, yes=yes)
    with run.task("Accepting") as task:
        accept_code(run.folder, code, task=task)


def _document(code: Code) -> dict[str, str]:
    return {"component": code.component, "file": code.file, "place": code.place, "key": code.key}
