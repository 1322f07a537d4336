"""The options that several commands have: one wording, one meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        metavar="FOLDER",
        readable=False,  # core says what is wrong with a folder, in the words of the window
        help="The folder with the databases; otherwise $FELIX_WORKSPACE, otherwise the current folder.",
    ),
]
ComponentsOption = Annotated[
    list[str] | None,
    typer.Option("--component", "-c", metavar="NAME", help="Only this component; repeat it for more. Default: all."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, to stdout.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
ToOption = Annotated[int | None, typer.Option("--to", metavar="N", min=0, help="The version to end at.")]
OutOfOrderOption = Annotated[
    bool, typer.Option("--out-of-order", help="Apply also what is pending below the highest applied version.")
]
LossOption = Annotated[
    bool, typer.Option("--allow-data-loss", help="Accept exactly the losses that the rehearsal counted.")
]
TrustOption = Annotated[
    bool, typer.Option("--trust", help="Show and accept the migrations that came with the workspace: they are code.")
]
IndexOption = Annotated[
    str, typer.Option("--index", metavar="NAME", help="Only this full-text index of the component. Default: all.")
]
WaitOption = Annotated[
    float, typer.Option("--wait", metavar="SECONDS", min=0.0, help="How long to wait for another program's lock.")
]
