from __future__ import annotations

import hashlib
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom.formats.sums import parse, sums

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO = "1" * 64, "2" * 64
NAMES = st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


def test_sums_are_sorted_by_the_bytes_of_the_names() -> None:
    """The same files give the same sums file, whatever the order and the locale."""
    text = sums([("é.flac", ONE), ("b.flac", TWO), ("Z.flac", ONE)])
    assert f"{ONE}  Z.flac\n{TWO}  b.flac\n{ONE}  é.flac\n" == text


def test_odd_names_are_escaped_as_coreutils_does() -> None:
    """A backslash or a newline in a name is escaped, and a backslash at the line's beginning says so."""
    assert f"\\{ONE}  a\\\\b\\nc\n" == sums([("a\\b\nc", ONE)])


def test_sha256sum_takes_every_name(tmp_path: Path) -> None:
    """`sha256sum -c` finds every file and every byte right."""
    names = ["plain", "a b", "back\\slash", "new\nline", "return\rinside", " led by a space", "*star", "#hash", "é"]
    for name in names:
        (tmp_path / name).write_text(name)
    text = sums((name, hashlib.sha256(name.encode()).hexdigest()) for name in names)
    done = subprocess.run(
        ["sha256sum", "-c", "--strict", "--quiet"], input=text.encode(), cwd=tmp_path, check=False, capture_output=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_other_writers_are_read() -> None:
    """Upper-case digests, binary marks, comments, blank lines and an escaped carriage return are understood."""
    text = f"# by hand\n\n{'A' * 64} *a.flac\n\\{ONE}  b\\rc"
    assert parse(text) == (("a.flac", "a" * 64), ("b\rc", ONE))


@pytest.mark.parametrize("line", ["a.flac", f"{ONE} a.flac", f"{ONE[:-1]}  a.flac", f"\\{ONE}  a\\tb", f"{ONE}  "])
def test_another_line_is_refused(line: str) -> None:
    """A line that is no sum is an error that names it, never a file left unchecked."""
    expected = f"line 2: expected a SHA-256 in hex, two spaces and a name, got {line[:80]!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        parse(f"{TWO}  b.flac\n{line}\n")


@given(st.dictionaries(NAMES, st.from_regex("[0-9a-f]{64}", fullmatch=True)))
def test_what_is_written_is_read_back(digests: dict[str, str]) -> None:
    """Every name comes back as it was."""
    assert digests == dict(parse(sums(digests.items())))
