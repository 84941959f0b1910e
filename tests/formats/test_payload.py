from __future__ import annotations

import pytest

from pressroom.formats.payload import PayloadFile, mistakes, ordered, stays_out, wrong_part


def wrong(*paths: str, portable: bool = True, padded: bool = True) -> list[str]:
    """The mistakes of paths as people write them."""
    return list(mistakes([tuple(path.split("/")) for path in paths], portable=portable, padded=padded))


def test_paths_are_ordered_part_by_part_by_their_bytes() -> None:
    """`CD/` comes before `CD 1/`, though a space comes before a slash; capitals come first, accents last."""
    paths = [("b",), ("CD 1", "a"), ("é",), ("CD", "z"), ("B",), ("CD", "a"), ("\udcff",), ("\U0001f3b5",)]
    assert [("B",), ("CD", "a"), ("CD", "z"), ("CD 1", "a"), ("b",), ("é",), ("\U0001f3b5",), ("\udcff",)] == ordered(paths)


def test_a_file_says_its_path() -> None:
    """On one line, whatever it holds."""
    assert "flac/a\\nb" == str(PayloadFile(path=("flac", "a\nb"), size=1))


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("", "'' is no name"),
        ("a//b", "'' is no name"),
        ("a/../b", "'..' is no name"),
        ("./a", "'.' is no name"),
        ("a\\b", "its name has '\\'"),
        ("a\0b", "its name has the control character U+0000"),
        ("a\x9fb", "its name has the control character U+009F"),
        ("a\udcffb", "its name is not UTF-8"),
        ("é" * 128, "a part of its path has 256 bytes, and file systems take 255"),
        ("/".join(["a" * 250] * 17), "its path has 4,266 bytes, and systems take 4,096"),
        (".pad/12", "'.pad' is where a torrent's padding lies"),
        ("CON", "Windows has a device of this name"),
        ("a/nul.txt", "Windows has a device of this name"),
        ("a:b", "its name has ':', which Windows does not take"),
        ("Who?", "its name has '?', which Windows does not take"),
        ("a.", "its name ends in '.', which Windows does not take"),
        ("a /b", "its name ends in a space, which Windows does not take"),
    ],
)
def test_a_path_that_some_system_refuses_is_named(path: str, problem: str) -> None:
    """One line that begins with the path, without the characters that would break it."""
    (found,) = wrong(path)
    shown = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in path)
    assert f"{shown}: {problem}" == found


def test_names_that_only_windows_refuses_are_taken_where_asked() -> None:
    """And `.pad` where nothing is padded."""
    assert [] == wrong("CON", "a:b", "a.", ".pad/1", portable=False, padded=False)
    assert "" == wrong_part("AUX", portable=False)


def test_paths_that_are_one_file_somewhere_are_named() -> None:
    """Capitals, accents in two spellings, and a file that is a folder of others; equal paths too."""
    assert ["b/A.flac: is one file with b/a.flac on macOS and Windows"] == wrong("b/a.flac", "b/A.flac", "c")
    assert ["e\u0301: is one file with \u00e9 on macOS and Windows"] == wrong("\u00e9", "e\u0301")
    assert ["a: stands there twice"] == wrong("a", "a")
    assert ["A: is a file, and a folder of others"] == wrong("A", "a/b")
    assert [] == wrong("a/b", "a/c", "ab", "b/a/b")


def test_what_changes_or_means_nothing_stays_out() -> None:
    """Hidden files, torrents, magnets, sums, logs, and what is half written; names that only look like it go in."""
    out = [".DS_Store", "Moon.torrent", "Moon.MAGNET", "SHA256SUMS", "MD5SUM", "x.sfv", "rip.log", "Thumbs.db", "a.part", "a~"]
    assert out == [name for name in out if stays_out(name)]
    assert [] == [name for name in ("01 Rise.flac", "cover.jpg", "logbook.pdf", "torrent.txt", "parts.wav") if stays_out(name)]
