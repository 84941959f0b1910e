"""`pressroom lint-hls`: hold anyone's HLS against the rules."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from pressroom.commands import one_argument
from pressroom.commands.repo import options
from pressroom.errors import ReleaseError
from pressroom.formats import hlslint
from pressroom.formats.checks import WORDS
from pressroom.source import visible
from pressroom.tools.linting import reading
from pressroom.tools.loopback import Loopback, checked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pressroom.formats.checks import Check

USAGE = """\
usage: pressroom lint-hls [--json] PLAYLIST
       pressroom lint-hls [--json] URL

Hold a playlist, and all that it leads to, against the rules of Apple's HLS Authoring Specification
and of the draft of HLS (A7.7, R6.2.1-M1 and so on); of a URL on this machine also how the server
answers. What is encrypted is not decrypted, so a wrong key is not seen. The exit code is 1 when a
rule that must be kept is broken.

  --json  every rule, kept or broken, as JSON
"""


def run(arguments: list[str]) -> int:
    """Print what is broken, a line each; raises ReleaseError for what is no playlist."""
    given, names = options(arguments, ["--json"], USAGE)
    found = _linted(one_argument(names, USAGE))
    failed = [check for check in found if not check.passed]
    if given:
        print(json.dumps({"checks": [asdict(check) for check in found]}, indent=1, ensure_ascii=False))  # noqa: T201
    else:
        _tell(found, failed)
    return int(any(check.severity == "error" for check in failed))


def _linted(given: str) -> list[Check]:
    """What each rule says; raises ReleaseError."""
    try:
        if "://" in given:
            client = Loopback()
            return list(hlslint.lint(checked(given), client.fetch, client.answers))
        root = Path("/")
        path = Path(given).absolute()
        if path.is_dir():
            path /= "index.m3u8"
        with reading(root) as fetch:
            found = hlslint.lint(quote(str(path.relative_to(root))), fetch)
            return [replace(check, subject=f"/{check.subject}") for check in found]
    except ValueError as error:
        raise ReleaseError(f"{given}: no playlist: {error}") from error


def _tell(found: Sequence[Check], failed: Sequence[Check]) -> None:
    """A line for each place, and how many rules are kept."""
    for check in failed:
        subject = visible(check.subject.rpartition("/")[2])
        print(f"{WORDS[check.severity]}: {subject}: {visible(str(check.measured or ''))}\n    {check.message}")  # noqa: T201
    broken = {check.rule for check in failed}
    kept = {check.rule for check in found} - broken
    print(f"{len(kept)} rules are kept, {len(broken)} broken")  # noqa: T201
