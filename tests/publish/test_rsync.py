"""What rsync and ssh say when they fail, in words."""

from __future__ import annotations

import pytest

from pressroom.publish.rsync import failure

DENIED = "me@host: Permission denied (publickey).\r\n"
CLOSED = "rsync: connection unexpectedly closed (0 bytes received so far) [sender]\n"
BROKE = CLOSED.replace("(0 bytes", "(90 bytes")
ERROR = "rsync error: error in rsync protocol data stream (code 12) at io.c(231) [sender=3.2.7]\n"
LACKS = "bash: line 1: rsync: command not found\n"
MKDIR = (
    'rsync: [Receiver] mkdir "/srv" failed: Permission denied (13)\nrsync error: error in file IO (code 11) at main.c(791)\n'
)


@pytest.mark.parametrize(
    ("code", "said", "told"),
    [
        (255, DENIED + CLOSED + ERROR, "cannot be reached: me@host: Permission denied (publickey)."),
        (12, DENIED + CLOSED + ERROR, "cannot be reached: me@host: Permission denied (publickey)."),
        (127, LACKS + CLOSED + ERROR, "has no rsync: bash: line 1: rsync: command not found"),
        (12, LACKS + CLOSED + ERROR, "has no rsync: bash: line 1: rsync: command not found"),
        (12, BROKE + ERROR, "the connection broke: " + "; ".join([BROKE[:-1], ERROR[:-1]])),
        (11, MKDIR, "cannot be written to: " + "; ".join(MKDIR.splitlines())),
        (2, "", "rsync ended with 2"),
    ],
)
def test_a_failure_is_told_by_its_cause(code: int, said: str, told: str) -> None:
    """The same cause has the same words, whichever exit code rsync happens to see first."""
    assert told == failure(code, said)
