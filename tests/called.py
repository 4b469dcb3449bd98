"""Commands as a shell would call them, in this process: exit status, output and error output."""

from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess

from campaigner.cli import main


def called(folder: Path, now: str, *words: str) -> CompletedProcess[str]:
    """What a command in a working folder does at a time."""
    out, err = StringIO(), StringIO()
    status = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(["-C", str(folder), "--now", now, *words])
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    return CompletedProcess(words, status, out.getvalue(), err.getvalue())
