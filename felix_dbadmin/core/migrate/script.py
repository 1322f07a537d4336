"""A migration file, read and parsed as a whole before anything of it runs.

The format is a superset of dbmate's: sections begin with `-- migrate:up`, `-- migrate:down` and so on.
"""

from __future__ import annotations

import ast
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from felix_dbadmin.core.component import Component
from felix_dbadmin.core.errors import MigrationFileInvalid
from felix_dbadmin.core.paths import read_file
from felix_dbadmin.core.sql import Statement, meaningful, split_statements

CHECKSUM_ALGORITHM = "sha256-text-1"
"""SHA-256 of the section's text with LF line ends, no BOM and no trailing blanks."""

SECTIONS = ("check", "up", "verify", "report", "down")

_FILE_NAME = re.compile(r"(\d+)_(\w+)\.(sql|py)")
_LONGEST_VERSION = 18
"""Digits that SQLite's integers surely hold."""
_DIRECTIVE = re.compile(r"\s*--\s*migrate:\s*(\S*)\s*(.*?)\s*$")
_OPTION = re.compile(r"""(\w+):(?:"([^"]*)"|(\S+))""")


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a migration file: its statements, and its text for checksums and for showing."""

    text: str
    statements: tuple[Statement, ...]

    @property
    def checksum(self) -> str:
        return checksum(self.text)

    def __bool__(self) -> bool:
        return bool(self.statements)


EMPTY = Section("", ())


@dataclass(frozen=True, slots=True)
class Migration:
    component: str
    version: int
    description: str
    file: str
    """The file's name, for messages; the text itself is in `source`."""
    source: str
    check: Section
    up: Section
    verify: Section
    report: Section
    down: Section
    foreign_keys: frozenset[str]
    """The sections ('up', 'down') that run with foreign keys enforced."""
    irreversible: str
    """Why there is no way down, '' where there is one."""
    python: bool = False
    defines_verify: bool = False
    """Of a Python file: whether it has a verify(db)."""

    @property
    def reversible(self) -> bool:
        return not self.irreversible

    @property
    def up_checksum(self) -> str:
        """What identifies the migration: of a Python file the whole text, of SQL the up section."""
        return checksum(self.source) if self.python else self.up.checksum


def checksum(text: str) -> str:
    return hashlib.sha256(_tidied(text).encode()).hexdigest()


def _tidied(text: str) -> str:
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def load_migrations(component: Component) -> tuple[Migration, ...]:
    """All migrations of a component, by version. Raises MigrationFileInvalid, naming file and line."""
    found: dict[int, Migration] = {}
    for path in sorted(component.folder.iterdir()):
        if path.suffix not in (".sql", ".py") or not path.name[:1].isdigit():
            continue
        migration = read_migration(component.name, path)
        other = found.get(migration.version)
        if other is not None:
            raise MigrationFileInvalid(
                f"{component.name} has two migrations with version {migration.version}: {other.file} and {path.name}.",
                "Give one of them another number.",
            )
        found[migration.version] = migration
    return tuple(found[version] for version in sorted(found))


def read_migration(component: str, path: Path) -> Migration:
    """Raises MigrationFileInvalid."""
    try:
        source = read_file(path)
    except (OSError, UnicodeDecodeError) as error:
        raise MigrationFileInvalid(f"{path} cannot be read: {error}.", "Save it as UTF-8 text.") from error
    return parse_migration(component, path.name, source)


@lru_cache(maxsize=32)  # a status, a plan and a change each want the same texts parsed, from file and from log
def parse_migration(component: str, file: str, source: str) -> Migration:
    """The migration in `source`; `file` gives version and default description. Raises MigrationFileInvalid."""
    name = _FILE_NAME.fullmatch(file)
    if name is None:
        raise MigrationFileInvalid(
            f"{file} in {component} is not named like a migration.",
            "Name it NUMBER_verb_noun.sql, for example 003_add_search_index.sql",
        )
    if len(name.group(1)) > _LONGEST_VERSION:
        raise MigrationFileInvalid(
            f"{file:.60} in {component} has a version of {len(name.group(1))} digits.",
            f"Use at most {_LONGEST_VERSION}.",
        )
    version, title = int(name.group(1)), name.group(2).replace("_", " ").capitalize()
    if name.group(3) == "py":
        return _python_migration(component, version, title, file, source)
    return _SqlFile(component, version, title, file).parse(source)


class _SqlFile:
    """The line-by-line reading of one SQL migration."""

    def __init__(self, component: str, version: int, title: str, file: str) -> None:
        self.component = component
        self.version = version
        self.description = title
        self.file = file
        self.lines: dict[str, list[str]] = {}
        self.begins: dict[str, int] = {}
        self.options: dict[str, dict[str, str]] = {}

    def parse(self, source: str) -> Migration:
        section = ""
        for number, line in enumerate(source.replace("\r\n", "\n").split("\n"), start=1):
            directive = _DIRECTIVE.fullmatch(line)
            if directive is not None:
                section = self._directive(number, section, directive.group(1), directive.group(2))
            elif section:
                self.lines[section].append(line)
            elif meaningful(line):
                raise self._invalid(number, f"“{line.strip()}” stands before the first “-- migrate:” section")
        check, up, verify, report, down = (self._section(name) for name in SECTIONS)
        irreversible = self.options.get("down", {}).get("irreversible", "")
        if not up:
            raise self._invalid(1, "there is no “-- migrate:up” section with a statement")
        if not down and not irreversible:
            irreversible = "its file has no down section"
        return Migration(
            component=self.component,
            version=self.version,
            description=self.description,
            file=self.file,
            source=source,
            foreign_keys=frozenset(
                name for name in ("up", "down") if self.options.get(name, {}).get("foreign_keys") != "off"
            ),
            irreversible=irreversible,
            check=check,
            up=up,
            verify=verify,
            report=report,
            down=down,
        )

    def _directive(self, number: int, section: str, name: str, rest: str) -> str:
        if name == "description":
            if not rest:
                raise self._invalid(number, "the description is empty")
            self.description = rest
            return section
        if name not in SECTIONS:
            raise self._invalid(
                number, f"“migrate:{name}” is not known; there are {', '.join(SECTIONS)} and description"
            )
        if name in self.lines:
            raise self._invalid(number, f"there is a second “migrate:{name}” section")
        self.lines[name] = []
        self.begins[name] = number + 1
        self.options[name] = self._parse_options(number, name, rest)
        return name

    def _parse_options(self, number: int, section: str, rest: str) -> dict[str, str]:
        options = {match.group(1): match.group(2) or match.group(3) or "" for match in _OPTION.finditer(rest)}
        known = {"up": {"foreign_keys"}, "down": {"foreign_keys", "irreversible"}}.get(section, set())
        if _OPTION.sub("", rest).strip() or set(options) - known:
            raise self._invalid(number, f"“{rest}” is not an option of “migrate:{section}”")
        if options.get("foreign_keys", "off") not in ("on", "off"):
            raise self._invalid(number, "foreign_keys is either on or off")
        if options.get("irreversible") == "":
            raise self._invalid(number, 'say why it cannot be undone: irreversible:"reason"')
        return options

    def _section(self, name: str) -> Section:
        if name not in self.lines:
            return EMPTY
        text = "\n".join(self.lines[name])
        statements, rest = split_statements(text, self.begins[name])
        if rest:
            line = self.begins[name] + text[: text.rfind(rest)].count("\n")
            raise self._invalid(line, "the last statement does not end with “;”", statement=rest)
        return Section(text, tuple(statements))

    def _invalid(self, line: int, what: str, *, statement: str = "") -> MigrationFileInvalid:
        return MigrationFileInvalid(
            f"{self.component}/{self.file}, line {line}: {what}.",
            "Correct the file; nothing of it was run.",
            statement=statement,
            where=f"{self.component}/{self.file}:{line}",
        )


def _python_migration(component: str, version: int, title: str, file: str, source: str) -> Migration:
    """Read without running: the literal `description`, and which of up, down and verify are defined."""
    try:
        tree = ast.parse(source, file)
    except (ValueError, RecursionError, MemoryError) as error:  # a zero byte, or nested beyond Python's limits
        raise MigrationFileInvalid(
            f"{component}/{file} is no Python that can be read: {error}.", "Correct the file; nothing of it was run."
        ) from error
    except SyntaxError as error:
        raise MigrationFileInvalid(
            f"{component}/{file}, line {error.lineno}: {error.msg}.",
            "Correct the file; nothing of it was run.",
            statement=(error.text or "").strip(),
            where=f"{component}/{file}:{error.lineno}",
        ) from error
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    literals = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    if "up" not in functions:
        raise MigrationFileInvalid(
            f"{component}/{file} defines no up(db).", "Add: def up(db): …; nothing of it was run."
        )
    irreversible = str(literals.get("irreversible", ""))
    if "down" not in functions and not irreversible:
        irreversible = "its file defines no down(db)"
    return Migration(
        component=component,
        version=version,
        description=str(literals.get("description", title)),
        file=file,
        source=source,
        check=EMPTY,
        up=Section(source, ()),
        verify=EMPTY,
        report=EMPTY,
        down=EMPTY,
        foreign_keys=frozenset(name for name in ("up", "down") if literals.get("foreign_keys", "on") != "off"),
        irreversible=irreversible,
        python=True,
        defines_verify="verify" in functions,
    )
