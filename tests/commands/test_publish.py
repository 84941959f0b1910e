"""`doit publish`, as a user runs it."""

from __future__ import annotations

import base64
import json
import random
import shutil
import sys
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from tests.publish.web import Echo, served

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.conftest import Repo

pytestmark = pytest.mark.media
CANARY = "can/ary+of the mine%7"
WORDS = """\
license: CC-BY-4.0
torrent: {}
publish:
  - {to: folder, path: %s, what: payload}
  - {to: folder, path: %s, what: torrent, trackers: [env:ANNOUNCE]}
"""
USAGE = "usage: pressroom publish [--dry-run | --status [--json]] [--locked] [RELEASE ...]"
NAME = "The Lanterns - Moon"


@pytest.fixture
def lanterns(fresh: Repo, tmp_path: Path) -> Repo:
    """A built release with two destinations."""
    release = (fresh.path / "releases" / "moon.yaml").read_text(encoding="utf-8")
    fresh.write("releases/moon.yaml", release + WORDS % (tmp_path / "web", tmp_path / "watch"))
    assert 0 == fresh.doit().code
    return fresh


ANNOUNCE = "https://tracker.example/0123456789abcdef/announce"


def test_a_release_is_published_and_published_again(lanterns: Repo, tmp_path: Path) -> None:
    """What was done is told in lines; the second run does nothing, and neither does the next build."""
    web, watch = tmp_path / "web", tmp_path / "watch"
    status = lanterns.doit("publish", "--status", ANNOUNCE=ANNOUNCE)
    (served,) = [line.split()[3] for line in status.out.splitlines() if "payload " in line and "published/" in line]
    folders = [f"{web} (payload)", f"{watch} (torrent)", f"{web} (payload), pointers"]
    lines = [f"moon  payload {served}", *(f"moon  folder {folder}" for folder in folders)]
    assert (0, "".join(f"absent  {line}\n" for line in lines)) == (status.code, status.out)
    dry = lanterns.doit("publish", "--dry-run", "moon", ANNOUNCE=ANNOUNCE)
    assert f"would change  {lines[2]} (is absent)\n  write Moon.torrent\n" in dry.out
    assert [] == [path for path in (web, watch, lanterns.path / "published") if path.exists()]
    done = lanterns.doit("publish", ANNOUNCE=ANNOUNCE)
    assert (0, "") == (done.code, done.err)
    assert done.out.startswith(
        f"published  {lines[0]} (was absent)\n  copy 9 files to {served}\npublished  {lines[1]} (was absent)\n"
    )
    again = lanterns.doit("publish", ANNOUNCE=ANNOUNCE)
    assert (0, "".join(f"current  {line}\n" for line in lines)) == (again.code, again.out)
    assert lanterns.doit().out.startswith("made 0, restored 0,")
    assert (web / NAME / "flac" / "01 Rise.flac").read_bytes() == (lanterns.path / "build/moon/flac/01 Rise.flac").read_bytes()


def test_what_is_not_built_is_not_published(lanterns: Repo) -> None:
    """You are told what to run."""
    lanterns.edit("releases/moon.yaml", "title: Moon", "title: Full Moon")
    done = lanterns.doit("publish", ANNOUNCE=ANNOUNCE)
    assert 1 == done.code
    assert done.err.startswith("moon: is not built: ")
    assert done.err.endswith("; run `doit moon` first\n")


def test_a_run_that_was_killed_behind_the_lock_is_known(lanterns: Repo) -> None:
    """What the lock says is what was built, so `--status` tells how the destinations stand, as the next run would."""
    assert 0 == lanterns.doit("publish", ANNOUNCE=ANNOUNCE).code
    path = lanterns.path / "releases" / "moon.lock.json"
    lock = path.read_bytes()
    path.unlink()
    lanterns.doit()
    path.write_bytes(lock)
    status = lanterns.doit("publish", "--status", ANNOUNCE=ANNOUNCE)
    assert (0, ["current"] * 4) == (status.code, [line.split()[0] for line in status.out.splitlines()])


def test_other_bytes_need_another_edition(lanterns: Repo) -> None:
    """`doit plan` announces it before the build and after it; `doit publish` refuses it."""
    source = "releases/moon.yaml"
    assert 0 == lanterns.doit("publish", ANNOUNCE=ANNOUNCE).code
    lock = (lanterns.path / "releases" / "moon.lock.json").read_text(encoding="utf-8")
    assert 1 == json.loads(lock)["edition"]
    lanterns.edit(source, "- title: Rise", "- title: Arise")
    expect = f"{source}: edition 1 is published; if its torrent becomes another, raise `edition`"
    assert expect in lanterns.doit("plan").out.splitlines()
    lanterns.doit()
    why = "is another than the one published as edition 1; raise `edition` to publish it, or take the change back"
    told = f"{source}: the torrent {why}"
    assert told in lanterns.doit("plan").out.splitlines()
    assert told == json.loads(lanterns.doit("plan", "--json").out)["releases"][0]["published"]
    refused = lanterns.doit("publish", ANNOUNCE=ANNOUNCE)
    assert (1, told + "\n") == (refused.code, refused.err)
    assert lock == (lanterns.path / "releases" / "moon.lock.json").read_text(encoding="utf-8")
    lanterns.edit(source, "torrent: {}", "torrent: {}\nedition: 2")
    lanterns.doit()
    frozen = lanterns.doit("publish", "--locked", ANNOUNCE=ANNOUNCE)
    assert (2, "FAILED  moon  releases/moon.lock.json: would change, and --locked forbids that\n") == (frozen.code, frozen.err)
    assert 0 == lanterns.doit("publish", ANNOUNCE=ANNOUNCE).code
    assert 2 == json.loads((lanterns.path / "releases" / "moon.lock.json").read_text(encoding="utf-8"))["edition"]
    assert 2 == len(list((lanterns.path / "published" / "moon").iterdir()))


def test_what_is_kept_of_earlier_editions_is_told(lanterns: Repo) -> None:
    """Once the later one is everywhere: how large it is, and what removes it; a folder of yours is none of it."""

    def kept() -> list[str]:
        lines = lanterns.doit("publish", "--status", ANNOUNCE=ANNOUNCE).out.splitlines()
        return [line for line in lines if line.startswith("kept")]

    assert 0 == lanterns.doit("publish", ANNOUNCE=ANNOUNCE).code
    lanterns.write("published/moon/notes/mine.txt", "mine")
    (first,) = (path for path in (lanterns.path / "published" / "moon").iterdir() if path.name != "notes")
    lanterns.edit("releases/moon.yaml", "torrent: {}", "torrent: {}\nedition: 2")
    lanterns.edit("releases/moon.yaml", "- title: Rise", "- title: Arise")
    assert 0 == lanterns.doit().code
    assert [] == kept()
    assert 0 == lanterns.doit("publish", ANNOUNCE=ANNOUNCE).code
    size = sum(path.stat().st_size for path in first.rglob("*") if path.is_file())
    remedy = f"when no client seeds them any more: rm -r published/moon/{first.name}"
    assert [f"kept  moon  published/moon: 1 earlier payload, {size / 1000:.1f} kB; {remedy}"] == kept()
    shutil.rmtree(first)
    assert [] == kept()


def test_the_status_is_there_for_programs(lanterns: Repo, tmp_path: Path) -> None:
    """Each destination with its state, or with what went wrong; nothing else on standard output."""
    lanterns.write("releases/sun.yaml", "kind: album\ntracks: []\n")
    lanterns.edit("releases/moon.yaml", "publish:\n", f"publish:\n  - {{to: folder, path: {tmp_path}/none/web}}\n")
    assert 2 == lanterns.doit().code
    done = lanterns.doit("publish", "--status", "--json", ANNOUNCE=ANNOUNCE)
    moon, sun = json.loads(done.out)["releases"]
    assert ("sun", []) == (sun["slug"], sun["destinations"])
    assert sun["error"].startswith("releases/sun.yaml:1:1: missing key 'title'\n")
    assert ("moon", None) == (moon["slug"], moon["error"])
    first, failed, *rest = moon["destinations"]
    place = f"folder {tmp_path}/none/web"
    error = f"{place}: {tmp_path}/none: no such folder; make it, or mount its disk"
    assert {"to": place, "state": "failed", "note": None, "error": error} == failed
    assert first["to"].startswith("payload published/moon/")
    assert [("absent", None, None)] * 4 == [(one["state"], one["note"], one["error"]) for one in (first, *rest)]
    assert (3, "") == (done.code, done.err)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--dry-run", "--status"), 2, USAGE),
        (("--json",), 2, USAGE),
        (("mon",), 2, "'mon' is no release; did you mean 'moon'?"),
        ((), 0, "nothing to publish; `publish` in a release names its destinations"),
    ],
)
def test_a_command_line_is_answered(built: Repo, arguments: tuple[str, ...], code: int, told: str) -> None:
    """A mistake with what to do; a repo without destinations with a line."""
    done = built.doit("publish", *arguments)
    assert (code, told) == (done.code, done.err.splitlines()[0])


def spellings(text: str) -> list[bytes]:
    """How a secret may be found in what a run left."""
    return [one.encode() for one in (text, quote(text), quote(text, safe=""), base64.b64encode(text.encode()).decode()[:-4])]


def test_a_canary_is_in_nothing_that_a_run_leaves(lanterns: Repo, tmp_path: Path) -> None:
    """A secret in every slot, of every kind, and every destination failing: nothing that is printed or written holds it."""
    key = lanterns.write("key", CANARY + "\n")
    announce = f"https://tracker.example/{quote(CANARY, safe='')}/announce"
    blocked = tmp_path / "blocked"
    blocked.write_bytes(b"a file, where a folder should be")
    destinations = f"""\
publish:
  - {{to: folder, path: {blocked}/x, what: torrent, trackers: [env:ANNOUNCE]}}
  - {{to: folder, path: {tmp_path}/watched, what: torrent, trackers: [env:ANNOUNCE]}}
  - {{to: qbittorrent, url: "http://127.0.0.1:9", user: env:CANARY, password: "file:{key}", trackers: [env:ANNOUNCE]}}
"""
    bucket = '  - {to: s3, bucket: lanterns, endpoint: "http://127.0.0.1:9", access_key: env:CANARY, secret_key: env:CANARY}\n'
    text = (lanterns.path / "releases" / "moon.yaml").read_text(encoding="utf-8").partition("publish:")[0]
    outputs = []
    for words in (destinations, f"publish:\n{bucket}", f"publish:\n  - {{to: qbittorrent, password: '{CANARY}'}}\n"):
        lanterns.write("releases/moon.yaml", text + words)
        for arguments in (("publish",), ("publish", "--status"), ("plan",), ("list", "--status"), ()):
            done = lanterns.doit(*arguments, CANARY=CANARY, ANNOUNCE=announce)
            outputs.append((done.out + done.err).encode())
            if arguments == ("publish",):
                assert 0 != done.code
    key.unlink()
    lanterns.write("releases/moon.yaml", text)
    left = {str(path): path.read_bytes() for path in lanterns.path.rglob("*") if path.is_file()}
    found = [name for name, content in left.items() for one in spellings(CANARY) if one in content]
    assert [] == found
    assert [] == [output for output in outputs for one in spellings(CANARY) if one in output]
    assert quote(CANARY, safe="").encode() in (tmp_path / "watched" / "Moon.torrent").read_bytes()


RING = """\
def get_password(service, user):
    return open("../ring/secret").read()
"""


@pytest.mark.clients
@pytest.mark.parametrize("status", [200, 401, 403, 500])
def test_a_canary_is_in_nothing_where_servers_repeat_it(lanterns: Repo, status: int) -> None:
    """Servers answer with all that they were told, ssh tells its environment: each secret is read, used and never shown."""
    ring = lanterns.write("../ring/keyring/__init__.py", RING).resolve().parents[1]
    lanterns.write("../ring/keyring/errors.py", "class KeyringError(Exception): pass")
    lanterns.write("../ring/secret", CANARY)
    config = lanterns.write("../ring/ssh", "Host host\n  ProxyCommand echo it was $CANARY >&2\n").resolve()
    text = (lanterns.path / "releases" / "moon.yaml").read_text(encoding="utf-8").partition("publish:")[0]
    said = []
    with served(type("Own", (Echo,), {"status": status})) as url:
        for words in (
            f'{{to: qbittorrent, url: "{url}", user: env:CANARY, password: keyring:qbt/me, trackers: [env:ANNOUNCE]}}',
            f'{{to: s3, bucket: lanterns, endpoint: "{url}", access_key: keyring:s3/me, secret_key: env:CANARY}}',
            f'{{to: webseed, url: "{url}"}}',
            f'{{to: rsync, target: "host:/srv", ssh_config: {config}}}\n  - {{to: qbittorrent, user: env:CANARY}}',
        ):
            lanterns.write("releases/moon.yaml", f"{text}publish:\n  - {words}\n")
            environment: dict[str, Any] = {
                "CANARY": CANARY,
                "ANNOUNCE": f"https://{quote(CANARY, safe='')}.example/",
                "PYTHONPATH": str(ring),
            }
            for arguments in (("publish",), ("publish", "--status")):
                done = lanterns.doit(*arguments, **environment)
                assert "Traceback" not in done.err
                said.append((done.out + done.err).encode())
                assert "FAILED" in done.err or "--status" in arguments
    left = {str(path): path.read_bytes() for path in lanterns.path.rglob("*") if path.is_file()}
    assert [] == [name for name, content in left.items() for one in spellings(CANARY) if one in content]
    assert [] == [output for output in said for one in spellings(CANARY) if one in output]


def test_a_name_that_is_another_releases_is_refused(lanterns: Repo, tmp_path: Path) -> None:
    """Where both go to one place: one would be written over the other, again and again."""
    text = (lanterns.path / "releases" / "moon.yaml").read_text(encoding="utf-8")
    lanterns.write("releases/sun.yaml", text)
    lanterns.doit()
    done = lanterns.doit("publish", "sun", ANNOUNCE=ANNOUNCE)
    told = (
        f"'{NAME}' and 'Moon.torrent' would be there of moon, too; give one of the torrents a `name` and a `label` of its own"
    )
    assert (1, f"folder {tmp_path / 'watch'} (torrent): {told}\n") == (done.code, done.err)
    lanterns.write("releases/sun.yaml", text.replace("torrent: {}", "torrent: {label: sun, name: Sun}"))
    lanterns.doit()
    assert (0, "") == ((done := lanterns.doit("publish", ANNOUNCE=ANNOUNCE)).code, done.err)


def test_a_broken_lock_is_one_releases_matter(lanterns: Repo) -> None:
    """`doit plan` tells of the others as ever."""
    lanterns.doit("publish", ANNOUNCE=ANNOUNCE)
    lanterns.write("releases/moon.lock.json", "{}")
    lanterns.write("releases/sun.yaml", (lanterns.path / "releases" / "moon.yaml").read_text(encoding="utf-8"))
    done = lanterns.doit("plan")
    told = "releases/moon.lock.json: cannot be read (it is not as pressroom wrote it); take it from your version control again"
    assert (1, told) == (done.code, done.err.rstrip("\n"))
    assert "sun:" in done.out


def reached(repo: Repo) -> dict[str, str]:
    """All that publishing wrote, but for the journal."""
    places = ("../web/", "../watch/", "../repo/published/moon/", "../repo/releases/moon.lock.json")
    return {name: text for name, text in repo.files("..").items() if name.startswith(places)}


def test_killed_at_random_it_goes_on(lanterns: Repo, tmp_path: Path) -> None:
    """By SIGKILL, at moments of its run; the next run ends as if nothing had been."""
    dice = random.Random(5)  # noqa: S311  # moments, not secrets
    began = time.monotonic()
    assert 0 == lanterns.doit("publish", ANNOUNCE=ANNOUNCE).code
    seconds = time.monotonic() - began
    wanted = reached(lanterns)
    assert 21 == len(wanted)
    for _ in range(6):
        for folder in (tmp_path / "web", tmp_path / "watch", lanterns.path / "published"):
            shutil.rmtree(folder, ignore_errors=True)
        (lanterns.path / "releases" / "moon.lock.json").unlink()
        lanterns.doit()
        process: subprocess.Popen[str] = lanterns.started(sys.executable, "-m", "doit", "publish", ANNOUNCE=ANNOUNCE)
        time.sleep(dice.uniform(seconds / 3, seconds))
        process.kill()
        process.communicate()
        done = lanterns.doit("publish", ANNOUNCE=ANNOUNCE)
        assert (0, "", wanted) == (done.code, done.err, reached(lanterns))
