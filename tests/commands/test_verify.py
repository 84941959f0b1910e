"""`doit verify`, `doit prune` and `doit cache`: what stands in the build, held against the record."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from typing import TYPE_CHECKING

import pytest
from tests.conftest import DODO, Repo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.media


def flip(path: Path, dice: random.Random) -> None:
    """Turn one bit of a file round, and leave its size and its date."""
    status, content = path.stat(), bytearray(path.read_bytes())
    bit = dice.randrange(len(content) * 8)
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_sound_build_is_sound(built: Repo) -> None:
    """Also when all audio is decoded."""
    done = built.doit("verify", "--deep")
    assert (0, "") == (done.code, done.err)
    assert done.out.startswith("verified ")
    assert done.out.endswith(" files, 0 wrong\n")


def test_every_flipped_bit_is_found(built: Repo) -> None:
    """The file and its release are named; `doit` puts it right, and keeps what stood there."""
    dice = random.Random(7)  # noqa: S311  # damage, not secrets
    before = built.files()
    for name in dice.sample(sorted(before), 4):
        flip(built.path / name, dice)
        done = built.doit("verify")
        assert (1, f"{name} is not what was made (release moon)") == (done.code, done.out.splitlines()[0])
        assert 0 == built.doit().code
        assert before == built.files()
    assert 4 == len([path for path in (built.path / "kept").rglob("*") if path.is_file()])


def test_restoring_needs_no_build(built: Repo) -> None:
    """What the cache has is put back; what it has not stays wrong, and is told."""
    before = built.files()
    wrong, gone = built.path / "build/moon/flac/01 Rise.flac", built.path / "build/moon/release.json"
    wrong.write_bytes(b"mine")
    gone.unlink()
    done = built.doit("verify", "--restore")
    assert (0, before) == (done.code, built.files())
    assert {"restored build/moon/flac/01 Rise.flac", "restored build/moon/release.json"} < {*done.out.splitlines()}
    assert "made 0, restored 0, up to date 27, failed 0" == built.doit().summary
    shutil.rmtree(built.path / ".pressroom/cache")
    gone.unlink()
    last = built.doit("verify", "--restore")
    assert (1, "build/moon/release.json is gone (release moon)") == (last.code, last.out.splitlines()[0])


def test_what_is_not_built_is_not_verified(built: Repo) -> None:
    """A release that was cleaned, or half built, is no sound one; that its YAML is broken hides no file that is gone."""
    built.write("releases/sun.yaml", (built.path / "releases/moon.yaml").read_text(encoding="utf-8").replace("Moon", "Sun"))
    done = built.doit("verify")
    assert (1, True) == (done.code, done.out.endswith(" files, 0 wrong, 13 not built yet; `doit` makes them\n")), done
    assert (0, 2) == (built.doit("verify", "moon").code, (sun := built.doit("verify", "sun")).code)
    assert "no build of 'sun' is on record here\n" == sun.err
    (built.path / "releases/sun.yaml").unlink()
    (built.path / "build/moon/SHA256SUMS").unlink()
    for _ in range(2):
        done = built.doit("verify")
        assert (1, "build/moon/SHA256SUMS is gone (release moon)") == (done.code, done.out.splitlines()[0])
        built.write("releases/moon.yaml", "nonsense: 1\n")
    assert 0 == built.doit("clean").code
    done = built.doit("verify")
    assert (1, "no build is on record here, so that nothing can be verified; run `doit` first\n") == (done.code, done.err)


def test_verifying_is_ended_by_a_signal(built: Repo) -> None:
    """At once, in one line."""
    ffmpeg = built.slow_ffmpeg("*null*")
    verify = built.started(sys.executable, "-m", "doit", "verify", "--deep", PRESSROOM_FFMPEG=ffmpeg)
    while not built.ffmpegs():
        time.sleep(0.01)
    verify.send_signal(signal.SIGINT)
    assert ("", "stopped by SIGINT; what is finished is kept\n") == verify.communicate(timeout=5)
    assert (130, []) == (verify.returncode, built.ffmpegs())


def test_a_reader_that_has_gone_is_no_success(built: Repo) -> None:
    """What is wrong was told to nobody."""
    (built.path / "build/moon/SHA256SUMS").unlink()
    done = built.run("bash", "-c", f"{sys.executable} -m doit verify | (exec <&-; sleep 2); echo ${{PIPESTATUS[0]}}")
    assert "141\n" == done.out


def test_prune_takes_what_nobody_claims(built: Repo) -> None:
    """The files of an old title are listed, then removed; nothing else is."""
    assert "nothing to prune\n" == built.doit("prune").out
    built.edit("releases/moon.yaml", "title: Rise", "title: Risen")
    built.doit()
    old = ["build/moon/flac/01 Rise.flac", "build/moon/mp3-v0/01 Rise.mp3"]
    assert old == built.doit("prune").out.splitlines()
    before = built.files()
    assert "removed 2 files\n" == built.doit("prune", "--delete").out
    assert {name: digest for name, digest in before.items() if name not in old} == built.files()
    assert "nothing to prune\n" == built.doit("prune").out


def test_prune_keeps_what_was_edited(built: Repo) -> None:
    """Of a release whose YAML is gone too."""
    (built.path / "releases/moon.yaml").unlink()
    (built.path / "build/moon/release.json").write_text("mine", encoding="utf-8")
    done = built.doit("prune", "--delete")
    assert (0, {}) == (done.code, built.files())
    assert ["mine"] == [path.read_text(encoding="utf-8") for path in (built.path / "kept").rglob("*.json")]


def test_cleaning_keeps_what_was_edited(built: Repo) -> None:
    """`doit clean` removes what builds made; an edit is not that."""
    (built.path / "build/moon/release.json").write_text("mine", encoding="utf-8")
    built.doit("clean")
    assert {} == built.files()
    assert ["mine"] == [path.read_text(encoding="utf-8") for path in (built.path / "kept").rglob("*.json")]


def test_clean_is_free(built: Repo) -> None:
    """After `doit clean`, `doit` gives the same bytes, and starts no ffmpeg."""
    before = built.files()
    built.doit("clean")
    done = built.doit(PRESSROOM_FFMPEG=built.slow_ffmpeg("*file:*"))
    assert 0 == done.code
    assert before == built.files()
    assert not any(step.split(":")[1].startswith(("encode", "measure", "probe", "tag")) for step in done.made)


def test_the_cache_alone_is_enough(built_once: Repo, fresh: Repo) -> None:
    """Carried to another clone, with other dates and without a state, it gives the same build."""
    shutil.copytree(built_once.path / ".pressroom/cache", fresh.path / ".pressroom/cache")
    done = fresh.doit()
    assert built_once.files() == fresh.files()
    assert not any(step.split(":")[1].startswith(("encode", "measure", "probe", "tag")) for step in done.made)


def test_other_names_for_the_same_files_are_told_everywhere(built: Repo, tmp_path: Path) -> None:
    """After another `naming`, what comes from the cache and what is written are as in a repo that never had the old one."""
    built.write("releases/moon.yaml", (built.path / "releases/moon.yaml").read_text(encoding="utf-8") + 'naming: "{title}"\n')
    done = built.doit()
    assert (0, set()) == (done.code, {step for step in done.made if "encode" in step or "tag" in step})
    built.doit("prune", "--delete")
    never = Repo(tmp_path / "never")
    never.write("dodo.py", DODO)
    shutil.copytree(built.path / "releases", never.path / "releases")
    never.doit()
    assert never.files() == built.files()


def test_a_renamed_release_is_not_made_again(built: Repo) -> None:
    """Its files come from the cache; only what holds its name is written anew."""
    (built.path / "releases/moon.yaml").rename(built.path / "releases/luna.yaml")
    done = built.doit()
    assert not any(step.split(":")[1].startswith(("encode", "measure", "probe", "tag", "cover:")) for step in done.made)


def moved(repo: Repo) -> None:
    """The tracks in another order."""
    first, second, third = (repo.path / "releases/moon.yaml").read_text(encoding="utf-8").partition("tracks:\n")
    one, two = third.split("  - ")[1:3]
    assert "Rise" in one
    repo.write("releases/moon.yaml", f"{first}{second}  - {two.rstrip()}\n  - {one.rstrip()}\n")


EDITS: dict[str, Callable[[Repo], object]] = {
    "a title": lambda repo: repo.edit("releases/moon.yaml", "title: Rise", "title: Risen"),
    "a master": lambda repo: repo.wav("releases/masters/01.wav", hertz=550),
    "the order of tracks": moved,
    "a release that is gone": lambda repo: (repo.path / "releases/moon.yaml").unlink(),
}


@pytest.mark.parametrize("what", EDITS)
def test_the_way_back_is_free(built: Repo, what: str) -> None:
    """What was undone, or switched to another branch and back, gives the same bytes, and starts no ffmpeg."""
    sources, before = built.files("releases"), built.files()
    kept = {name: (built.path / name).read_bytes() for name in sources}
    EDITS[what](built)
    assert 0 == built.doit().code
    assert 0 == built.doit("prune", "--delete").code
    assert before != built.files()
    for name, content in kept.items():
        built.write(name, content)
    assert 0 == built.doit(PRESSROOM_FFMPEG=built.slow_ffmpeg("*file:*")).code
    built.doit("prune", "--delete")
    assert before == built.files()


def test_a_track_that_moves_is_not_encoded_again(built: Repo) -> None:
    """Only its tags, and the lists, know its number."""
    moved(built)
    done = built.doit(PRESSROOM_FFMPEG=built.slow_ffmpeg("*file:*"))
    assert 0 == done.code
    assert not any(step.split(":")[1].startswith(("encode", "measure", "probe")) for step in done.made)


def test_the_cache_is_trimmed_to_its_limit(built: Repo) -> None:
    """What the releases need now stays, however small the limit."""
    built.edit("releases/moon.yaml", "title: Rise", "title: Risen")
    built.doit()
    done = built.doit("cache", "--gc", PRESSROOM_CACHE_MAX="0 MB")
    assert done.out.startswith("freed ")
    assert "freed 0 bytes" not in done.out
    assert " of at most 0 bytes; the rest is what the releases need now\n" in done.out
    before = built.files()
    built.doit("clean")
    built.doit()
    assert {name for name in before if "Rise." not in name} == {*built.files()}


def test_a_damaged_object_is_made_again(built: Repo) -> None:
    """The cache is not trusted: what is wrong in it counts as missing."""
    before = built.files()
    for path in (built.path / ".pressroom/cache/cas").rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.write_bytes(b"bad")
    built.doit("clean")
    assert 0 == built.doit().code
    assert before == built.files()


def test_nothing_on_record_is_no_success(built: Repo) -> None:
    """What nothing is known of cannot be verified."""
    shutil.rmtree(built.path / ".pressroom")
    done = built.doit("verify")
    told = "no build is on record here, so that nothing can be verified; run `doit` first\n"
    assert (1, "", told) == (done.code, done.out, done.err)


def test_what_no_release_makes_may_be_gone(built: Repo) -> None:
    """The file of an old title that somebody deleted is not missed, and not restored."""
    built.edit("releases/moon.yaml", "title: Rise", "title: Risen")
    built.doit()
    for path in (built.path / "build").rglob("* Rise.*"):
        path.unlink()
    for options in ((), ("--restore",)):
        done = built.doit("verify", *options)
        assert (0, True) == (done.code, done.out.endswith(" files, 0 wrong\n")), done
    assert [] == list((built.path / "build").rglob("* Rise.*"))
