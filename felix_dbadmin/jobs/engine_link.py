"""The engine process as a QProcess: starts it, carries messages, tells when it died. No threads, no waiting."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal, Slot

from felix_dbadmin.engine.messages import Decoder, NotAMessage, Request, Shutdown, encode

KILL_WAIT = 5.0
"""Seconds for the system to clear away a process that was killed."""


class EngineLink(QObject):
    """One engine process at a time; `start` after `died` makes the next one."""

    received = Signal(object)
    """A Reply. Connect it queued: else a dialog that a slot opens holds up the replies that were read with this one."""
    died = Signal(str)
    """A sentence that says how. Connect it queued too, and it comes after the last reply."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._decoder = Decoder()
        self._failure = ""

    def start(self) -> None:
        """Start a new process and return; what is sent before it is up waits for it in the pipe."""
        process = QProcess(self)
        process.setProcessChannelMode(QProcess.ProcessChannelMode.ForwardedErrorChannel)
        process.setProcessEnvironment(_environment())
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._note_end)
        process.errorOccurred.connect(self._note_error)
        self._process, self._decoder, self._failure = process, Decoder(), ""
        # -P: no module of the folder that the window happened to be started in is taken for one of ours.
        process.start(sys.executable, ["-P", "-m", "felix_dbadmin.engine.process"])

    def send(self, request: Request) -> None:
        """Hand over a message. One sent to a process that has died is lost; `died` tells."""
        if self._process is not None and self._process.isWritable():
            self._process.write(encode(request))

    def stop(self, timeout: float) -> None:
        """Let the engine end by itself within `timeout` seconds, else kill it; blocks until it is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.state() != QProcess.ProcessState.NotRunning:
            process.write(encode(Shutdown()))
            process.closeWriteChannel()
            if not process.waitForFinished(int(timeout * 1000)):
                process.kill()
                process.waitForFinished(int(KILL_WAIT * 1000))
        process.deleteLater()

    @Slot()
    def _read(self) -> None:
        if self._process is None:
            return
        try:
            for message in self._decoder.feed(self._process.readAllStandardOutput().data()):
                self.received.emit(message)
        except NotAMessage as error:
            self._failure = f"The engine was stopped: it sent what is no message ({error})."
            self._process.kill()

    @Slot(int, QProcess.ExitStatus)
    def _note_end(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        killed = status == QProcess.ExitStatus.CrashExit
        self._end(self._failure or f"The engine process ended ({'signal' if killed else 'exit code'} {code}).")

    @Slot(QProcess.ProcessError)
    def _note_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and self._process is not None:
            self._end(f"The engine process cannot be started: {self._process.errorString()}.")

    def _end(self, sentence: str) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.deleteLater()
            self.died.emit(sentence)


def _environment() -> QProcessEnvironment:
    """Ours, with our import path: a function pickled here must be found there, also from a checkout."""
    environment = QProcessEnvironment.systemEnvironment()
    environment.insert("PYTHONPATH", os.pathsep.join(os.path.abspath(entry) for entry in sys.path))  # noqa: PTH100 - '' too
    return environment
