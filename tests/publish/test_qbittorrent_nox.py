"""Publishing to a real qBittorrent on loopback."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from tests.publish.conftest import NAME, SOUNDS, Cut
from tests.publish.nox import PASSWORD, free_port, published, started, states, words

from pressroom.kinds.publish import Publishing, QBittorrent
from pressroom.publish.release import look, publish
from pressroom.publish.webui import WebUi

if TYPE_CHECKING:
    from pathlib import Path

    from tests.publish.conftest import Moon
    from tests.publish.nox import Nox

pytestmark = pytest.mark.clients


@pytest.mark.parametrize("version", ["v1", "v2", "hybrid"])
def test_what_is_published_is_seeded_and_left_alone(moon: Moon, nox: Nox, version: Any) -> None:  # noqa: ANN401  # a literal
    """Once: it is added, checked and seeded. Twice: nothing is changed. Found by any of its hashes."""
    content = moon.build(cut=Cut(version=version))
    one = words(nox, category="music", tags=("lanterns", "cc"))
    assert ["absent", "absent"] == states(published(moon, content, one))
    found = nox.torrent()
    folder = moon.root / content.torrents[0].folder
    assert (NAME, 1, "music", str(folder)) == (found["name"], found["progress"], found["category"], found["save_path"])
    assert {"lanterns", "cc"} == set(found["tags"].split(", "))
    assert found["state"] in ("stalledUP", "uploading")
    assert ["current", "current"] == states(published(moon, content, one))


def test_what_drifted_is_put_right_without_adding_again(moon: Moon, nox: Nox) -> None:
    """Category, tags, folder and trackers."""
    content = moon.build(cut=Cut(trackers=(("http://127.0.0.1:1/announce",),)))
    one = words(nox, category="music", tags=("lanterns",))
    published(moon, content, one)
    added = nox.torrent()["added_on"]
    key = nox.torrent()["hash"]
    nox.api.torrents_set_category(category="", torrent_hashes=key)
    nox.api.torrents_remove_tags(torrent_hashes=key)
    nox.api.torrents_remove_trackers(key, urls=["http://127.0.0.1:1/announce"])
    nox.api.torrents_add_trackers(key, urls=["http://127.0.0.1:2/mine"])
    (report,) = [report for report in published(moon, content, one) if report.label == one.label]
    assert report.outcome
    assert "drifted" == report.outcome.state
    assert (
        f"set the category of {NAME} to music",
        f"tag {NAME} with lanterns",
        f"announce {NAME} to 127.0.0.1",
    ) == report.outcome.changed
    found = nox.torrent()
    assert (added, "music", "lanterns") == (found["added_on"], found["category"], found["tags"])
    assert ["current", "current"] == states(published(moon, content, one))


def test_a_torrent_that_was_moved_is_moved_back(moon: Moon, nox: Nox, tmp_path: Path) -> None:
    """Its files lie where they were published, whole."""
    content = moon.build()
    published(moon, content, words(nox))
    nox.api.torrents_set_location(location=str(tmp_path / "elsewhere"), torrent_hashes=nox.torrent()["hash"])
    nox.until("stalledUP", "uploading")
    deadline = time.monotonic() + 10
    while nox.torrent()["save_path"] != str(tmp_path / "elsewhere"):
        assert time.monotonic() < deadline
    states(published(moon, content, words(nox)))
    assert str(moon.root / content.torrents[0].folder) == nox.torrent()["save_path"]
    assert set(SOUNDS.values()) == set(moon.files("published/moon").values())
    assert ["current", "current"] == states(published(moon, content, words(nox)))


class Killed(BaseException):
    """The end of the process."""


@pytest.mark.parametrize("moment", range(6))
def test_killed_between_any_two_requests_it_goes_on(moon: Moon, nox: Nox, monkeypatch: pytest.MonkeyPatch, moment: int) -> None:
    """The next run ends with one torrent, which is whole and seeds, and has no mark of ours."""
    content, done = moon.build(), 0

    def wrapped(change: Any) -> Any:  # noqa: ANN401  # a method
        def call(*given: Any, **named: Any) -> Any:  # noqa: ANN401  # its arguments
            nonlocal done
            if done == moment:
                raise Killed
            done += 1
            return change(*given, **named)

        return call

    with monkeypatch.context() as patch:
        for name in ("add", "add_tags", "stop", "recheck", "start", "remove_tags"):
            patch.setattr(WebUi, name, wrapped(getattr(WebUi, name)))
        with pytest.raises(Killed):
            published(moon, content, words(nox))
    states(published(moon, content, words(nox)))
    found = nox.torrent()
    assert (1, "stalledUP", "") == (found["progress"], found["state"], found["tags"])
    assert ["current", "current"] == states(published(moon, content, words(nox)))


def test_trackers_of_yours_stay_and_an_old_key_goes(moon: Moon, nox: Nox) -> None:
    """Two servers of one host are two; the address of one server takes the place of its old one alone."""
    old, other = "http://127.0.0.1:1/old/announce", "udp://127.0.0.1:1"
    content = moon.build(cut=Cut(trackers=((old,), (other,))))
    published(moon, content, words(nox))
    nox.api.torrents_add_trackers(nox.torrent()["hash"], urls=["http://127.0.0.1:2/mine"])
    new = moon.build(cut=Cut(trackers=(("http://127.0.0.1:1/new/announce",), ("https://127.0.0.1:1/more",), (other,))))
    assert ["current", "drifted"] == states(published(moon, new, words(nox)))
    listed = {one["url"] for one in nox.api.torrents_trackers(nox.torrent()["hash"])}
    wanted = {"http://127.0.0.1:1/new/announce", "https://127.0.0.1:1/more", other, "http://127.0.0.1:2/mine"}
    assert wanted == {url for url in listed if "://" in url}
    assert ["current", "current"] == states(published(moon, new, words(nox)))


def test_a_secret_address_takes_the_place_of_the_public_ones(moon: Moon, nox: Nox) -> None:
    """Also in a torrent that was there before the secret was named; what the user added stays."""
    public, mine, secret = "udp://127.0.0.1:1", "http://127.0.0.1:2/mine", "http://127.0.0.1:3/key/announce"
    content = moon.build(cut=Cut(trackers=((public,),)))
    published(moon, content, words(nox))
    nox.api.torrents_add_trackers(nox.torrent()["hash"], urls=[mine])
    one = words(nox, trackers=["env:ANNOUNCE"])
    run = moon.run(USER_NAME="admin", PASS_WORD=PASSWORD, ANNOUNCE=secret)
    for state in ("drifted", "current"):
        reports = list(publish(content, Publishing(destinations=(one,)), run, moon.source))
        assert ["current", state] == states(reports)
    listed = {found["url"] for found in nox.api.torrents_trackers(nox.torrent()["hash"])}
    assert {mine, secret} == {url for url in listed if "://" in url}


def test_a_stopped_torrent_that_was_moved_stays_stopped(moon: Moon, nox: Nox, tmp_path: Path) -> None:
    """It lies where it belongs, whole, and nobody gets it until you start it."""
    content = moon.build()
    published(moon, content, words(nox))
    key = nox.torrent()["hash"]
    nox.api.torrents_stop(torrent_hashes=key)
    nox.until("pausedUP", "stoppedUP")
    nox.api.torrents_set_location(location=str(tmp_path / "elsewhere"), torrent_hashes=key)
    deadline = time.monotonic() + 10
    while nox.torrent()["save_path"] != str(tmp_path / "elsewhere"):
        assert time.monotonic() < deadline
    nox.until("pausedUP", "stoppedUP")
    states(published(moon, content, words(nox)))
    found = nox.torrent()
    folder = moon.root / content.torrents[0].folder
    assert (str(folder), 1, "") == (found["save_path"], found["progress"], found["tags"])
    assert found["state"] in ("pausedUP", "stoppedUP")


def test_a_torrent_that_you_stopped_stays_stopped(moon: Moon, nox: Nox) -> None:
    """And you are told so."""
    content = moon.build()
    published(moon, content, words(nox))
    nox.api.torrents_stop(torrent_hashes=nox.torrent()["hash"])
    nox.until("pausedUP", "stoppedUP")
    reports = published(moon, content, words(nox))
    assert ["current", "current"] == states(reports)
    assert reports[1].outcome
    assert f"{NAME} is stopped in qBittorrent, and was left so" == reports[1].outcome.note
    assert nox.torrent()["state"] in ("pausedUP", "stoppedUP")


@pytest.mark.parametrize("damage", ["flipped", "missing"])
def test_damage_in_what_is_served_is_mended(moon: Moon, nox: Nox, damage: str) -> None:
    """The file is put back from the build, and the torrent read again; nothing is fetched from others."""
    content = moon.build()
    published(moon, content, words(nox))
    victim = moon.root / content.torrents[0].entries[1].source
    victim.chmod(0o644)
    if damage == "missing":
        victim.unlink()
    else:
        victim.write_bytes(b"X" + victim.read_bytes()[1:])
    nox.api.torrents_recheck(torrent_hashes=nox.torrent()["hash"])
    nox.until("stalledDL", "missingFiles", "downloading")
    states(published(moon, content, words(nox)))
    assert (1, "stalledUP") == (nox.torrent()["progress"], nox.torrent()["state"])
    assert set(SOUNDS.values()) == set(moon.files("published/moon").values())


def test_a_client_that_sees_other_files_is_an_error_and_does_not_download(moon: Moon, nox: Nox, tmp_path: Path) -> None:
    """As in a container whose folder is not the one that you meant; the torrent is left stopped, and mended later."""
    content = moon.build()
    wrong = words(nox, save_path=str(tmp_path / "nowhere"))
    reports = published(moon, content, wrong)
    served = content.torrents[0].folder
    where = f"{tmp_path}/nowhere/moon/{served.name}"
    assert (
        f"{wrong.label}: finds 0.0% of {NAME} in {where} (state pausedDL); it must see the files there that this machine "
        f"has in {served}: set `save_path`, or look at the file rights"
    ) == str(reports[1].error)
    assert nox.torrent()["state"] in ("pausedDL", "stoppedDL")
    states(published(moon, content, words(nox)))
    assert (1, "stalledUP", "") == (nox.torrent()["progress"], nox.torrent()["state"], nox.torrent()["tags"])


def test_a_wrong_password_is_tried_once(moon: Moon, nox: Nox) -> None:
    """One attempt in a run, however many releases there are; five would lock you out."""
    content = moon.build()
    run = moon.run(USER_NAME="admin", PASS_WORD="guess")  # noqa: S106  # wrong on purpose
    one = words(nox)
    for _ in range(8):
        reports = list(look(content, Publishing(destinations=(one,)), run))
        told = "user or password is wrong; this was one attempt, and five lock you out for an hour"
        assert f"{one.label}: {told}" == str(reports[1].error)
    assert ["absent", "absent"] == states(published(moon, content, one))


def test_a_client_that_wants_a_login_says_so(moon: Moon, nox: Nox) -> None:
    """Where the words name no user, or no password."""
    content = moon.build()
    for keys in ({"user": None, "password": None}, {"password": None}):
        one = words(nox, **keys)
        reports = published(moon, content, one)
        assert f"{one.label}: asks for a login; give `user` and `password`" == str(reports[1].error)


@pytest.mark.parametrize(
    ("url", "told"),
    [("http://127.0.0.1:{}", "what answers is no web server"), ("http://lanterns.invalid", "there is no such host")],
)
def test_what_is_no_qbittorrent_is_told(moon: Moon, monkeypatch: pytest.MonkeyPatch, url: str, told: str) -> None:
    """In words, not in those of a library; no server of names is asked."""
    pytest.importorskip("qbittorrentapi")
    looked_up = socket.getaddrinfo

    def local(host: str, *rest: Any, **named: Any) -> Any:  # noqa: ANN401  # the system's
        if host != "127.0.0.1":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return looked_up(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", local)
    with socket.create_server(("127.0.0.1", 0)) as other:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    one, _ = other.accept()
                    one.sendall(b"SSH-2.0-lanterns\r\n")
                    one.close()

        threading.Thread(target=answer, daemon=True).start()
        one = QBittorrent(to="qbittorrent", url=url.format(other.getsockname()[1]))
        reports = published(moon, moon.build(), one)
        other.shutdown(socket.SHUT_RDWR)
    assert f"{one.label}: cannot be reached ({told}); is it running, and is this its address?" == str(reports[1].error)


def test_a_web_server_that_is_no_qbittorrent_is_told(moon: Moon, web: str) -> None:
    """Without its page."""
    pytest.importorskip("qbittorrentapi")
    one = QBittorrent(to="qbittorrent", url=web.rstrip("/"))
    reports = published(moon, moon.build(), one)
    assert f"{one.label}: answers 501 with a web page; is this its address?" == str(reports[1].error)


def test_a_client_without_its_memory_gets_the_torrent_again(moon: Moon, nox: Nox) -> None:
    """Killed and without its profile: one torrent, seeding; a journal that is lost makes no second one."""
    content = moon.build()
    published(moon, content, words(nox))
    (moon.root / "published" / "journal.jsonl").unlink()
    assert ["current", "current"] == states(published(moon, content, words(nox)))
    nox.end()
    told = f"{words(nox).label}: cannot be reached (the connection is refused); is it running, and is this its address?"
    assert told == str(published(moon, content, words(nox))[1].error)
    shutil.rmtree(nox.profile)
    again = started(nox.profile, int(nox.url.rpartition(":")[2]), free_port())
    try:
        states(published(moon, content, words(again)))
        assert "stalledUP" == again.torrent()["state"]
    finally:
        again.end()


@pytest.mark.parametrize("fate", ["tag", "remove"])
def test_a_new_edition_supersedes_the_old_one(moon: Moon, nox: Nox, fate: Any) -> None:  # noqa: ANN401  # a literal
    """The new one seeds; the old one is tagged, or removed if you say so; its files stay."""
    one = words(nox, superseded=fate)
    first = moon.build()
    published(moon, first, one)
    second = moon.build({**SOUNDS, "cover.jpg": b"another"}, edition=2)
    assert ["absent", "outdated"] == states(published(moon, second, one))
    tags = {found["hash"]: found["tags"] for found in nox.api.torrents_info()}
    old = {str(first.torrents[0].hashes.v1): "superseded"} if fate == "tag" else {}
    assert {str(second.torrents[0].hashes.v1): "", **old} == tags
    assert 6 == len(moon.files("published/moon"))
    assert ["current", "current"] == states(published(moon, second, one))
