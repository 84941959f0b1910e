"""A release brought to folders: in order, immutable, whole wherever the last run was stopped, and written down."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.publish.conftest import NAME, OTHERS, SOUNDS, Cut, digest

from pressroom.errors import MachineError, ReleaseError, UsageError
from pressroom.formats import torrentfile
from pressroom.kinds.publish import Folder, Publishing, QBittorrent, Webseed
from pressroom.publish import files
from pressroom.publish.content import content as read_content
from pressroom.publish.editions import warning
from pressroom.publish.journal import Journal
from pressroom.publish.places import JOURNAL, Run
from pressroom.publish.release import look, publish
from pressroom.tools import lockfile
from pressroom.tools.files import sha256
from pressroom.tools.secret import Secrets

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.publish.conftest import Moon

    from pressroom.publish.content import Content
    from pressroom.publish.release import Report

ANNOUNCE = "https://tracker.example/0123456789abcdef0123/announce"


def folder(moon: Moon, what: str = "build", **more: Any) -> Folder:  # noqa: ANN401  # words
    """A folder beside the repo."""
    return Folder.model_validate({"to": "folder", "path": str(moon.root.parent / what), "what": what, **more})


def everywhere(moon: Moon) -> Publishing:
    """A folder of each kind."""
    watch = folder(moon, "torrent", trackers=["env:ANNOUNCE"])
    return Publishing(destinations=(watch, folder(moon, "payload"), folder(moon)))


def published(moon: Moon, content: Content, publishing: Publishing | None = None) -> list[tuple[str, str]]:
    """Each destination with the state it was found in, or its error."""
    run = moon.run(ANNOUNCE=ANNOUNCE)
    return told(list(publish(content, publishing or everywhere(moon), run, moon.source)))


def told(reports: list[Report]) -> list[tuple[str, str]]:
    """What the reports say, in short."""
    outcomes = [(one.label.split()[0], one.outcome.state if one.outcome else str(one.error or "waits")) for one in reports]
    return [(label, state) for label, state in outcomes]


def records() -> list[dict[str, Any]]:
    """The lines of the journal."""
    return [json.loads(line) for line in JOURNAL.read_text(encoding="utf-8").splitlines()]


def test_everything_lands_where_it_should(moon: Moon) -> None:
    """The payload first, then files, then what a client watches; a second run changes nothing."""
    content = moon.build()
    states = [("payload", "absent"), *[("folder", "absent")] * 5]
    assert states == published(moon, content)
    payload = {f"{NAME}/{name}": text for name, text in SOUNDS.items()}
    torrent = content.torrents[0].text()
    served = content.torrents[0].folder
    assert payload == moon.files(str(served))
    assert {**payload, "Moon.torrent": torrent} == moon.files("../payload")
    built = {f"moon/{name}": text for name, text in {**SOUNDS, **OTHERS}.items()}
    assert {*built, "moon/Moon.torrent", "moon/torrent.json"} == {*moon.files("../build")}
    where = [Path(one["to"].split(" (")[0].split()[1]).name for one in records()]
    assert [served.name, "payload", "build", "torrent", "payload", "build,"] == where
    before = (moon.files("."), moon.files("../payload"), moon.files("../build"), moon.files("../torrent"))
    assert [(label, "current") for label, _ in states] == published(moon, content)
    assert before == (moon.files("."), moon.files("../payload"), moon.files("../build"), moon.files("../torrent"))


def test_a_passkey_goes_into_the_watched_torrent_alone(moon: Moon) -> None:
    """Its info hash stays; nothing that others see has the address."""
    content = moon.build()
    published(moon, content)
    found = torrentfile.read(moon.files("../torrent")["Moon.torrent"])
    assert (((ANNOUNCE,),), content.torrents[0].hashes) == (found.torrent.trackers, found.hashes)
    public = {**moon.files("."), **moon.files("../payload"), **moon.files("../build")}
    assert [] == [name for name, text in public.items() if b"0123456789abcdef0123" in text]


def test_the_order_is_files_then_what_points_to_them(moon: Moon) -> None:
    """By the times at which their names appeared."""
    published(moon, moon.build())
    for name, pointers in (("payload", {"Moon.torrent"}), ("build", {*OTHERS, "Moon.torrent", "torrent.json"})):
        there = [path for path in (moon.root.parent / name).rglob("*") if path.is_file()]
        pointing = [path.stat().st_ctime_ns for path in there if path.name in {Path(one).name for one in pointers}]
        others = [path.stat().st_ctime_ns for path in there if path.name not in {Path(one).name for one in pointers}]
        assert max(others) <= min(pointing)


def test_a_build_never_damages_what_is_served(moon: Moon) -> None:
    """The payload is a copy that no name of the build leads to, and not to be written."""
    content = moon.build()
    published(moon, content)
    (moon.root / "build" / "moon" / "cover.jpg").write_bytes(b"scribble")
    served = moon.root / content.torrents[0].folder / NAME / "cover.jpg"
    assert (b"picture", 0o444) == (served.read_bytes(), served.stat().st_mode & 0o777)


@pytest.mark.parametrize(
    ("damage", "state"),
    [(lambda path: path.unlink(), "incomplete"), (lambda path: path.write_bytes(b"x"), "drifted")],
)
def test_what_drifted_is_put_right(moon: Moon, damage: Callable[[Path], object], state: str) -> None:
    """That file alone is written."""
    content = moon.build()
    published(moon, content)
    damage(moon.root.parent / "build" / "moon" / "cover.jpg")
    damage(moon.root / content.torrents[0].folder / NAME / "cover.jpg")
    states = [("payload", state), ("folder", "current"), ("folder", state), *[("folder", "current")] * 3]
    assert states == told(list(look(content, everywhere(moon), moon.run(ANNOUNCE=ANNOUNCE))))
    assert states == published(moon, content)
    assert [1, 1] == [one["changes"] for one in records()[-2:]]
    assert {"current"} == {state for _, state in published(moon, content)}


def test_a_new_edition_is_outdated_and_the_old_payload_stays(moon: Moon) -> None:
    """At the destination its files are replaced; the payload gets a folder of its own."""
    first = moon.build()
    published(moon, first)
    second = moon.build({**SOUNDS, "cover.jpg": b"another"}, edition=2)
    before = [("folder", "outdated"), ("folder", "outdated"), ("folder", "outdated"), ("folder", "outdated")]
    assert [("payload", "absent"), *before, ("folder", "outdated")] == published(moon, second)
    assert {b"picture", b"another"} == {
        text for name, text in moon.files("published/moon").items() if name.endswith("cover.jpg")
    }
    lock = lockfile.read(lockfile.beside(moon.source))
    assert lock
    assert (2, second.torrents[0].hashes.v1) == (lock.edition, lock.torrents[""].infohash_v1)


def test_another_torrent_of_the_same_edition_is_refused(moon: Moon) -> None:
    """Before anything is written."""
    published(moon, moon.build())
    changed = moon.build({**SOUNDS, "cover.jpg": b"another"})
    before = moon.files(".")
    with pytest.raises(ReleaseError) as refused:
        published(moon, changed)
    why = "the torrent is another than the one published as edition 1; raise `edition` to publish it, or take the change back"
    assert f"{moon.source}: {why}" == str(refused.value)
    assert before == moon.files(".")


def test_a_lock_that_may_not_change_stops_publishing(moon: Moon) -> None:
    """With --locked, before anything is public; a release whose lock is right is published."""
    run = Run(root=moon.root, secrets=Secrets({}), digest_of=digest, frozen=True)
    publishing = Publishing(destinations=(folder(moon, "payload"),))
    reports = list(publish(moon.build(), publishing, run, moon.source))
    told = f"{lockfile.beside(moon.source)}: would change, and --locked forbids that"
    assert [UsageError, type(None), type(None)] == [type(one.error) for one in reports]
    assert told == str(reports[0].error)
    assert {} == moon.files("../payload")


def test_what_comes_after_a_failure_waits(moon: Moon) -> None:
    """A torrent is not made public before its files are there; a missing secret is named."""
    publishing = Publishing(destinations=(folder(moon, "torrent"), Webseed(to="webseed")))
    reports = published(moon, moon.build(), publishing)
    assert [
        ("webseed", "webseed: no torrent names a web seed; give one `webseeds`, or this an `url`"),
        ("folder", "waits"),
    ] == reports
    (report,) = publish(
        moon.build(), Publishing(destinations=(folder(moon, "torrent", trackers=["env:X"]),)), moon.run(), moon.source
    )
    label = f"folder {moon.root.parent / 'torrent'} (torrent)"
    assert f"{label}: env:X: the environment variable X is not set; set it to the secret" == str(report.error)


@pytest.mark.parametrize("name", ["releases", "build", "published/x", ".pressroom", "."])
def test_the_repos_own_folders_are_no_destination(moon: Moon, name: str) -> None:
    """Your sources are never written over."""
    one = Folder(to="folder", path=str(moon.root / name))
    reports = published(moon, moon.build(), Publishing(destinations=(one,)))
    told = f"folder {moon.root / name}: is one of the repo's own; publish to a folder outside of it"
    assert [("folder", told), ("folder", "waits")] == reports


def test_looking_changes_nothing(moon: Moon) -> None:
    """`--dry-run` and `--status` say what lacks, and write no file."""
    content = moon.build()
    before = moon.files("..")
    reports = list(look(content, everywhere(moon), moon.run(ANNOUNCE=ANNOUNCE)))
    assert ["absent"] * 6 == [one.outcome.state for one in reports if one.outcome]
    assert before == moon.files("..")


class Killed(BaseException):
    """The end of the process."""


def killing(monkeypatch: pytest.MonkeyPatch, moment: int) -> list[str]:
    """Let the process end at the so-manieth call that reaches the disk; returns the calls as they are made."""
    calls: list[str] = []

    def wrap(owner: Any, name: str) -> None:  # noqa: ANN401  # a module or a type
        real = getattr(owner, name)

        def call(*given: Any, **named: Any) -> Any:  # noqa: ANN401  # as the real one
            calls.append(name)
            if len(calls) == moment:
                raise Killed
            return real(*given, **named)

        monkeypatch.setattr(owner, name, call)

    for name in ("fsync", "fchmod", "write"):
        wrap(os, name)
    for name in ("replace", "rename", "mkdir"):
        wrap(Path, name)
    wrap(files, "cloned")  # a file is open then, and empty
    return calls


def test_killed_at_any_moment_it_goes_on_and_ends_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moon: Moon) -> None:
    """Nothing half-written has its final name, nothing is left over, and the end is that of a run that was not stopped."""
    content = moon.build()
    with monkeypatch.context() as patch:
        calls = killing(patch, 0)
        published(moon, content)
    wanted = {name: text for name, text in moon.files("..").items() if "journal" not in name}
    moments = len(calls)
    assert moments > 50
    for moment in range(1, moments, 5):  # a file takes six calls, so that each of them is the last one somewhere
        root = tmp_path / f"killed-{moment}" / "repo"
        (root / "releases").mkdir(parents=True)
        monkeypatch.chdir(root)
        again = type(moon)(root)
        content = again.build()
        with monkeypatch.context() as patch, pytest.raises(Killed):  # noqa: PT012  # one moment
            killing(patch, moment)
            published(again, content)
        standing = {name: text for name, text in again.files("..").items() if not Path(name).name.startswith(".")}
        whole = {name: text for name, text in standing.items() if "/." not in name and "journal" not in name}
        assert whole.items() <= wanted.items()
        published(again, content)
        assert wanted == {name: text for name, text in again.files("..").items() if "journal" not in name}
        assert {"current"} == {state for _, state in published(again, content)}
        assert 6 == len({one["to"] for one in records()})


def test_a_full_disk_is_told(moon: Moon, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the file, and the exit code of a machine that is not fit; nothing half-written has its name."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    publishing = Publishing(destinations=(folder(moon), folder(moon, "payload")))
    reports = list(publish(moon.build(), publishing, moon.run(), moon.source))
    assert isinstance(reports[0].error, MachineError)
    assert "cannot be written (No space left on device)" in str(reports[0].error)
    content = moon.build()
    for report in look(content, publishing, moon.run()):
        assert report.outcome
    with pytest.raises(MachineError):
        files.put(moon.root.parent / "build" / "x", content.files[0], content.files[0].source)
    assert [] == [name for place in ("../build", "published") for name in moon.files(place)]


def test_padding_is_served_where_the_web_is_a_seed(moon: Moon) -> None:
    """aria2 asks web seeds for it; it is all zeros."""
    content = moon.build(cut=Cut(aligned=True, webseeds=("https://a.example/",)))
    published(moon, content)
    pads = {name: text for name, text in moon.files("../payload").items() if "/.pad/" in name}
    assert pads
    assert all(text == bytes(int(name.rpartition("/")[2])) for name, text in pads.items())
    assert [] == [name for name in moon.files("../payload") if ".pressroom" in name]


def test_a_journal_line_that_was_cut_off_is_passed_over(moon: Moon) -> None:
    """The next line stands on its own."""
    path = moon.root / JOURNAL
    path.parent.mkdir()
    path.write_bytes(b'{"release": "moon", "to": "folder /a", "content": "1"}\n{"release": "mo')
    one = Journal(path)
    one.append({"release": "moon", "to": "folder /b", "content": "2"})
    for found in (one, Journal(path)):
        assert ["1", "2", ""] == [found.last("moon", f"folder /{name}") for name in "abc"]
        assert "" == found.last("sun", "folder /a")


def test_a_release_without_a_torrent_skips_what_takes_that_alone(moon: Moon) -> None:
    """As when all releases share their destinations; where none would be left, that is an error."""
    content = replace(moon.build(), torrents=())
    publishing = Publishing(destinations=(folder(moon, "payload"), folder(moon), QBittorrent(to="qbittorrent")))
    labels = [one.label for one in publishing.destinations]
    for reports in (look(content, publishing, moon.run()), publish(content, publishing, moon.run(), moon.source)):
        found = [(one.label, one.skipped or (one.outcome.state if one.outcome else "")) for one in reports]
        skipped = [(label, "the release has no torrent") for label in (labels[0], labels[2])]
        assert [*skipped, (labels[1], "absent"), (f"{labels[1]}, pointers", "absent")] == found
    told = "moon has no torrent; give it a `torrent`, or a `publish` of its own"
    (report,) = look(content, Publishing(destinations=(folder(moon, "payload"),)), moon.run())
    assert f"{labels[0]}: {told}" == str(report.error)


def test_a_torrent_that_is_not_made_any_more_is_not_published(moon: Moon) -> None:
    """What an earlier build left of it in `build/` is not the release's."""
    moon.build()
    built = moon.root / "build" / "moon"
    found = [path.relative_to(moon.root) for path in built.rglob("*") if path.name not in ("torrent.json", "Moon.torrent")]
    assert () == read_content("moon", 1, built.relative_to(moon.root), found, digest).torrents


def test_an_edition_that_was_lowered_is_refused(moon: Moon) -> None:
    """By `doit plan` as by `doit publish`, with what to say."""
    publish_all = Publishing(destinations=(folder(moon),))
    published(moon, moon.build(edition=3), publish_all)
    told = "edition 3 is published already, and this is edition 1; say `edition: 3`, or `edition: 4` to publish other bytes"
    assert f"{moon.source}: {told}" == warning(moon.source, 1)
    with pytest.raises(ReleaseError) as refused:
        published(moon, moon.build(), publish_all)
    assert f"{moon.source}: {told}" == str(refused.value)


def test_a_lock_that_is_none_is_told(moon: Moon) -> None:
    """In a line, with where to find it."""
    lockfile.beside(moon.source).write_text('{"edition": "first"}', encoding="utf-8")
    with pytest.raises(ReleaseError) as refused:
        lockfile.read(lockfile.beside(moon.source))
    told = "cannot be read (it is not as pressroom wrote it); take it from your version control again"
    assert f"{lockfile.beside(moon.source)}: {told}" == str(refused.value)


@pytest.mark.parametrize("taken", [lambda path: path.rename(f"{path}.added"), lambda path: path.unlink()])
def test_a_client_may_take_what_it_watches_for(moon: Moon, taken: Callable[[Path], object]) -> None:
    """Transmission renames a .torrent and Deluge deletes it; it is not given to them again, but an edition's other one is."""
    one = Publishing(destinations=(folder(moon, "torrent"),))
    published(moon, moon.build(), one)
    taken(moon.root.parent / "torrent" / "Moon.torrent")
    assert [("folder", "current")] == published(moon, moon.build(), one)
    assert 1 == len(records())
    assert [("folder", "absent")] == published(moon, moon.build({"a": b"b"}, edition=2), one)
    assert (moon.root.parent / "torrent" / "Moon.torrent").is_file()


@pytest.mark.parametrize("secret", ["just-a-passkey", "http://[abc", "gopher://x/announce"])
def test_an_announce_address_that_is_none_is_refused(moon: Moon, secret: str) -> None:
    """Without being repeated."""
    one = folder(moon, "torrent", trackers=["env:ANNOUNCE"])
    run = moon.run(ANNOUNCE=secret)
    (report,) = publish(moon.build(), Publishing(destinations=(one,)), run, moon.source)
    wanted = "a tracker's address such as https://tracker.example/announce or udp://tracker.example:6969"
    assert f"{one.label}: env:ANNOUNCE: expected {wanted}" == str(report.error)
    assert {} == moon.files("../torrent")


def test_what_leads_people_there_waits_for_no_other_place(moon: Moon) -> None:
    """A client that is off leaves no new files under old lists; a folder's own files do hold its lists back."""
    client = QBittorrent(to="qbittorrent", url="http://127.0.0.1:9")
    blocked = moon.root.parent / "blocked"
    blocked.write_bytes(b"a file")
    destinations = (folder(moon), Folder(to="folder", path=str(blocked / "x")), client)
    reports = list(publish(moon.build(), Publishing(destinations=destinations), moon.run(), moon.source))
    states = [one.outcome.state if one.outcome else "FAILED" if one.error else "waits" for one in reports]
    assert ["absent", "absent", "FAILED", "waits", "absent", "waits"] == states
    assert "SHA256SUMS" in {Path(name).name for name in moon.files("../build")}
    assert f"{blocked}: a file stands where a folder belongs; move it away" == str(reports[2].error)


def test_a_folder_on_a_disk_that_is_not_there_is_not_made(moon: Moon) -> None:
    """The folder itself is, if the one that it is in is there; also without writing you are told."""
    one = Folder(to="folder", path=str(moon.root.parent / "usb" / "music"))
    (report,) = look(moon.build(), Publishing(destinations=(one,)), moon.run())
    told = f"{moon.root.parent / 'usb'}: no such folder; make it, or mount its disk"
    assert (MachineError, f"{one.label}: {told}") == (type(report.error), str(report.error))


def test_what_leads_people_there_waits_for_everything(moon: Moon) -> None:
    """A .torrent on the web is written when all files of all destinations are there, and the web was looked at."""
    destinations = (folder(moon, "payload"), Webseed(to="webseed"), folder(moon))
    reports = published(moon, moon.build(), Publishing(destinations=destinations))
    nowhere = "webseed: no torrent names a web seed; give one `webseeds`, or this an `url`"
    files_first = [("payload", "absent"), ("folder", "absent"), ("folder", "absent")]
    assert [*files_first, ("webseed", nowhere), ("folder", "waits"), ("folder", "waits")] == reports
    assert [] == [name for name in (*moon.files("../payload"), *moon.files("../build")) if name.endswith(".torrent")]


def test_a_lock_that_was_lost_is_written_again(moon: Moon) -> None:
    """Also where every destination is as it should be."""
    one = Publishing(destinations=(folder(moon),))
    published(moon, moon.build(), one)
    lock = lockfile.beside(moon.source)
    wanted = lock.read_bytes()
    lock.unlink()
    assert {"current"} == {state for _, state in published(moon, moon.build(), one)}
    assert wanted == lock.read_bytes()


def test_a_build_folder_elsewhere_is_the_repos_own_too(moon: Moon) -> None:
    """By its name in the settings, and behind a link."""
    content = moon.build()
    (moon.root / "out").symlink_to(moon.root.parent / "disk")
    for path in (moon.root / "out" / "x", moon.root.parent / "disk"):
        one = Folder(to="folder", path=str(path))
        run = Run(root=moon.root, build=Path("out"), secrets=Secrets({}), digest_of=digest)
        report = next(publish(content, Publishing(destinations=(one,)), run, moon.source))
        assert f"folder {path}: is one of the repo's own; publish to a folder outside of it" == str(report.error)


def test_what_stands_in_the_way_is_named(moon: Moon) -> None:
    """With its path, and what to do."""
    one = folder(moon)
    (moon.root.parent / "build" / "moon" / "cover.jpg").mkdir(parents=True)
    run = Run(root=moon.root, secrets=Secrets({}), digest_of=sha256)
    report = next(publish(moon.build(), Publishing(destinations=(one,)), run, moon.source))
    path = moon.root.parent / "build" / "moon" / "cover.jpg"
    assert f"{one.label}: {path}: a folder stands where a file belongs; move it away" == str(report.error)


def test_a_source_that_is_gone_is_not_the_targets_fault(moon: Moon) -> None:
    """The file of the build is named."""
    content = moon.build()
    (moon.root / "build" / "moon" / "cover.jpg").unlink()
    report = next(publish(content, Publishing(destinations=(folder(moon),)), moon.run(), moon.source))
    assert "build/moon/cover.jpg: cannot be read (No such file or directory); `doit verify` says more" == str(report.error)


def test_two_torrents_of_one_name_share_a_file(moon: Moon) -> None:
    """Which lies at their destination once."""
    content = moon.build()
    (one,) = content.torrents
    other = replace(one, label="b", title="Moon b.torrent", entries=tuple(replace(e, root=Path("x")) for e in one.entries))
    paths = [entry.path for entry in replace(content, torrents=(one, other)).chosen("payload")]
    assert len(set(paths)) == len(paths) == len(SOUNDS) + 2
