"""What is printed: sentences and tables for people, JSON for programs, errors in one form."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from felix_dbadmin.core.errors import DbAdminError

UNLIMITED = 100_000
"""Columns of a line that goes to a file or a pipe: nothing is wrapped or cut there."""

_BLANKS = str.maketrans("\n\t", "  ")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain(text: str) -> str:
    """The text without control characters: what a database holds must not steer a terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def headline(sql: str, limit: int = 72) -> str:
    """The first line of a statement that says something, on one line."""
    line = next((line.strip() for line in sql.splitlines() if line.strip() and not line.strip().startswith("--")), "")
    return line if len(line) <= limit else line[: limit - 1] + "…"


def never_fail_to_print() -> None:
    """A character that the terminal's encoding lacks is escaped, instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def flush() -> None:
    """Hand over what was printed; nobody is bothered when its reader has gone, as with `| head`."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def console_on(stream: TextIO) -> Console:
    """A console that never interprets data as markup; as wide as it likes where no terminal is."""
    width = None if stream.isatty() else UNLIMITED
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False)


class Output:
    """Where a command says what it found: sentences and tables, or with `as_json` one document instead."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self._out = console_on(sys.stdout)
        self._err = console_on(sys.stderr)

    @property
    def on_terminal(self) -> bool:
        """Whether a person sees what is printed, and can answer."""
        return sys.stdin.isatty() and sys.stdout.isatty()

    def line(self, text: str = "", style: str = "") -> None:
        if not self.as_json:
            self._out.print(Text(plain(text), style=style), soft_wrap=True)

    def marked(self, text: str, spans: Sequence[tuple[int, int]], indent: str = "    ") -> None:
        """One line of data; the spans stand out where a terminal is, and are nothing elsewhere."""
        if self.as_json:
            return
        # Character for character, so that the spans stay where they are.
        line = Text(plain(text).translate(_BLANKS))
        for begin, end in spans:
            line.stylize("bold yellow", begin, end)
        self._out.print(Text.assemble(indent, line), soft_wrap=True)

    def lines(self, texts: Sequence[str], indent: str = "  ") -> None:
        for text in texts:
            self.line(indent + text)

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[str] = ()) -> None:
        """`numbers` are the heads of the columns that are set flush right."""
        if self.as_json:
            return
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
        for head in heads:
            table.add_column(head, justify="right" if head in numbers else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Text(plain(" ".join(cell.split()))) for cell in row))
        with self._out.capture() as captured:
            self._out.print(table)
        for line in captured.get().splitlines():
            print(line.rstrip())  # noqa: T201 - rich pads every line to the width of the table

    def document(self, data: Mapping[str, object]) -> None:
        """In ASCII, so that it is valid JSON whatever the encoding of the stream."""
        if self.as_json:
            print(json.dumps(data, indent=2))  # noqa: T201 - nothing but JSON on stdout

    def warning(self, text: str) -> None:
        """To stderr, also beside JSON."""
        self._err.print(Text(plain(text)), soft_wrap=True)

    def ask(self, question: str) -> bool:
        """The answer of the person at the terminal; no is what just Return, or the end of the input, means."""
        self._err.print(Text(f"{plain(question)} [y/N]: "), end="", soft_wrap=True)
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def error(self, error: DbAdminError) -> None:
        """To stderr: what happened, what to do, and the statement with its place where there is one."""
        if self.as_json:
            print(json.dumps({"error": error_document(error)}, indent=2), file=sys.stderr)  # noqa: T201 - JSON
            return
        self._err.print(Text.assemble(("error: ", "bold red"), plain(error.summary)), soft_wrap=True)
        if error.where:
            self.warning(f"where: {error.where}")
        if error.statement:
            self.warning("statement:\n" + "\n".join("    " + line for line in error.statement.splitlines()))
        self.warning(f"hint: {error.hint}")


def error_document(error: DbAdminError) -> dict[str, str]:
    data = {"summary": error.summary, "hint": error.hint, "statement": error.statement, "where": error.where}
    return {key: value for key, value in data.items() if value or key in ("summary", "hint")}
