"""A command line back into what it asks for: so that work that is over can be asked for again."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from felix_dbadmin.core.migrate.plan import Direction, Request

_CHANGES = {
    "migrate": Direction.UP,
    "rollback": Direction.DOWN,
    "repair": Direction.REPAIR,
    "search rebuild": Direction.REBUILD,
    "search optimise": Direction.OPTIMISE,
}
_REHEARSAL = "dry-run"
_REHEARSED = {
    "--rollback": Direction.DOWN,
    "--repair": Direction.REPAIR,
    "--rebuild": Direction.REBUILD,
    "--optimise": Direction.OPTIMISE,
}
_VALUED = ("--component", "--workspace", "--index", "--to")


@dataclass(frozen=True, slots=True)
class Asked:
    """A change of one component, or (`rehearsal`) its dry run; `folder` is '' where the command names none."""

    request: Request
    rehearsal: bool
    folder: str


def asked_by(command: str) -> Asked | None:
    """What a command that this program wrote down asks for; None where that is no change and no dry run of one."""
    try:
        _program, verb, *rest = shlex.split(command)
    except ValueError:
        return None
    if verb == "search" and rest:
        verb = f"search {rest.pop(0)}"
    rehearsal = verb == _REHEARSAL
    options = _options(rest, ("--out-of-order", *(_REHEARSED if rehearsal else ())))
    if not (rehearsal or verb in _CHANGES) or options is None or not options.get("--component"):
        return None
    to = options.get("--to")
    if to is not None and not to.isdecimal():
        return None
    named = (direction for option, direction in _REHEARSED.items() if option in options)
    request = Request(
        component=options["--component"],
        direction=next(named, _CHANGES.get(verb, Direction.UP)),
        to=None if to is None else int(to),
        out_of_order="--out-of-order" in options,
        index=options.get("--index", ""),
    )
    return Asked(request, rehearsal, options.get("--workspace", ""))


def _options(words: list[str], flags: tuple[str, ...]) -> dict[str, str] | None:
    """The options with their values, '' for a flag; None where there is anything else."""
    found: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if word in _VALUED:
            found[word] = next(rest, "")
        elif word in flags:
            found[word] = ""
        else:
            return None
    return found
