"""Publishing to another machine by rsync over ssh."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from pressroom.errors import MachineError, ToolError
from pressroom.publish.files import Files, Lacking, put
from pressroom.tools.leash import leash

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pressroom.kinds.publish import Rsync
    from pressroom.publish.content import Entry

SILENT_SECONDS = 60
"""After which a connection counts as dead."""
CONNECT_SECONDS = 15
PARTIAL = ".rsync-partial"
"""Where rsync keeps, beside a file, what it has of it when it is cut off; the next run goes on with that."""
_ITEM = re.compile(r"[<>ch.*](?P<kind>[fdLDS])(?P<what>\S{9,}) (?P<path>.*)")
NO_ANSWER, BROKEN, UNKNOWN = 255, 12, 127
CAUSES = {
    10: "cannot be reached",
    11: "cannot be written to",
    BROKEN: "the connection broke",
    23: "not all could be written",
    30: "gave no answer in time",
    UNKNOWN: "has no rsync",
    NO_ANSWER: "cannot be reached",
}
"""rsync(1), EXIT VALUES, ssh(1), and what a shell says of a program that it does not find."""


class RsyncFiles(Files):
    """Files below a folder of another machine; rsync compares their checksums, and renames each when it is whole."""

    def __init__(
        self, words: Rsync, label: str, entries: Sequence[Entry], last: str, *, environment: Mapping[str, str]
    ) -> None:
        super().__init__(label, entries, last)
        self._words = words
        self._environment = environment

    def lacking(self) -> Mapping[str, Lacking]:
        """By a dry run."""
        with tempfile.TemporaryDirectory() as scratch:
            items = self._run(self.entries, Path(scratch), "--dry-run")
        found: dict[str, Lacking] = {}
        for item in filter(None, map(_ITEM.fullmatch, items)):
            if item["kind"] == "f" and (set(item["what"]) == {"+"} or item["what"][0] == "c"):
                found[item["path"]] = "missing" if "+" in item["what"] else "other"
        return found

    def write(self, entries: Sequence[Entry]) -> None:
        """Send them, in as few calls as keep the order of what points to others."""
        with tempfile.TemporaryDirectory() as scratch:
            self._run(entries, Path(scratch))

    def _run(self, entries: Sequence[Entry], scratch: Path, *options: str) -> list[str]:
        """Let rsync have the entries, by their roots in their order; returns what it said of each."""
        said: list[str] = []
        for number, (_, group) in enumerate(groupby(entries, key=lambda one: (one.pointer, one.text is not None, one.root))):
            some = list(group)
            root = some[0].root
            if some[0].text is not None:
                root = scratch / str(number)
                for entry in some:
                    put(root / entry.path, entry)
            elif "--dry-run" in options and not root.is_dir():
                # A payload that is not copied yet: empty files would be compared, so say that all is missing.
                said += [f"<f+++++++++ {entry.path}" for entry in some]
                continue
            said += self._call(root, [entry.path for entry in some], options)
        return said

    def _call(self, root: Path, paths: Sequence[str], options: Sequence[str]) -> list[str]:
        """One call; raises ToolError with rsync's first words: ssh's come before its own."""
        if not shutil.which("rsync"):
            raise MachineError("rsync is missing; install it, as by `apt install rsync`")
        command = [*leash(), *arguments(self._words, root, options)]
        names = b"\0".join(os.fsencode(path) for path in paths)
        done = subprocess.run(command, input=names, capture_output=True, check=False, env=dict(self._environment))
        if done.returncode:
            raise ToolError(f"{self.label}: {failure(done.returncode, done.stderr.decode(errors='replace'))}")
        return done.stdout.decode(errors="surrogateescape").splitlines()


def failure(code: int, said: str) -> str:
    """Why rsync failed, with the first words of whom it called, or else its own.

    Where ssh has ended before it answered, it is a race whether rsync tells ssh's exit code or its own.
    """
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    theirs = [line for line in lines if not line.startswith("rsync")]
    if code == BROKEN and "(0 bytes received so far)" in said:
        code = UNKNOWN if "command not found" in said else NO_ANSWER
    cause = CAUSES.get(code, f"rsync ended with {code}")
    told = "; ".join([f"{cause}: {(theirs or lines)[0]}", *(theirs or lines)[1:2]]) if lines else cause
    return told + "; `ssh` to it once, by hand, and look at its key" * ("Host key verification failed" in said)


def arguments(words: Rsync, root: Path, options: Sequence[str]) -> list[str]:
    """Rsync's command line: files by their checksums, named on standard input, each whole or not at all."""
    ssh = ["ssh", "-o", "BatchMode=yes", "-o", f"ConnectTimeout={CONNECT_SECONDS}"]
    if words.ssh_config:
        ssh += ["-F", str(Path(words.ssh_config).expanduser())]
    mode = "--chmod=D755,F644"
    how = ["--checksum", "--perms", mode, "--8-bit-output", "--protect-args", "--mkpath", f"--timeout={SILENT_SECONDS}"]
    how += [f"--partial-dir={PARTIAL}"]
    listed = ["--files-from=-", "--from0", "--out-format=%i %n", f"--rsh={shlex.join(ssh)}"]
    return ["rsync", *how, *listed, *options, "--", f"{root}/", f"{words.target}/"]
