"""The command line: the same engine as the window, in this process."""

from felix_dbadmin.cli.app import main

__all__ = ["main"]
