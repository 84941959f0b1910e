"""What is printed while something is published."""

from __future__ import annotations

import sys

import pytest

from pressroom.errors import ToolError
from pressroom.formats.secretname import SecretName
from pressroom.publish.guard import guarded
from pressroom.tools.secret import Secrets


def read(text: str) -> Secrets:
    """Secrets of which one was read."""
    secrets = Secrets({"CANARY": text})
    secrets.get(SecretName("env", "CANARY"))
    return secrets


def test_what_is_printed_goes_through_the_redactor(capsys: pytest.CaptureFixture[str]) -> None:
    """Also where a secret comes in two writes, without a last line break, and in an error."""
    secrets = read("hunter2")
    with pytest.raises(ToolError, match=r"^it said \*\*\*$"), guarded(secrets):  # noqa: PT012  # it is what happens in there
        sys.stdout.write("it is hun")
        sys.stdout.write("ter2, as said\nand hunter2")
        print("hunter2", file=sys.stderr)  # noqa: T201
        raise ToolError("it said hunter2")
    assert ("it is ***, as said\nand ***", "***\n") == tuple(capsys.readouterr())


def test_a_bugs_traceback_is_shown_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    """The run ends with 1, and Python shows nothing more."""
    with pytest.raises(SystemExit, match=r"^1$"), guarded(read("hunter2")):
        raise KeyError("hunter2")
    told = capsys.readouterr().err
    assert told.endswith("KeyError: '***'\n")
    assert "hunter2" not in told
