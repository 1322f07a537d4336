"""Compressing older backups: said before, and each is read back from its compressed form before the plain file goes."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from felix_dbadmin.core.activity import recorded
from felix_dbadmin.core.backups.catalogue import Backup, list_backups
from felix_dbadmin.core.backups.manifest import write_manifest
from felix_dbadmin.core.backups.names import compressed_of, manifest_of, partial_of
from felix_dbadmin.core.backups.needed import stranger
from felix_dbadmin.core.backups.plain import METHOD, codec_for, compress, decompressed, sample
from felix_dbadmin.core.backups.publish import remove_at_once, writing_to
from felix_dbadmin.core.errors import CheckFailed, DbAdminError, WrongUsage
from felix_dbadmin.core.files import require_space, sync_folder
from felix_dbadmin.core.task import Task
from felix_dbadmin.core.text import bytes_text, count_text
from felix_dbadmin.core.workspace import Workspace, locked, open_workspace, require_writable

KEEP_PLAIN = 3
"""Newest backups of each database that stay as they are, unless somebody says otherwise."""

SAMPLED = 20
"""Backups that are looked into for the estimate; the others count as their average."""


@dataclass(frozen=True, slots=True)
class CompressPlan:
    """What would be compressed, and with the reason why what stays as it is. `after` is estimated, in bytes."""

    compress: tuple[Backup, ...]
    kept: tuple[tuple[Backup, str], ...]
    after: int = 0

    @property
    def before(self) -> int:
        """Bytes that they take now."""
        return sum(backup.size for backup in self.compress)

    @property
    def sentence(self) -> str:
        if not self.compress:
            return f"Nothing would be compressed: {_stay(len(self.kept))}."
        sizes = f"{bytes_text(self.before)} → about {bytes_text(self.after)}"
        rest = f"; {_stay(len(self.kept))}" if self.kept else ""
        return f"{count_text(len(self.compress), 'backup')} would be compressed, {sizes}{rest}."


@dataclass(frozen=True, slots=True)
class Compressed:
    """The new names, and the bytes that these backups took before and take now."""

    names: tuple[str, ...]
    before: int
    after: int

    @property
    def sentence(self) -> str:
        if not self.names:
            return "Nothing was compressed."
        sizes = f"{bytes_text(self.before)} → {bytes_text(self.after)}, {bytes_text(self.before - self.after)} saved"
        return f"{count_text(len(self.names), 'backup')} compressed: {sizes}."

    @property
    def proof(self) -> str:
        """How it was looked at; '' where nothing was."""
        who = "It was" if len(self.names) == 1 else "Each was"
        how = "decompressed again and found the same, byte for byte, before the plain file went."
        return f"{who} {how}" if self.names else ""


def preview_compress(folder: Path, keep_plain: int, *, task: Task) -> CompressPlan:
    """Exactly what would be compressed, and roughly what that saves. Raises WrongUsage where zstd is missing."""
    plan = plan_compress(list_backups(open_workspace(folder).backups), keep_plain)
    if not plan.compress:
        return plan
    codec_for("Compressing backups")
    chosen = plan.compress[:: max(1, len(plan.compress) // SAMPLED)]
    read = packed = 0
    for position, backup in enumerate(chosen):
        task.report(position, len(chosen), backup.name)
        before, after = sample(backup.path, task)
        read, packed = read + before, packed + after
    return replace(plan, after=min(plan.before, plan.before * packed // max(1, read)))


def plan_compress(backups: Iterable[Backup], keep_plain: int) -> CompressPlan:
    """What is compressed when the `keep_plain` newest of each database stay as they are. `backups` newest first."""
    if keep_plain < 0:
        raise WrongUsage(f"{keep_plain} backups cannot be kept plain.", "Say 0 or more.")
    seen: defaultdict[str, int] = defaultdict(int)
    chosen: list[Backup] = []
    kept: list[tuple[Backup, str]] = []
    for backup in backups:
        seen[backup.database] += 1
        if reason := _reason(backup, newest=seen[backup.database] <= keep_plain, keep_plain=keep_plain):
            kept.append((backup, reason))
        else:
            chosen.append(backup)
    return CompressPlan(tuple(chosen), tuple(kept))


def compress_backups(folder: Path, keep_plain: int, *, task: Task, only: Sequence[str] | None = None) -> Compressed:
    """Compress the verified backups that are not among the `keep_plain` newest of their database.

    Of those `only` the named ones, where names are given. Those without a manifest are left alone. Raises WrongUsage,
    OutOfSpace, CheckFailed, BackupUnusable, Locked or Cancelled; what was compressed by then stays so, and every
    backup is there in one form or the other.
    """
    workspace = open_workspace(folder)
    require_writable(workspace)
    listed = plan_compress(list_backups(workspace.backups), keep_plain).compress
    chosen = [backup for backup in listed if only is None or backup.name in only]
    groups: defaultdict[str, list[Backup]] = defaultdict(list)
    for backup in chosen:
        groups[backup.database].append(backup)
    names: list[str] = []
    before = after = 0
    command = f"felix-dbadmin backup compress --keep-plain {keep_plain}"
    total = 2 * sum(backup.size for backup in chosen)
    with recorded(workspace, "", "Compress old backups", kind="compress", command=command) as entry:
        task.begin((f"Compress {count_text(len(chosen), 'backup')} and read back",))
        try:
            for database, group in groups.items():
                with ExitStack() as stack:
                    _hold(stack, workspace, database, task)
                    for backup in group:
                        place = f"{len(names) + 1} of {len(chosen)}: {backup.name}"
                        made = _compress(backup, _reporter(task, 2 * before, total, place), task)
                        names.append(made.name)
                        before += backup.size
                        after += made.stat().st_size
        except DbAdminError as error:
            done = f"{len(names)} of {count_text(len(chosen), 'backup')} had been compressed by then, and stay so."
            raise error.after(done if names else "No backup had been compressed by then.") from error
        entry.detail = f"{count_text(len(names), 'backup')}, {bytes_text(before)} → {bytes_text(after)}"
    return Compressed(tuple(names), before, after)


def _reason(backup: Backup, *, newest: bool, keep_plain: int) -> str:
    """Why a backup stays as it is; '' where it does not."""
    if backup.compressed:
        return "compressed already"
    if newest:
        return f"among the newest {keep_plain}"
    if reason := stranger(backup):
        return reason
    if backup.manifest is not None and backup.manifest.problems:
        return "damaged"
    return "" if backup.verified_at is not None else "not verified yet"


def _stay(count: int) -> str:
    return f"{count_text(count, 'backup')} {'stays as it is' if count == 1 else 'stay as they are'}"


def _hold(stack: ExitStack, workspace: Workspace, database: str, task: Task) -> None:
    """The lock of the component keeps its next run from sweeping the unfinished file away."""
    for component in workspace.components:
        if Path(component.database).stem == database:
            stack.enter_context(locked(workspace, component, "compress backups", task))


def _reporter(task: Task, base: int, total: int, name: str) -> Callable[[int, str], None]:
    """Says how many bytes of all backups were read, plain and back, when `done` of this one were."""

    def report(done: int, verb: str) -> None:
        task.report(base + done, total, f"{name}, {verb}")

    return report


def _compress(backup: Backup, report: Callable[[int, str], None], task: Task) -> Path:
    """After a crash there are the plain backup, or both, or the compressed one: the next run starts from there."""
    path, manifest = backup.path, backup.manifest
    assert manifest is not None  # no plan has one without
    target = compressed_of(path)
    partial = partial_of(target)
    require_space(path.parent, manifest.bytes, f"compressing {path.name}")
    with writing_to(path):
        partial.unlink(missing_ok=True)
        try:
            read = compress(path, partial, lambda done: report(done, "compressing"))
            back, done = hashlib.sha256(), manifest.bytes
            for chunk in decompressed(partial, task.silently(), manifest.bytes):
                back.update(chunk)
                done += len(chunk)
                report(done, "reading back")
            if not read == back.hexdigest() == manifest.sha256:
                raise CheckFailed(
                    f"{path.name} is not what its manifest says, or did not come back whole; it was left as it is.",
                    f"See what is wrong: felix-dbadmin backup verify {path.name}",
                )
            partial.chmod(0o400)
            partial.replace(target)
        finally:
            remove_at_once(partial)
        sync_folder(path.parent)
        write_manifest(target, replace(manifest, file=target.name, compression=METHOD))
        manifest_of(path).unlink()
        # Or a power cut could keep the later of the two and undo the earlier: a manifest that promises no backup.
        sync_folder(path.parent)
        path.unlink()
        sync_folder(path.parent)
    return target
