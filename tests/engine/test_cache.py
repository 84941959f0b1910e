"""Results are kept by content, and nothing in the cache is trusted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pressroom.engine.cache import Cache
from pressroom.engine.digests import sha256

KEY, OTHER = "ab" * 32, "cd" * 32


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the tests stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(cache: Cache, key: str, content: str, *, link: bool = False) -> str:
    """Keep the result of an action that made one file; returns its digest."""
    path = Path(f"{content}.txt")
    path.write_text(content, encoding="utf-8")
    digest = sha256(path)
    cache.put(key, {"output 0": (digest, path)}, objects=True, linked=lambda _: link)
    return digest


@pytest.mark.parametrize("link", [False, True])
def test_a_result_comes_back(link: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """As a copy that may be edited, or as another name of a file that may not."""
    cache = Cache(Path("cache"))
    digest = put(cache, KEY, "one", link=link)
    assert {"output 0": digest} == Cache(Path("cache")).result(KEY)
    assert cache.take(digest, Path("back.txt"), link=link)
    assert "one" == Path("back.txt").read_text(encoding="utf-8")
    assert (link, link) == (Path("back.txt").samefile("one.txt"), not Path("back.txt").stat().st_mode & 0o222)


def test_a_damaged_object_is_a_miss() -> None:
    """It is put away where nobody takes it from."""
    cache = Cache(Path("cache"))
    digest = put(cache, KEY, "one")
    found = Path("cache/cas", digest[:2], digest)
    found.write_text("two", encoding="utf-8")
    assert not cache.take(digest, Path("back.txt"), link=False)
    assert (False, "two", False) == (
        found.exists(),
        Path("cache/bad", digest).read_text(encoding="utf-8"),
        Path("back.txt").exists(),
    )


def test_a_link_in_the_cache_leads_nowhere() -> None:
    """An object is a regular file."""
    cache = Cache(Path("cache"))
    digest = put(cache, KEY, "one")
    found = Path("cache/cas", digest[:2], digest)
    found.unlink()
    found.symlink_to(Path("one.txt").resolve())
    assert not cache.take(digest, Path("back.txt"), link=False)


def test_strangers_in_the_folder_are_let_alone() -> None:
    """What a file manager leaves there, and a link to nothing, are no results and no objects."""
    cache = Cache(Path("cache"))
    digest = put(cache, KEY, "one")
    before = cache.usage()
    for name in ("ac/.DS_Store", "cas/.DS_Store", f"cas/{digest[:2]}/.DS_Store"):
        Path("cache", name).write_text("x", encoding="utf-8")
    Path("cache/cas", digest[:2], "ab" * 32).symlink_to("nowhere")
    assert before == Cache(Path("cache")).usage()
    assert 0 == Cache(Path("cache")).trim(before.size)
    assert before.size == Cache(Path("cache")).trim(0)


def test_an_object_that_was_cut_is_written_again() -> None:
    """Not only when somebody wants it."""
    cache = Cache(Path("cache"))
    digest = put(cache, KEY, "one")
    Path("cache/cas", digest[:2], digest).write_text("o", encoding="utf-8")
    put(cache, OTHER, "one")
    assert cache.take(digest, Path("back.txt"), link=False)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '"x"', '{"files": 3}', '{"files": {"output 0": "../../etc/passwd"}}', '{"files": {"output 0": 3}}', "\x00"],
)
def test_a_damaged_result_is_none(text: str) -> None:
    """Whatever it says."""
    cache = Cache(Path("cache"))
    put(cache, KEY, "one")
    Path("cache/ac", KEY[:2], KEY).write_text(text, encoding="utf-8")
    assert cache.result(KEY) is None


def test_every_truncation_of_a_result_is_none() -> None:
    """A crash may cut it anywhere."""
    cache = Cache(Path("cache"))
    put(cache, KEY, "one")
    path = Path("cache/ac", KEY[:2], KEY)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert cache.result(KEY) is None


def test_what_was_not_used_for_longest_goes_first() -> None:
    """What this build looked at stays, however small the limit; an object goes with the last result that names it."""
    cache = Cache(Path("cache"))
    digests = [put(cache, f"{n:02}" * 32, content) for n, content in enumerate(["aaaa", "bbbb", "bbbb", "cccc"])]
    for n, age in enumerate([400, 300, 200, 100]):
        key = f"{n:02}" * 32
        os.utime(Path("cache/ac", key[:2], key), (age, age))
    later = Cache(Path("cache"))
    later.result("02" * 32)
    assert 8 == later.trim(4)
    assert [False, True, True, False] == [later.holds(digest) for digest in digests]
    assert (1, 1, 4) == ((usage := later.usage()).results, usage.objects, usage.size)
    assert 0 == later.trim(0)


def test_a_full_disk_costs_the_result_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The build goes on without it."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    monkeypatch.setattr("pressroom.engine.cache._copied", full)
    monkeypatch.setattr("fcntl.ioctl", full)
    cache = Cache(Path("cache"))
    put(cache, KEY, "one", link=True)
    assert cache.result(KEY) is None
    assert [] == [path for path in Path("cache").rglob("*") if path.is_file()]
