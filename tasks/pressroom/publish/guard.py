"""Taking secrets out of everything that is written to the terminal."""

from __future__ import annotations

import io
import sys
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from pressroom.errors import PressroomError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pressroom.tools.secret import Secrets


@contextmanager
def guarded(secrets: Secrets) -> Iterator[None]:
    """While this is open, no secret gets to the terminal; a traceback of a bug is shown without them, too."""
    outer = sys.stdout, sys.stderr
    inner = _Redacting(secrets, outer[0]), _Redacting(secrets, outer[1])
    sys.stdout, sys.stderr = inner
    try:
        yield
    except PressroomError as error:
        error.args = tuple(secrets.redacted(str(arg)) for arg in error.args)
        raise
    except OSError:
        raise
    except Exception:  # noqa: BLE001  # a bug, which ends the run
        # Python would show it after this has closed.
        sys.stderr.write(traceback.format_exc())
        raise SystemExit(1) from None
    finally:
        sys.stdout, sys.stderr = outer
        for stream in inner:
            stream.finish()


class _Redacting(io.TextIOBase):
    """A stream that passes on whole lines, without secrets."""

    def __init__(self, secrets: Secrets, stream: TextIO) -> None:
        self._secrets, self._stream, self._begun = secrets, stream, ""

    def write(self, text: str) -> int:
        whole, newline, self._begun = (self._begun + text).rpartition("\n")
        self._stream.write(self._secrets.redacted(whole) + newline)
        return len(text)

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def finish(self) -> None:
        """Pass on what stands behind the last line break."""
        self._stream.write(self._secrets.redacted(self._begun))
        self._begun = ""
