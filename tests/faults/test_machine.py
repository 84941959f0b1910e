"""Whatever happens to a repo, in whichever order: the next build is like one of the same sources in an empty folder."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import time
from functools import partial
from typing import TYPE_CHECKING, cast

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from tests.faults.conftest import DODO, NotesRepo, release

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Done, Forking

WHOLE = bool(os.environ.get("PRESSROOM_WHOLE_SWEEP"))
"""Whether many histories are tried, or a few."""
YEAR = 365 * 24 * 3600
TEXTS = [b"up and away", b"down", b"", b"up and AWAY", b"quite another text, and longer"]
TITLES = ["Rise", "Fall", "Risen"]
SLUGS = ["moon", "mond", "luna"]
WHICH = st.integers(0, 99)
"""One of some, in a circle: how many there are may depend on when threads end."""


class World(RuleBasedStateMachine):
    """A repo of two releases, of which one may be renamed, and what its user may do to it."""

    def __init__(self, forking: Forking, folder: Path) -> None:
        super().__init__()
        self.forking = forking
        self.folder = folder
        self.clean_builds: dict[str, dict[str, str]] = {}
        shutil.rmtree(folder / "repo", ignore_errors=True)
        self.repo = NotesRepo(folder / "repo")
        self.later = 0
        self.count = 0
        self.past: list[dict[str, bytes]] = []
        """The sources as they were before each edit."""
        self.edits: dict[str, str] = {}
        """The digest of what the user wrote over an output, by its path."""
        self.forgotten: set[str] = set()
        """Outputs of which there is no record any more."""

    @initialize()
    def begin(self) -> None:
        """Two releases; nothing is built."""
        self.repo.write("dodo.py", DODO)
        self.write({"moon.yaml": release("Rise", "Fall").encode(), "notes/1.txt": TEXTS[0], "notes/2.txt": TEXTS[1]})
        self.repo.write("releases/sun.yaml", release("Noon"))

    # The sources.

    @property
    def sources(self) -> dict[str, bytes]:
        """Every file below releases/ that edits touch."""
        root = self.repo.path / "releases"
        names = [*(f"{slug}.yaml" for slug in SLUGS), "notes/1.txt", "notes/2.txt"]
        return {name: (root / name).read_bytes() for name in names if (root / name).exists()}

    def write(self, files: dict[str, bytes]) -> None:
        """Let the sources be these files; those that are so already are not touched."""
        before = self.sources
        self.past.append(before)
        for name in before.keys() - files.keys():
            (self.repo.path / "releases" / name).unlink()
        for name, content in files.items():
            if before.get(name) != content:
                self.repo.write(f"releases/{name}", content)

    @rule(titles=st.lists(st.sampled_from(TITLES), min_size=1, max_size=2, unique=True))
    def edit_words(self, titles: list[str]) -> None:
        """Other titles, another order of them, or fewer."""
        (name,) = (name for name in self.sources if name.endswith(".yaml"))
        self.write({**self.sources, name: release(*titles).encode()})

    @rule(number=st.sampled_from([1, 2]), text=st.sampled_from(TEXTS))
    def edit_master(self, number: int, text: bytes) -> None:
        """Another text."""
        self.write({**self.sources, f"notes/{number}.txt": text})

    @rule(number=st.sampled_from([1, 2]))
    def edit_master_unseen(self, number: int) -> None:
        """Another text of the same size and the same time."""
        path = self.repo.path / f"releases/notes/{number}.txt"
        status, text = path.stat(), path.read_bytes()
        self.write({**self.sources, f"notes/{number}.txt": text.swapcase()})
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    @rule()
    def swap_masters(self) -> None:
        """Two files change their names."""
        self.past.append(self.sources)
        one, two = (self.repo.path / f"releases/notes/{number}.txt" for number in (1, 2))
        one.rename(one.with_suffix(".aside"))
        two.rename(one)
        one.with_suffix(".aside").rename(two)

    @rule(slug=st.sampled_from(SLUGS))
    def rename_release(self, slug: str) -> None:
        """The same words under another name."""
        self.past.append(self.sources)
        (path,) = (self.repo.path / "releases" / name for name in self.sources if name.endswith(".yaml"))
        path.rename(path.with_name(f"{slug}.yaml"))

    @precondition(lambda self: self.past[1:])
    @rule(which=WHICH)
    def revert(self, which: int) -> None:
        """The sources are again what they once were."""
        self.write(self.past[1:][which % len(self.past[1:])])

    @rule(number=st.sampled_from([1, 2]), years=st.sampled_from([-1, 0, 1]))
    def touch(self, number: int, years: int) -> None:
        """Another time on a file that stays as it is: of a year ago, now, in a year."""
        when = time.time() + years * YEAR
        os.utime(self.repo.path / f"releases/notes/{number}.txt", (when, when))

    @rule(years=st.sampled_from([-1, 0, 1]))
    def set_clock(self, years: int) -> None:
        """The clock is a year behind, right, or a year ahead."""
        self.later = years * YEAR

    # The outputs.

    def output(self, which: int) -> str:
        """One of the files that stand in build/, if there is one."""
        there = sorted(name for name in self.repo.files() if ".part-" not in name)
        return there[which % len(there)] if there else ""

    @rule(which=WHICH)
    def delete_output(self, which: int) -> None:
        """A file is gone."""
        if name := self.output(which):
            (self.repo.path / name).unlink()
            self.edits.pop(name, None)

    @rule(which=WHICH, way=st.sampled_from(["append", "flip", "cut", "replace"]))
    def damage_output(self, which: int, way: str) -> None:
        """A file has other bytes: what somebody wrote, or rot, which nobody can tell from it."""
        if not (name := self.output(which)):
            return
        path = self.repo.path / name
        content = path.read_bytes()
        self.count += 1
        path.write_bytes(
            {
                "append": content + b" edit %d" % self.count,
                "flip": bytes((content[0] ^ 0x80,)) + content[1:] if content else b"\x80",
                "cut": content[: len(content) // 2] + b"\xff" * (len(content) < 2),
                "replace": b"my own %d" % self.count,
            }[way]
        )
        self.edits[name] = hashlib.sha256(path.read_bytes()).hexdigest()

    @rule(what=st.sampled_from(["", "state.db", "cache", "work", "noop.json", "ledgers"]))
    def delete_state(self, what: str) -> None:
        """Some of .pressroom/, or all of it."""
        path = self.repo.path / ".pressroom" / what
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        if what in ("", "state.db"):
            (self.repo.path / ".pressroom/state.db-wal").unlink(missing_ok=True)
            self.forgotten |= self.repo.files().keys()

    # What pressroom does.

    def doit(self, *words: str, fault: str = "", nth: int = 0) -> Done:
        """Run doit; whatever it does, nothing that the user wrote is lost."""
        done = self.forking.doit(self.repo, *words, fault=fault, nth=nth, later=self.later)
        assert "Traceback" not in done.err, done.err
        kept, there = set(self.repo.files("kept").values()), self.repo.files()
        lost = [name for name, digest in self.edits.items() if digest not in kept and there.get(name) != digest]
        assert [] == lost, done
        return done

    @rule(slots=st.sampled_from(["1", "2"]))
    def build(self, slots: str) -> None:
        """All is as in a build in an empty folder, as `doit plan` has told; a second one has nothing to do, in full or not."""
        planned = self.doit("plan")
        done = self.doit("-n", slots)
        assert 0 == done.code, done
        assert (10 if done.made or done.restored else 0) == planned.code, (planned, done)
        fates = {fate: set(re.findall(rf"^{fate}  (\S+)", planned.out, re.MULTILINE)) for fate in ("run", "restore", "may run")}
        certain = fates["run"] | fates["restore"]
        assert certain <= done.made | done.restored <= certain | fates["may run"], (planned, done)
        assert fates["restore"] <= done.restored, (planned, done)
        there, whole = self.repo.files(), self.whole()
        assert whole.items() <= there.items(), done
        again = self.doit("-n", slots)
        assert (0, set(), set()) == (again.code, again.made, again.restored), again
        (self.repo.path / ".pressroom/noop.json").unlink(missing_ok=True)
        full = self.doit("-n", slots)
        assert (again.code, again.summary, again.err) == (full.code, full.summary, full.err)
        self.edits = {name: digest for name, digest in self.edits.items() if there.get(name) == digest}

    @rule()
    def prune(self) -> None:
        """After a build and `doit prune --delete`, nothing else stands in build/ but what no record tells of."""
        self.build("2")
        assert 0 == self.doit("prune", "--delete").code
        there, whole = self.repo.files(), self.whole()
        assert (whole, set()) == (
            {name: there[name] for name in whole.keys() & there.keys()},
            there.keys() - whole.keys() - self.forgotten,
        )

    @rule()
    def clean(self) -> None:
        """`doit clean` leaves nothing in build/ but what no record tells of."""
        assert 0 == self.doit("clean").code
        assert self.repo.files().keys() <= self.forgotten

    @rule(nth=st.integers(1, 60), command=st.sampled_from([("run", "-n", "1"), ("clean",)]))
    def kill(self, nth: int, command: tuple[str, ...]) -> None:
        """It is killed when it is about to change a file for the Nth time, or is done before that."""
        assert self.doit(*command, fault="kill", nth=nth).code in (0, -signal.SIGKILL)

    def whole(self) -> dict[str, str]:
        """What a build of the same sources gives in an empty folder."""
        sources = self.repo.files("releases")
        digest = hashlib.sha256(repr(sorted(sources.items())).encode()).hexdigest()
        cache = self.folder / "whole"
        if digest not in WHOLES:
            shutil.rmtree(cache, ignore_errors=True)
            shutil.copytree(self.repo.path / "releases", cache / "releases")
            fresh = NotesRepo(cache)
            fresh.write("dodo.py", DODO)
            assert 0 == self.forking.doit(fresh).code
            WHOLES[digest] = fresh.files()
        return WHOLES[digest]


WHOLES: dict[str, dict[str, str]] = {}
"""What builds in empty folders gave, by the digest of their sources."""


def test_every_history_ends_like_a_fresh_build(forking: Forking, tmp_path: Path) -> None:
    """Edits, touches, renamings, damage, other clocks, kills and cleaning, in any order."""
    how = settings(
        max_examples=150 if WHOLE else 12,
        stateful_step_count=40 if WHOLE else 25,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(cast("type[World]", partial(World, forking, tmp_path)), settings=how)
