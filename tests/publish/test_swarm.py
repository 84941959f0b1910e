"""What is published reaches others: two clients of other makers fetch it, from qBittorrent and from the web."""

from __future__ import annotations

import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import DODO, Repo
from tests.publish.conftest import NAME, SOUNDS, Cut
from tests.publish.nox import PASSWORD, free_port, published, states, words
from tests.publish.web import Tracker, tracking

from pressroom.kinds.publish import Folder, Publishing
from pressroom.publish.release import publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.publish.conftest import Moon
    from tests.publish.nox import Nox

    Fetch = Callable[[Path, Path], None]
    """Fetches what a .torrent holds into a folder."""

pytestmark = pytest.mark.clients
SECONDS = 60
"""In which a few bytes come over loopback, also where the machine has much to do."""
ROOT = Path(__file__).parents[2]
SOURCE = "releases/night-signals/release.yaml"
WANTED = {f"{NAME}/{name}": text for name, text in SOUNDS.items()}


def by_libtorrent(torrent: Path, folder: Path) -> None:
    """By the library that Deluge is made of."""
    lt: Any = pytest.importorskip("libtorrent", reason="libtorrent is not installed; CONTRIBUTING.md says how")
    found_by_itself = {f"enable_{way}": False for way in ("dht", "lsd", "upnp", "natpmp")}
    session = lt.session({"listen_interfaces": "127.0.0.1:0", "allow_multiple_connections_per_ip": True, **found_by_itself})
    wanted = lt.load_torrent_buffer(torrent.read_bytes())
    wanted.save_path = str(folder)
    torrent_there = session.add_torrent(wanted)
    deadline = time.monotonic() + SECONDS
    while not (status := torrent_there.status()).is_seeding:
        assert time.monotonic() < deadline, f"{status.state} at {status.progress:.1%} of {status.num_peers} peers"
        time.sleep(0.05)


def by_aria2(torrent: Path, folder: Path) -> None:
    """By a program that has nothing in common with it."""
    aria2c = shutil.which("aria2c") or pytest.skip("aria2c is not installed; CONTRIBUTING.md says how")
    finding = [f"--{way}=false" for way in ("enable-dht", "enable-dht6", "bt-enable-lpd", "enable-peer-exchange")]
    here = ["--interface=127.0.0.1", "--disable-ipv6", f"--listen-port={free_port()}", "--no-conf", "--no-netrc"]
    end = ["--seed-time=0", f"--bt-stop-timeout={SECONDS}", "--console-log-level=warn", "--summary-interval=0"]
    command = [aria2c, *finding, *here, *end, f"--dir={folder}", str(torrent)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=2 * SECONDS, check=False)
    assert 0 == done.returncode, done.stdout


@pytest.fixture
def tracker() -> Iterator[Tracker]:
    """A tracker that nobody has asked."""
    with tracking() as one:
        yield one


def fetched(folder: Path) -> dict[str, bytes]:
    """The files of a folder, but for padding, which some clients write."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert [] == [name for name, text in found.items() if "/.pad/" in name and text.strip(b"\0")]
    return {name: text for name, text in found.items() if "/.pad/" not in name}


def known_to(tracker: Tracker) -> None:
    """Wait until somebody has announced a torrent."""
    deadline = time.monotonic() + SECONDS
    while not any(tracker.ports.values()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("fetch", "cut"),
    [
        (by_libtorrent, Cut()),
        (by_libtorrent, Cut(aligned=True)),
        (by_libtorrent, Cut(version="v2")),
        (by_libtorrent, Cut(version="hybrid")),
        (by_aria2, Cut()),
        (by_aria2, Cut(aligned=True)),
    ],
    ids=["libtorrent-v1", "libtorrent-aligned", "libtorrent-v2", "libtorrent-hybrid", "aria2-v1", "aria2-aligned"],
)
def test_others_fetch_what_qbittorrent_seeds(
    moon: Moon, nox: Nox, tracker: Tracker, tmp_path: Path, fetch: Fetch, cut: Cut
) -> None:
    """They find it by the tracker of the .torrent that was built, and get the bytes that were built."""
    content = moon.build(cut=replace(cut, trackers=((tracker.url,),)))
    assert ["absent", "absent"] == states(published(moon, content, words(nox)))
    known_to(tracker)
    fetch(moon.root / "build" / "moon" / "Moon.torrent", tmp_path / "fetched")
    assert WANTED == fetched(tmp_path / "fetched")
    assert nox.torrent()["state"] in ("stalledUP", "uploading")


@pytest.mark.parametrize("aligned", [False, True], ids=["close", "aligned"])
@pytest.mark.parametrize("fetch", [by_libtorrent, by_aria2], ids=["libtorrent", "aria2"])
def test_others_fetch_what_the_web_seeds(moon: Moon, web: str, tmp_path: Path, fetch: Fetch, aligned: bool) -> None:  # noqa: FBT001  # a table
    """From a published folder alone, without a tracker and without anybody else who has it; also where there is padding."""
    content = moon.build(cut=Cut(aligned=aligned, webseeds=(web,)))
    folder = Folder(to="folder", path=str(moon.root.parent / "payload"), what="payload")
    reports = list(publish(content, Publishing(destinations=(folder,)), moon.run(), moon.source))
    assert ["absent"] * 3 == states(reports)
    fetch(moon.root.parent / "payload" / "Moon.torrent", tmp_path / "fetched")
    assert WANTED == fetched(tmp_path / "fetched")


def outside_state(repo: Repo) -> dict[str, str]:
    """The files of a repo, but for what it remembers of builds."""
    return {name: text for name, text in repo.files(".").items() if not name.startswith(".pressroom/")}


@pytest.mark.media
def test_the_example_reaches_others(nox: Nox, tracker: Tracker, tmp_path: Path) -> None:
    """Built by `doit`, brought to qBittorrent by `doit publish`, which does nothing again; others get what was built."""
    repo = Repo(tmp_path / "repo")
    shutil.copytree(ROOT / "releases", repo.path / "releases")
    repo.write("dodo.py", DODO)
    repo.edit(SOURCE, "torrent: {", f"torrent: {{trackers: [[{tracker.url}]], ")
    keys = "user: env:QBT_USER, password: env:QBT_PASSWORD"
    destinations = f"publish:\n  - {{to: qbittorrent, url: {nox.url}, {keys}, category: music}}\n"
    repo.write(SOURCE, (repo.path / SOURCE).read_text(encoding="utf-8") + destinations)
    assert 0 == repo.doit("night-signals").code
    first = repo.doit("publish", "night-signals", QBT_USER="admin", QBT_PASSWORD=PASSWORD)
    assert (0, "") == (first.code, first.err)
    assert ["published", "published"] == [line.split()[0] for line in first.out.splitlines() if not line.startswith(" ")]
    added = nox.torrent()
    left = outside_state(repo)
    for arguments in (("publish", "night-signals"), ("publish", "--status", "night-signals")):
        again = repo.doit(*arguments, QBT_USER="admin", QBT_PASSWORD=PASSWORD)
        assert (0, ["current", "current"]) == (again.code, [line.split()[0] for line in again.out.splitlines()])
    assert left == outside_state(repo)
    assert (added["hash"], added["added_on"], 1) == tuple(nox.torrent()[key] for key in ("hash", "added_on", "progress"))
    known_to(tracker)
    built = repo.path / "build" / "night-signals"
    served = fetched(built)
    for fetch in (by_aria2, by_libtorrent):
        folder = tmp_path / fetch.__name__
        fetch(built / "Night Signals.torrent", folder)
        found = {name.partition("/")[2]: text for name, text in fetched(folder).items()}
        assert 20 < len(found)
        assert found.items() <= served.items()
