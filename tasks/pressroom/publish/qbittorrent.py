"""Publishing to a qBittorrent (4.5 and 5.x), which then seeds the torrents from `published/`.

No answer to a request is believed: what is there is looked up, before and after. A torrent is found by any of its hashes, as
qBittorrent lists hybrids under the v2 one alone, cut short.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pressroom.errors import ToolError
from pressroom.publish.protocol import Change, Destination, View, together

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pressroom.formats.metainfo import InfoHashes
    from pressroom.kinds.publish import QBittorrent
    from pressroom.publish.content import Content, Served
    from pressroom.publish.webui import WebUi

SEEDING = frozenset({"uploading", "stalledUP", "forcedUP", "queuedUP"})
STOPPED = frozenset({"pausedUP", "stoppedUP"})
HALTED = frozenset({"pausedDL", "stoppedDL"})
"""Stopped, and not whole."""
BUSY = frozenset({"checkingUP", "checkingDL", "checkingResumeData", "moving", "allocating"})
UNCHECKED = "pressroom:checking"
"""The tag of a torrent that was stopped by us, and is not yet seen to be whole: a later run goes on with it."""
SUPERSEDED = "superseded"
CUT = 40
"""Hex digits of a v2 hash that qBittorrent goes by."""
ANSWER_SECONDS = 20.0
STILL_SECONDS = 6.0
"""A torrent that is neither whole nor being checked for so long will not become whole by itself."""
LIST_SECONDS = 2.0
"""What qBittorrent lists is renewed every 1.5 seconds."""
STUCK_SECONDS = 120
POLL_SECONDS = 0.1

Torrent = Mapping[str, Any]
"""A torrent as qBittorrent lists it."""


class Seeding(Destination):
    """The torrents of a release in one qBittorrent."""

    def __init__(self, words: QBittorrent, content: Content, client: WebUi, *, root: Path, trackers: Sequence[str]) -> None:
        self.label = words.label
        self.digest = hashlib.sha256(" ".join(str(one.hashes) for one in content.torrents).encode()).hexdigest()
        self._words = words
        self._content = content
        self._client = client
        self._base = PurePosixPath(words.save_path or (root / "published").as_posix())
        self._trackers = tuple(trackers)

    def look(self) -> View:
        """How each torrent stands, and which of earlier editions are not marked yet."""
        listed = self._client.torrents()
        views = [self._standing(one, listed) for one in self._content.torrents]
        old = self._superseded(listed)
        changes = [change for view in views for change in view.changes] + old
        state = "outdated" if old else together(view.state for view in views)
        return View(state=state, changes=tuple(changes), note="; ".join(filter(None, (view.note for view in views))))

    def _standing(self, served: Served, listed: Sequence[Torrent]) -> View:
        """How one torrent stands."""
        name = served.torrent.name
        found = found_in(listed, served.hashes)
        paused = found is not None and found["state"] in STOPPED | HALTED and UNCHECKED not in marks(found)
        seed = Change(told=(f"check and seed {name}",), do=lambda: self._seed(served, paused=paused))
        if found is None:
            return View(state="absent", changes=(Change(told=(f"add {name}",), do=lambda: self._add(served)), seed))
        moved = self._displaced(served, found, paused=paused)
        drifted = (*moved, *self._drift(served, found))
        if UNCHECKED in marks(found) or not is_whole(found):
            told = f"{name} is {found['state']} with {found['progress']:.1%} of its files"
            return View(state="incomplete", changes=(*drifted, seed), note=told)
        if moved:
            return View(state="drifted", changes=(*drifted, seed))
        stopped = f"{name} is stopped in qBittorrent, and was left so" if paused else ""
        return View(state="drifted" if drifted else "current", changes=drifted, note=stopped)

    def _displaced(self, served: Served, found: Torrent, *, paused: bool) -> tuple[Change, ...]:
        """What brings a torrent back that lies in another folder; it has to be checked there."""
        folder = self._folder(served)
        if str(found["save_path"]).rstrip("/") == folder:
            return ()
        told = f"set the folder of {served.torrent.name} to {folder}"
        return (Change(told=(told,), do=lambda: self._move(str(found["hash"]), folder, paused=paused)),)

    def _drift(self, served: Served, found: Torrent) -> tuple[Change, ...]:
        """What the user, or an older release, has set in another way."""
        name, key = served.torrent.name, str(found["hash"])
        changes = []
        category = self._words.category
        if category is not None and found["category"] != category:
            told = f"set the category of {name} to {category}"
            changes.append(Change(told=(told,), do=lambda: self._client.set_category(key, category)))
        if missing := [tag for tag in self._words.tags if tag not in marks(found)]:
            told = f"tag {name} with {', '.join(missing)}"
            changes.append(Change(told=(told,), do=lambda: self._client.add_tags(key, missing)))
        if wanted := self._announces(served):
            there = self._client.trackers(key)
            if lacking := [url for url in wanted if url not in there]:
                told = f"announce {name} to {_hosts(lacking)}"
                changes.append(Change(told=(told,), do=lambda: self._client.announce(key, wanted, there)))
            public = {url for tier in served.torrent.trackers for url in tier} - {*wanted}
            if replaced := [url for url in there if url in public]:
                told = f"announce {name} to {_hosts(replaced)} no more"
                changes.append(Change(told=(told,), do=lambda: self._client.remove_trackers(key, replaced)))
        return tuple(changes)

    def _superseded(self, listed: Sequence[Torrent]) -> list[Change]:
        """What becomes of torrents that lie in other folders of this release."""
        own = {str(found["hash"]) for one in self._content.torrents if (found := found_in(listed, one.hashes))}
        ours = self._base / self._content.slug
        old = [one for one in listed if PurePosixPath(str(one["save_path"])).parent == ours and str(one["hash"]) not in own]
        if self._words.superseded == "remove":
            told = "remove the superseded {} and keep its files"
            return [Change(told=(told.format(one["name"]),), do=partial(self._client.remove, str(one["hash"]))) for one in old]
        return [
            Change(
                told=(f"tag {one['name']} as {SUPERSEDED}",),
                do=partial(self._client.add_tags, str(one["hash"]), [SUPERSEDED]),
            )
            for one in old
            if SUPERSEDED not in marks(one)
        ]

    def _add(self, served: Served) -> None:
        """Add a torrent, stopped; it is there when it is listed, whatever the answer was."""
        tags = [*self._words.tags, UNCHECKED]
        text = served.text(self._trackers)
        answer = self._client.add(served.title, text, save_path=self._folder(served), category=self._words.category, tags=tags)
        deadline = time.monotonic() + ANSWER_SECONDS
        while found_in(self._client.torrents(keys_of(served.hashes)), served.hashes) is None:
            if time.monotonic() > deadline:
                raise ToolError(f"{self.label}: {served.torrent.name} was added and is not listed (the answer was {answer})")
            time.sleep(POLL_SECONDS)

    def _seed(self, served: Served, *, paused: bool) -> None:
        """Stop a torrent, have its files read, and start it once all are right; raises ToolError where they are not.

        A torrent that is not whole is never left running: it would fetch other people's bytes over the release. One that the
        user has `paused` stays so.
        """
        found = self._idle(served)
        key = str(found["hash"])
        if not paused:
            self._client.add_tags(key, [UNCHECKED])
            self._client.stop(key)
        self._client.recheck(key)
        self._refuse_broken(served, self._checked(served, was_whole=found["progress"] == 1))
        if not paused:
            self._client.start(key)
            self._started(served, key)
            self._client.remove_tags(key, [UNCHECKED])

    def _started(self, served: Served, key: str) -> None:
        """Wait until a torrent that was started is seen to seed; one that turns out not to be whole is stopped again.

        qBittorrent stops one that was stopped when its check began, once more, when that ends.
        """
        deadline = time.monotonic() + ANSWER_SECONDS
        while (found := self._found(served))["state"] not in SEEDING:
            if found["state"] not in BUSY and not is_whole(found):
                self._client.stop(key)
                self._refuse_broken(served, found)
            if time.monotonic() > deadline:
                raise ToolError(f"{self.label}: {served.torrent.name} was started and is {found['state']}")
            time.sleep(LIST_SECONDS if found["state"] in STOPPED else POLL_SECONDS)
            if found["state"] in STOPPED:
                self._client.start(key)

    def _idle(self, served: Served) -> Torrent:
        """The torrent once it is neither being checked nor moved; raises ToolError where that gets nowhere."""
        seen, since = None, time.monotonic()
        while (found := self._found(served))["state"] in BUSY:
            now = (found["state"], found["progress"])
            if now != seen:
                seen, since = now, time.monotonic()
            elif time.monotonic() - since > STUCK_SECONDS:
                told = f"is {found['state']} at {found['progress']:.1%} for {STUCK_SECONDS} seconds"
                raise ToolError(f"{self.label}: {served.torrent.name} {told}; publish again when it is done")
            time.sleep(POLL_SECONDS)
        return found

    def _checked(self, served: Served, *, was_whole: bool) -> Torrent:
        """The torrent once it is whole, or has not become so for a while: a check of few files is never seen to run.

        Of one that `was_whole` before, what is listed at first is from before the check.
        """
        began = deadline = time.monotonic()
        while (found := self._found(served))["progress"] != 1 or found["state"] in BUSY or was_whole:
            now = time.monotonic()
            if found["state"] in BUSY:
                self._idle(served)
                deadline, was_whole = time.monotonic(), False
            elif now > deadline + STILL_SECONDS:
                break
            was_whole = was_whole and now < began + LIST_SECONDS
            time.sleep(POLL_SECONDS)
        return found

    def _found(self, served: Served) -> Torrent:
        """The torrent as it is listed; raises ToolError where it is gone."""
        found = found_in(self._client.torrents(keys_of(served.hashes)), served.hashes)
        if found is None:
            raise ToolError(f"{self.label}: {served.torrent.name} was removed meanwhile")
        return found

    def _refuse_broken(self, served: Served, found: Torrent) -> None:
        """Raise ToolError, with the cause, for a torrent that is not whole."""
        if found["progress"] == 1 and "DL" not in str(found["state"]):
            return
        folder = self._folder(served)
        seen = f"{found['progress']:.1%} of {served.torrent.name} in {folder} (state {found['state']})"
        told = "it must see the files there that this machine has in"
        raise ToolError(f"{self.label}: finds {seen}; {told} {served.folder}: set `save_path`, or look at the file rights")

    def _move(self, key: str, folder: str, *, paused: bool) -> None:
        """Let a torrent lie where its payload is, stopped."""
        if not paused:
            self._client.add_tags(key, [UNCHECKED])
            self._client.stop(key)
        self._client.set_location(key, folder)

    def _folder(self, served: Served) -> str:
        """Where qBittorrent finds the payload; always absolute, as it takes a relative path for one of its own."""
        return (self._base / served.folder.relative_to("published").as_posix()).as_posix()

    def _announces(self, served: Served) -> tuple[str, ...]:
        """The addresses that the torrent is announced to."""
        return self._trackers or tuple(url for tier in served.torrent.trackers for url in tier)


def _hosts(urls: Iterable[str]) -> str:
    """The hosts of announce addresses, whose paths may be secrets."""
    return ", ".join(sorted({str(urlsplit(url).hostname) for url in urls}))


def found_in(listed: Sequence[Torrent], hashes: InfoHashes) -> Torrent | None:
    """The torrent of these hashes: by its id, which of v2 and hybrids is the v2 hash cut to 40 digits, or by either hash."""
    ours = {*keys_of(hashes), hashes.v2} - {None}
    keys = ("hash", "infohash_v1", "infohash_v2")
    return next((one for one in listed if ours & {str(one.get(key) or "") for key in keys}), None)


def keys_of(hashes: InfoHashes) -> list[str]:
    """What qBittorrent may list a torrent by."""
    return [one for one in (hashes.v1, hashes.v2 and hashes.v2[:CUT]) if one]


def marks(found: Torrent) -> list[str]:
    """The tags of a torrent."""
    return [tag.strip() for tag in str(found["tags"]).split(",") if tag.strip()]


def is_whole(found: Torrent) -> bool:
    """Whether a torrent has all its files, and seeds or was stopped by the user."""
    return found["progress"] == 1 and found["state"] in SEEDING | STOPPED
