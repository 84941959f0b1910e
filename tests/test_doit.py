"""`doit` as a user meets it: what is made, what is made again, what is left alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pressroom.engine.running import descendants

if TYPE_CHECKING:
    from tests.conftest import Repo

pytestmark = pytest.mark.media

SUN = """\
kind: album
title: Sun
artist: The Lanterns
formats: [flac]
tracks:
  - {title: Noon, file: masters/02.wav}
"""
NOTHING = "made 0, restored 0, up to date 27, failed 0"
LISTS = {"moon:playlist-flac", "moon:playlist-mp3-v0", "moon:cue-flac", "moon:release", "moon:sums"}
"""What names every track."""
VERDICT = {"moon:ledger", "moon:checks", "moon:check"}


def stamps(repo: Repo) -> dict[str, tuple[int, int]]:
    """When each file of the repo's sources was last written, and its inode."""
    found = [path for path in (repo.path / "releases").rglob("*") if path.is_file()]
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_ino) for path in found}


class TestOnlyWhatIsStale:
    def test_a_second_run_makes_nothing(self, built: Repo) -> None:
        """`doit` again finds everything up to date, and says so in one line."""
        done = built.doit()
        assert (0, NOTHING, "") == (done.code, done.summary, done.err)

    def test_two_releases_settle_in_one_run(self, fresh: Repo) -> None:
        """Each release's checks look at the other's recordings; a second run still makes nothing."""
        fresh.write("releases/sun.yaml", SUN)
        assert 0 == fresh.doit().code
        assert set() == fresh.doit().made
        assert set() == fresh.doit("moon").made

    def test_comments_order_and_spaces_make_nothing(self, built: Repo) -> None:
        """What the YAML says is compared, not how it is written."""
        first, *rest = (built.path / "releases/moon.yaml").read_text(encoding="utf-8").splitlines()
        text = "\n".join(("# a comment", *rest, "", first.replace(": ", ":   "), ""))
        built.write("releases/moon.yaml", text.replace("title: Rise", "title: 'Rise'  # another"))
        assert NOTHING == built.doit().summary

    def test_a_title_encodes_nothing(self, built: Repo) -> None:
        """A track's title re-tags that track and rewrites the lists that name it."""
        built.edit("releases/moon.yaml", "title: Rise", "title: Risen")
        assert {"moon:tag-flac:01", "moon:tag-mp3-v0:01"} | LISTS | VERDICT == built.doit().made

    def test_a_cover_encodes_nothing(self, built: Repo) -> None:
        """Another cover is scaled, copied and put into every file; playlists and cue sheets only name it."""
        built.picture("releases/cover.png", "red")
        tags = {f"moon:tag-{form}:{track}" for form in ("flac", "mp3-v0") for track in ("01", "02")}
        covers = {"moon:cover", "moon:cover-flac", "moon:cover-mp3-v0"}
        assert covers | tags | {"moon:checks", "moon:release", "moon:sums"} == built.doit().made

    def test_a_master_encodes_its_track_alone(self, built: Repo) -> None:
        """Another master encodes that track; the other is only tagged again, with the album's new gain."""
        built.wav("releases/masters/01.wav", seconds=0.5, hertz=200)
        made = built.doit().made
        assert {"moon:probe:01", "moon:encode-flac:01", "moon:encode-mp3-v0:01"} == {
            name for name in made if "probe" in name or "encode" in name
        }
        assert {"moon:tag-flac:01", "moon:tag-flac:02", "moon:levels:flac"} | VERDICT | LISTS <= made

    def test_a_deleted_output_is_made_again(self, built: Repo) -> None:
        """One missing file costs one step; what depends on it sees the same bytes."""
        before = built.files()
        (built.path / "build/moon/flac/01 Rise.flac").unlink()
        assert {"moon:tag-flac:01"} == (done := built.doit()).restored
        assert set() == done.made
        assert before == built.files()

    def test_a_deleted_cover_of_the_list_is_made_again(self, built: Repo) -> None:
        """Files whose number is not known beforehand are looked after too."""
        built.edit("releases/moon.yaml", "cover: cover.png", "cover: cover.png\ncover_sizes: [3000, 100]")
        built.doit()
        (built.path / "build/moon/cover-100.jpg").unlink()
        assert {"moon:cover"} == built.doit().restored
        assert (built.path / "build/moon/cover-100.jpg").is_file()

    def test_state_may_be_deleted(self, built: Repo) -> None:
        """Without .pressroom/ everything is made anew, byte for byte as it was."""
        before = built.files()
        shutil.rmtree(built.path / ".pressroom")
        assert 0 == built.doit().code
        assert before == built.files()

    def test_damaged_state_is_moved_aside(self, built: Repo) -> None:
        """What cannot be read is told in a line each, kept for who wants to look, and nothing is made again."""
        for name in ("doit.db", "state.db"):
            built.write(f".pressroom/{name}", b"x" * 5000)
        for name in ("toolchain.json", "noop.json", "lock.json"):
            built.write(f".pressroom/{name}", b"[")
        done = built.doit()
        moved = {path.name.partition(".unusable-")[0]: path for path in (built.path / ".pressroom").glob("*.unusable-*")}
        doits, ours = (moved[name].relative_to(built.path) for name in ("doit.db", "state.db"))
        what = f".pressroom/state.db: the record of earlier builds could not be used and was moved to {ours}"
        assert {
            "moon:check: warn: cover: cover-size: expected 1400, got 100",
            "    export the picture larger; stores ask for 3000 x 3000",
            f"{what}; outputs are compared again",
            f".pressroom/doit.db: doit's own record could not be used and was moved to {doits}",
        } == set(done.err.splitlines())
        assert (0, b"x" * 5000) == (done.code, (built.path / ours).read_bytes())
        assert (0, "") == ((again := built.doit()).code, again.err)

    def test_what_is_named_is_made(self, fresh: Repo) -> None:
        """A step or an output is made with what it needs, and nothing else; all names of a file will do."""
        step = {"moon:probe:02", "moon:encode-flac:02"}
        assert step == fresh.doit("moon:encode-flac:02").made
        needed = {"moon:probe:01", "moon:playlist-flac"}
        assert needed == fresh.doit("build/moon/flac/Moon.m3u8").made
        absolute = str(fresh.path.resolve() / "build/moon/flac/Moon.m3u8")
        for name in (absolute, "./build/moon/flac/Moon.m3u8"):
            assert "made 0, restored 0, up to date 3, failed 0" == fresh.doit(name).summary

    def test_releases_that_are_gone_at_once_are_no_edit(self, built: Repo) -> None:
        """As where a disk is not mounted: nothing is forgotten, and nothing is offered to be removed."""
        (built.path / "releases").rename(built.path / "away")
        told = "releases: no such folder, though 22 files were made of what it held\n"
        assert (2, told) == ((done := built.doit()).code, re.sub(r"though \d+", "though 22", done.err))
        (built.path / "away").rename(built.path / "releases")
        assert NOTHING == built.doit().summary

    def test_a_file_where_a_folder_belongs_is_told(self, built: Repo) -> None:
        """And a link that leads to itself; `doit clean` goes round them."""
        shutil.rmtree(built.path / "build/moon/flac")
        (built.path / "build/moon/flac").symlink_to("flac")
        done = built.doit()
        told = (
            "build/moon/flac: a file or a link stands here, or above, where a folder belongs; move it away and run `doit` again"
        )
        assert (1, True) == (done.code, told in done.err.splitlines()), done.err
        assert (0, "") == ((clean := built.doit("clean")).code, clean.err)

    def test_a_subfolder_will_do(self, built: Repo) -> None:
        """`doit -k` looks for the repo upwards."""
        assert NOTHING == built.doit("-k", cwd="releases/masters").summary

    def test_sources_are_never_written(self, fresh: Repo) -> None:
        """Building, rebuilding and cleaning leave the sources as they are."""
        before = fresh.files("releases"), stamps(fresh)
        fresh.doit()
        fresh.doit("-a")
        fresh.doit("clean")
        assert before == (fresh.files("releases"), stamps(fresh))

    def test_a_run_with_nothing_to_do_is_light(self, built: Repo) -> None:
        """It imports neither the picture nor the tag library, nor what draws on terminals."""
        heavy = "PIL", "mutagen", "ffmpeg", "rich", "jsonschema"
        script = f"import sys; from doit.doit_cmd import DoitMain; DoitMain().run([]); print({{*sys.modules}} & {{*{heavy!r}}})"
        done = built.run(sys.executable, "-c", script)
        assert "set()" == done.out.splitlines()[-1]

    def test_files_of_an_old_title_are_counted(self, built: Repo) -> None:
        """Outputs that no release makes any more stay until `doit clean`, and `doit` says so."""
        built.edit("releases/moon.yaml", "title: Rise", "title: Risen")
        told = "2 files belong to no release any more; `doit prune` lists them\n"
        assert built.doit().err.endswith(told)
        assert told == built.doit().err
        assert (built.path / "build/moon/flac/01 Rise.flac").is_file()
        built.doit("clean")
        assert not (built.path / "build").exists()

    def test_files_of_a_release_that_is_gone_are_counted(self, built: Repo) -> None:
        """A deleted YAML leaves its files behind; a broken one may yet be mended, so nothing is said of its files."""
        built.write("releases/moon.yaml", "kind: albun\n")
        assert "belong" not in built.doit().err
        (built.path / "releases/moon.yaml").rename(built.path / "moon.yaml")
        assert built.doit().err.endswith("13 files belong to no release any more; `doit prune` lists them\n")


class TestOneBadRelease:
    def test_it_fails_its_check_and_the_others_build(self, fresh: Repo) -> None:
        """All mistakes of a YAML are told at once, by `<slug>:check`, with exit code 2; the other releases are built."""
        fresh.write("releases/sun.yaml", SUN.replace("title: Sun", "titel: Sun").replace("02.wav", "02.wav, bpm: fast"))
        done = fresh.doit()
        error = """\
FAILED  sun:check
releases/sun.yaml:2:1: unknown key 'titel'; did you mean 'title'?
    2 | titel: Sun
      | ^^^^^
releases/sun.yaml:6:46: tracks[0].bpm: expected a number from 1 to 300, got 'fast'
    6 |   - {title: Noon, file: masters/02.wav, bpm: fast}
      |                                              ^^^^
"""
        assert done.err.startswith(error), done.err
        assert (2, "made 27, restored 0, up to date 0, failed 1") == (done.code, done.summary)
        assert {"moon"} == {name.split("/")[1] for name in fresh.files()}

    @pytest.mark.parametrize(
        ("name", "error"),
        [
            ("sun.yml", "releases/sun.yml: expected a name that ends in .yaml; rename it to sun.yaml"),
            ("Sun.yaml", "releases/Sun.yaml: expected a slug of a-z, 0-9 and '-', got 'Sun'"),
            ("sun/release.yml", "releases/sun/release.yml: expected a name that ends in .yaml; rename it to release.yaml"),
            ("sun/Release.yaml", "releases/sun/Release.yaml: expected the name release.yaml, got Release.yaml"),
            ("moon/release.yaml", "releases/moon/release.yaml: 'moon' is releases/moon.yaml already; keep one of the two"),
            ("list.yaml", "releases/list.yaml: 'list' is a command of doit; give the release another name"),
            ("check.yaml", "releases/check.yaml: 'check' is a command of doit; give the release another name"),
            ("defaults.yml", "releases/defaults.yml: expected a name that ends in .yaml; rename it to defaults.yaml"),
        ],
    )
    def test_a_wrong_name_is_told_and_the_others_build(self, built: Repo, name: str, error: str) -> None:
        """A release is never skipped silently: `releases:check` names the file, and what it should be called."""
        built.write(f"releases/{name}", SUN)
        done = built.doit()
        assert (2, f"FAILED  releases:check\n{error}\n") == (done.code, done.err)
        assert "made 0, restored 0, up to date 27, failed 1" == done.summary

    def test_two_files_of_one_name_stop_their_release_alone(self, built: Repo) -> None:
        """Where two steps would make one file, the release is at fault, not the repo."""
        built.write("releases/sun.yaml", SUN + "extras: [Sun.m3u8]\n")
        built.write("releases/Sun.m3u8", "#EXTM3U\n")
        done = built.doit()
        error = """\
FAILED  sun:check
releases/sun.yaml:7:10: extras[0]: 'Sun.m3u8' (extras[0]) and the playlist would both be the file 'Sun.m3u8'
    7 | extras: [Sun.m3u8]
      |          ^^^^^^^^
"""
        assert (2, True) == (done.code, done.err.startswith(error)), done.err
        assert "failed 1" == done.summary.rpartition(", ")[2]


class TestCommandLine:
    def test_a_repo_without_releases_says_how_one_begins(self, empty: Repo) -> None:
        """Neither a missing folder nor an empty one is an error."""
        told = "no releases; a release is a file such as releases/moon.yaml (`pressroom new DIR` makes a repo with one)\n"
        for command in ((), ("list",)):
            done = empty.doit(*command)
            assert (0, told) == (done.code, done.err)
        (empty.path / "releases").mkdir()
        assert (0, told) == (empty.doit().code, empty.doit().err)

    @pytest.mark.parametrize(
        ("arguments", "error"),
        [
            (["mon"], "'mon' is no release, step or output; did you mean 'moon'?"),
            (["moon:tag-flac:03"], "'moon:tag-flac:03' is no release, step or output; did you mean 'moon:tag-flac:02'?"),
            (["xyzzy"], "'xyzzy' is no release, step or output; `doit list` shows the releases"),
            (
                ["build/moon/flac/01 rise.flac"],
                "'build/moon/flac/01 rise.flac' is no release, step or output; did you mean 'build/moon/flac/01 Rise.flac'?",
            ),
            (["--bogus"], "--bogus: no such option; `doit help run` lists the options"),
            (["-n", "1000"], "-n: expected a number from 1 to 256, got 1000"),
            (["-n", "0"], "-n: expected a number from 1 to 256, got 0"),
            (["-n", "two"], "-n: expected a number, got 'two'; `doit help run` lists the options"),
            (["-n"], "-n: expected a value after it; `doit help run` lists the options"),
            (["--report"], "--report: expected a value after it; `doit help run` lists the options"),
            (["-d", "."], "-d: not in a releases repo; see `doit help run` for what else there is"),
            (["-P", "process"], "-P process: not in a releases repo; see `doit help run` for what else there is"),
            (["-r", "json"], "-r: not in a releases repo; see `doit help run` for what else there is"),
            (["-s", "moon"], "-s: not in a releases repo; see `doit help run` for what else there is"),
            (["-v", "2"], "-v: not in a releases repo; see `doit help run` for what else there is"),
            (["list", "mon"], "'mon' is no release; did you mean 'moon'?"),
            (["list", "--bogus"], "--bogus: no such option; `doit help list` lists the options"),
            (["clean", "mon"], "'mon' was never built here; did you mean 'moon'?"),
            (["clean", "-a"], "usage: doit clean [-n] [RELEASE ...]"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, built: Repo, arguments: list[str], error: str) -> None:
        """A name or an option that means nothing is exit code 2 and a sentence, before anything is done."""
        done = built.doit(*arguments)
        assert (2, "", f"{error}\n") == (done.code, done.out, done.err)

    @pytest.mark.parametrize(
        ("variable", "value", "error"),
        [
            ("PRESSROOM_JOBS", "none", "PRESSROOM_JOBS: expected 'cores' or a number from 1 to 256, got 'none'"),
            ("PRESSROOM_BUILD", "../x", "PRESSROOM_BUILD: expected the name of a folder in the repo, got '../x'"),
        ],
    )
    def test_a_bad_setting_is_named(self, built: Repo, variable: str, value: str, error: str) -> None:
        """A malformed variable is exit code 2 and its name."""
        done = built.run("env", f"{variable}={value}", sys.executable, "-m", "doit")
        assert (2, f"{error}\n") == (done.code, done.err)

    @pytest.mark.parametrize(
        "command",
        [
            "info --no-status moon:probe:01",
            "list --all",
            "list -s",
        ],
    )
    def test_doits_own_commands_work(self, built: Repo, command: str) -> None:
        """What doit can do beside running works here as anywhere."""
        done = built.doit(*command.split())
        assert (0, "") == (done.code, done.err)

    @pytest.mark.parametrize(("command", "usage"), [("help", "usage: pressroom VERB"), ("help run", "usage: pressroom run")])
    def test_help_is_of_what_works_here(self, built: Repo, command: str, usage: str) -> None:
        """A page of doit's own would tell of options that are refused."""
        done = built.doit(*command.split())
        assert (0, True, "") == (done.code, done.out.startswith(usage), done.err)

    def test_every_locale_can_print_every_title(self, built: Repo) -> None:
        """A character that the terminal has not is shown as an escape."""
        built.edit("releases/moon.yaml", "title: Rise", "title: Résumé 夜")
        done = built.doit(PYTHONIOENCODING="ascii", LC_ALL="C")
        assert (0, True) == (done.code, r"01 R\xe9sum\xe9 \u591c.flac" in done.out)


def test_the_repos_own_tasks_run_too(built: Repo) -> None:
    """A dodo.py that opts in may have tasks of its own, with outputs of releases as inputs."""
    dodo = """\
from pressroom.dodo import *

def task_upload():
    return {"file_dep": ["build/moon/SHA256SUMS"], "actions": ["cp build/moon/SHA256SUMS uploaded"], "meta": {"mine": 1}}

def task_fails():
    return {"actions": ["echo no server >&2; exit 7"]}
"""
    built.write("dodo.py", dodo)
    assert {"upload"} == built.doit("upload").made
    assert (built.path / "uploaded").is_file()
    done = built.doit("fails", "moon")
    assert (1, "made 0, restored 0, up to date 27, failed 1") == (done.code, done.summary)
    assert done.err.startswith("FAILED  fails\nfails: Command failed: 'echo no server >&2; exit 7' returned 7"), done.err


def test_own_tasks_that_wait_for_each_other_are_named(built: Repo) -> None:
    """Beside steps that are stale."""
    tasks = "".join(f"def task_{a}():\n    return {{'actions': ['true'], 'task_dep': ['{b}']}}\n" for a, b in ("xy", "yx"))
    built.write("dodo.py", f"from pressroom.dodo import *\n{tasks}")
    built.edit("releases/moon.yaml", "title: Rise", "title: Risen")
    done = built.doit()
    assert (2, "dodo.py: these tasks wait for each other: ") == (done.code, done.err[:42])


def test_what_own_tasks_started_ends_with_the_build(built: Repo) -> None:
    """They are no children of pressroom's, but of a shell that doit runs."""
    built.write("dodo.py", "from pressroom.dodo import *\n\ndef task_nap():\n    return {'actions': ['sleep 4711; true']}\n")
    build = built.started(sys.executable, "-m", "doit", "nap")
    while not (naps := [pid for pid in descendants(build.pid) if b"4711" in Path(f"/proc/{pid}/cmdline").read_bytes()]):
        time.sleep(0.01)
    build.terminate()
    assert "stopped by SIGTERM; what is finished is kept\n" == build.communicate(timeout=5)[1]
    assert (143, []) == (build.returncode, [pid for pid in naps if Path(f"/proc/{pid}/exe").exists()])


def test_own_tasks_in_python_run_at_once(built: Repo) -> None:
    """Each swaps the standard streams while it runs; what is said after them arrives."""
    dodo = """\
import time
from pressroom.dodo import *

def nap(seconds):
    time.sleep(seconds)

def task_one():
    return {"actions": [(nap, [0.2])]}

def task_other():
    return {"actions": [(nap, [0.4])]}
"""
    built.write("dodo.py", dodo)
    built.edit("releases/moon.yaml", "title: Rise", "title: Risen")
    done = built.doit("-n", "2")
    assert (0, True) == (done.code, "2 files belong to no release any more" in done.err), done


@pytest.mark.parametrize("command", ["forget", "ignore", "reset-dep"])
def test_doits_records_are_not_those_of_steps(built: Repo, command: str) -> None:
    """What would change nothing is refused; tasks of the repo's own are doit's affair."""
    words = "steps go by the content of files, not by doit's records; `doit -a moon:check` runs anew"
    done = built.doit(command, "moon:check")
    assert (2, "", f"{command}: {words}\n") == (done.code, done.out, done.err)
    built.write("dodo.py", "from pressroom.dodo import *\n\ndef task_own():\n    return {'actions': ['true']}\n")
    assert 0 == built.doit(command, "own").code


FOREIGN = """\
def task_check():
    return {"actions": ["echo check > c.txt"], "targets": ["c.txt"], "clean": True}

def task_plan():
    return {"actions": ["echo plan > p.txt"]}

def task_publish():
    return {"actions": ["echo publish > u.txt"]}

def task_listing():
    return {"actions": ["exit 1"]}
"""


def test_a_foreign_project_has_doit_as_it_is(empty: Repo) -> None:
    """Where the dodo.py does not opt in, tasks may be called as our verbs are, and every command is doit's own."""
    empty.write("dodo.py", FOREIGN)
    assert (0, ".  check\n") == (empty.doit("check").code, empty.doit("check").out)
    assert (empty.path / "c.txt").is_file()
    assert (0, 0, 0) == (empty.doit("plan").code, empty.doit("publish").code, empty.doit("-v", "2", "-n", "2").code - 1)
    assert "check     \nlisting   \nplan      \npublish   \n" == empty.doit("list").out
    assert "check - removing file 'c.txt'\n" == empty.doit("clean", "check").out
    assert 3 == empty.doit("--bogus").code
    assert 3 == empty.doit("nothing").code
    assert not (empty.path / ".pressroom").exists()


MANY = """\
formats: [flac, mp3-v0, aac-128, opus-64, vorbis-q6, wavpack, aiff, alac, wav]
archives: [flac, wav]
tracks:
"""


def test_two_clean_builds_are_byte_identical(pristine: Repo, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Folder, time zone, locale, umask, hash seed and the number of jobs leave no trace in any file."""
    worlds = [
        ("one", ["-n", "1"], 0o022, {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"}),
        ("another é", ["-n", "3"], 0o077, {"TZ": "Asia/Kathmandu", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"}),
    ]
    built = []
    for folder, arguments, umask, environment in worlds:
        repo = type(pristine)(tmp_path_factory.mktemp("clean") / folder)
        shutil.copytree(pristine.path, repo.path)
        repo.edit("releases/moon.yaml", "tracks:\n", MANY)
        done = repo.doit(*arguments, umask=umask, **environment)
        assert 0 == done.code, done.err
        built.append(repo)
    one, other = built
    assert one.files() == other.files()
    facts = json.loads((one.path / "build/moon/release.json").read_text(encoding="utf-8"))
    assert [] == [text for text in texts(facts) if str(one.path) in text or os.path.isabs(text)]  # noqa: PTH117  # of a text
    assert not {"time", "created", "modified", "built", "host", "user"} & keys(facts)


def texts(value: object) -> list[str]:
    """Every text in a JSON value."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    return [value] if isinstance(value, str) else []


def keys(value: object) -> set[str]:
    """Every key in a JSON value."""
    if isinstance(value, dict):
        return set(value).union(*map(keys, value.values()))
    return set().union(*map(keys, value)) if isinstance(value, list) else set()


def test_defaults_that_say_nothing_are_none(built: Repo) -> None:
    """The file is optional, so it may be empty, or hold comments only."""
    built.write("releases/defaults.yaml", "# artist: me\n\n")
    done = built.doit()
    assert (0, "") == (done.code, done.err)


def test_a_mistake_in_the_defaults_is_told_once(built: Repo) -> None:
    """Every release fails of it, and the second one says no more."""
    built.write("releases/sun.yaml", (built.path / "releases/moon.yaml").read_text(encoding="utf-8"))
    built.write("releases/defaults.yaml", "artist: [\n")
    done = built.doit()
    assert 2 == done.code
    assert 1 == done.err.count("releases/defaults.yaml:"), done.err
    assert 1 == done.err.count(":check\nthe same as above\n")


@pytest.mark.media
@pytest.mark.parametrize(
    ("option", "name", "error"),
    [
        ("--report", "releases/moon.yaml", "expected the name of a file that ends in .json, got 'releases/moon.yaml'"),
        ("--trace", "none/x.json", "none: no such folder"),
    ],
)
def test_a_report_overwrites_nothing_else(built: Repo, option: str, name: str, error: str) -> None:
    """And what cannot be written is told before anything is built."""
    before = built.files("releases")
    done = built.doit(option, name)
    assert (2, "", f"{option}: {error}\n", before) == (done.code, done.out, done.err, built.files("releases"))


@pytest.mark.media
def test_a_folder_in_the_place_of_an_output_is_told(built: Repo) -> None:
    """It is not ours to move."""
    (built.path / "build/moon/release.json").unlink()
    (built.path / "build/moon/release.json").mkdir()
    done = built.doit()
    told = "build/moon/release.json: a folder stands where this file belongs; move it away and run `doit` again"
    assert (1, True) == (done.code, any(line.startswith(told) for line in done.err.splitlines())), done.err
