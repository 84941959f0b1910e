"""A release that is streamed: built for real, played by ffmpeg, and built again."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import imageio_ffmpeg
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from tests.conftest import Repo

from pressroom.formats import hlsread

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.media
MOON = "releases/moon.yaml"
HLS = "build/moon/hls"
PAGES = ("index.m3u8", "player.html", "chapters.json", "cover.jpg")


@pytest.fixture(scope="module")
def streamed_once(pristine: Repo, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Two tracks that are streamed, built; not to be changed."""
    repo = Repo(tmp_path_factory.mktemp("streamed") / "repo")
    shutil.copytree(pristine.path, repo.path, symlinks=True)
    repo.wav("releases/masters/01.wav", seconds=3.1, hertz=440)
    repo.wav("releases/masters/02.wav", seconds=2.7, hertz=330)
    repo.edit(MOON, "tracks:", "hls: {segment: 2 s}\ntracks:")
    done = repo.doit()
    assert 0 == done.code, done
    return repo


@pytest.fixture
def streamed(streamed_once: Repo, tmp_path: Path) -> Repo:
    """The same, to be changed."""
    shutil.copytree(streamed_once.path, tmp_path / "repo", symlinks=True)
    return Repo(tmp_path / "repo")


def media(repo: Repo) -> dict[str, str]:
    """The digest of each media file of the folder, by its name."""
    files = {name.rpartition("/")[2]: digest for name, digest in repo.files(HLS).items()}
    return {name: digest for name, digest in files.items() if name.endswith((".mp4", ".m4s"))}


def listed(repo: Repo) -> set[str]:
    """The media files that playlists name."""
    texts = [path.read_text(encoding="utf-8") for path in (repo.path / HLS).glob("*.m3u8")]
    lines = [line for text in texts for line in text.splitlines()]
    maps = [line.split('"')[1] for line in lines if line.startswith("#EXT-X-MAP")]
    return {*maps, *(line for line in lines if not line.startswith("#") and not line.endswith(".m3u8"))}


def played(repo: Repo, name: str) -> bytes:
    """The samples that ffmpeg plays from a playlist; from a disk it opens no key unless it may open anything."""
    allowed = ("-allowed_extensions", "ALL")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *allowed, "-i", f"{HLS}/{name}", "-f", "s16le", "-"]
    return subprocess.run(command, cwd=repo.path, capture_output=True, check=True).stdout


def test_an_album_is_streamed_without_a_gap(streamed_once: Repo) -> None:
    """FLAC is the masters, sample for sample; AAC is one stream of their length, with at most the rest of its last frame."""
    masters = [(streamed_once.path / f"releases/masters/0{n}.wav").read_bytes()[44:] for n in (1, 2)]
    for name, expected in (("flac", b"".join(masters)), ("01.flac", masters[0]), ("02.flac", masters[1])):
        assert hashlib.sha256(expected).digest() == hashlib.sha256(played(streamed_once, f"{name}.m3u8")).digest()
    samples = len(b"".join(masters)) // 4 * 480 // 441
    assert 0 <= len(played(streamed_once, "aac-128.m3u8")) // 4 - samples <= 2048


def test_the_folder_holds_what_it_lists(streamed_once: Repo) -> None:
    """No media file is missing, and none is there for nothing; sha256sum agrees with each."""
    assert set(media(streamed_once)) == listed(streamed_once)
    assert set(PAGES) <= {path.name for path in (streamed_once.path / HLS).iterdir()}
    done = streamed_once.run("sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS", cwd="build/moon")
    assert (0, "") == (done.code, done.out)
    summed = (streamed_once.path / "build/moon/SHA256SUMS").read_text(encoding="utf-8")
    assert len(list((streamed_once.path / HLS).iterdir())) == summed.count("  hls/")


def test_every_rule_of_hls_is_in_the_report(streamed_once: Repo) -> None:
    """With its clause; the rules that must be kept are."""
    report = json.loads((streamed_once.path / "build/moon/checks.json").read_text(encoding="utf-8"))
    found = [check for check in report["checks"] if check["rule"].startswith("hls-")]
    assert 40 < len(found)
    assert all(check["message"].endswith(")") for check in found)
    assert [] == [check for check in found if check["severity"] == "error" and not check["passed"]]


def test_a_second_build_does_nothing(streamed: Repo) -> None:
    """All is fresh."""
    assert "made 0, restored 0" in streamed.doit().summary


def test_another_title_makes_pages_alone(streamed: Repo) -> None:
    """Nothing is encoded or packaged, and no media file is touched."""
    before = media(streamed)
    streamed.edit(MOON, "title: Rise", "title: Rises")
    made = {step for step in streamed.doit().made if ":hls-" in step}
    assert {"moon:hls-chapters", "moon:hls-page", "moon:hls-lint"} == made
    assert before == media(streamed)


def test_another_cover_makes_the_picture_alone(streamed: Repo) -> None:
    """The page names it, and stays as it is."""
    before = media(streamed)
    streamed.picture("releases/cover.png", "red")
    assert {"moon:hls-cover"} == {step for step in streamed.doit().made if ":hls-" in step}
    assert before == media(streamed)


def test_another_master_leaves_old_players_their_files(streamed: Repo) -> None:
    """Whoever holds the playlists of before finds all that they name, until `doit prune --delete`."""
    before, names = media(streamed), listed(streamed)
    streamed.wav("releases/masters/02.wav", seconds=2.7, hertz=350)
    assert 0 == streamed.doit().code
    after = media(streamed)
    assert before == {name: after[name] for name in names}
    assert names - listed(streamed)
    assert 0 == streamed.doit("prune", "--delete").code
    assert set(media(streamed)) == listed(streamed)
    assert "made 0, restored 0" in streamed.doit().summary


def test_files_of_segments_that_did_not_change_keep_their_names(streamed: Repo) -> None:
    """With a file for each segment, another last track leaves those of the first to whoever has them already."""
    streamed.edit(MOON, "hls: {", "hls: {layout: files, ")
    assert 0 == streamed.doit().code
    text = (streamed.path / HLS / "01.flac.m3u8").read_text(encoding="utf-8")
    streamed.wav("releases/masters/02.wav", seconds=2.2, hertz=350)
    assert 0 == streamed.doit().code
    assert text == (streamed.path / HLS / "01.flac.m3u8").read_text(encoding="utf-8")


def test_two_clean_builds_are_the_same(streamed_once: Repo, streamed: Repo) -> None:
    """Elsewhere, and without what was made before."""
    shutil.rmtree(streamed.path / "build")
    shutil.rmtree(streamed.path / ".pressroom")
    assert 0 == streamed.doit().code
    assert streamed_once.files(HLS) == streamed.files(HLS)


def test_what_is_not_streamed_any_more_is_pruned(streamed: Repo) -> None:
    """The folder goes with the word."""
    streamed.edit(MOON, "hls: {segment: 2 s}\n", "")
    assert 0 == streamed.doit().code
    assert 0 == streamed.doit("prune", "--delete").code
    assert not (streamed.path / HLS).exists()


def test_clean_leaves_nothing(streamed: Repo) -> None:
    """Files that the plan does not know by name are removed too."""
    assert 0 == streamed.doit("clean").code
    assert {} == streamed.files()
    assert 0 == streamed.doit().code
    assert set(media(streamed)) == listed(streamed)


def test_a_damaged_file_is_made_again(streamed: Repo) -> None:
    """One that is gone, and one that somebody has changed, which is put aside."""
    before = streamed.files(HLS)
    first, second, *_ = sorted(media(streamed))
    (streamed.path / HLS / first).unlink()
    (streamed.path / HLS / second).write_bytes(b"x")
    assert 0 == streamed.doit().code
    assert before == streamed.files(HLS)


KEY = "c0ffee00decade11facade22badcab1e"
OTHER_KEY = KEY[::-1]
ENCRYPT = "hls: {segment: 2 s, encrypt: {key: env:MOON_KEY, url: keys/moon.key}}\n"


@pytest.fixture(scope="module")
def encrypted_once(streamed_once: Repo, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """The same two tracks, streamed in the clear and then encrypted; not to be changed."""
    repo = Repo(tmp_path_factory.mktemp("encrypted") / "repo")
    shutil.copytree(streamed_once.path, repo.path, symlinks=True)
    repo.edit(MOON, "hls: {segment: 2 s}\n", ENCRYPT)
    done = repo.doit(MOON_KEY=KEY)
    assert 0 == done.code, done
    return repo


@pytest.fixture
def encrypted(encrypted_once: Repo, tmp_path: Path) -> Repo:
    """The same, to be changed."""
    shutil.copytree(encrypted_once.path, tmp_path / "repo", symlinks=True)
    return Repo(tmp_path / "repo")


def with_key(repo: Repo, key: str = KEY) -> Repo:
    """A repo whose host has the key where players look for it."""
    repo.write(f"{HLS}/keys/moon.key", bytes.fromhex(key))
    return repo


def test_who_has_the_key_hears_the_masters(encrypted: Repo) -> None:
    """Sample for sample, the whole and each track; with another key there is nothing to hear."""
    masters = [(encrypted.path / f"releases/masters/0{n}.wav").read_bytes()[44:] for n in (1, 2)]
    for name, expected in (("flac", b"".join(masters)), ("01.flac", masters[0]), ("02.flac", masters[1])):
        assert hashlib.sha256(expected).digest() == hashlib.sha256(played(with_key(encrypted), f"{name}.m3u8")).digest()
    assert b"" == played(with_key(encrypted, OTHER_KEY), "flac.m3u8")


def test_nothing_that_is_listed_can_be_heard_without_the_key(encrypted: Repo) -> None:
    """Segments are whole blocks of AES, each with its vector; what is no segment holds no sound."""
    assert 0 == encrypted.doit("prune", "--delete").code
    assert set(media(encrypted)) == listed(encrypted)
    for path in (encrypted.path / HLS).iterdir():
        assert (b"moof" in path.read_bytes(), b"mdat" in path.read_bytes()) == (False, False)
    segments = list((encrypted.path / HLS).glob("*.m4s"))
    assert segments
    assert {0} == {path.stat().st_size % 16 for path in segments}
    text = (encrypted.path / HLS / "flac.m3u8").read_text(encoding="utf-8")
    keys = [line for line in text.splitlines() if line.startswith('#EXT-X-KEY:METHOD=AES-128,URI="keys/moon.key",IV=0x')]
    assert text.count("#EXTINF") == len(set(keys)) == text.count("#EXT-X-KEY")


def test_the_page_plays_encrypted_lists_alone(encrypted_once: Repo) -> None:
    """There is no file that a browser could play without one."""
    page = (encrypted_once.path / HLS / "player.html").read_text(encoding="utf-8")
    assert '"list": "flac.m3u8", "file": null, "codec": "fLaC"' in page


def test_the_rules_hold_for_what_is_encrypted(encrypted_once: Repo) -> None:
    """Rates are of the encrypted bytes, codecs those of the init segments, and every key is told in full."""
    report = json.loads((encrypted_once.path / "build/moon/checks.json").read_text(encoding="utf-8"))
    found = [check for check in report["checks"] if check["rule"].startswith("hls-")]
    assert 40 < len(found)
    assert [] == [check for check in found if check["severity"] == "error" and not check["passed"]]


def test_the_key_is_written_nowhere(encrypted: Repo) -> None:
    """Not in the build, the record, the cache or the logs, nor in what is printed, in any spelling."""
    done = encrypted.doit("-a", MOON_KEY=KEY)
    assert 0 == done.code, done
    raw = bytes.fromhex(KEY)
    coded = [base64.b64encode(bytes(n) + text)[4:-4] for text in (raw, KEY.encode()) for n in range(3)]
    spellings = [raw, raw[::-1], KEY.encode(), KEY.upper().encode(), *coded]
    texts = [path.read_bytes() for path in encrypted.path.rglob("*") if path.is_file()]
    assert [] == [one for one in spellings for text in (*texts, done.out.encode(), done.err.encode()) if one in text]


def test_two_clean_builds_encrypt_alike(encrypted_once: Repo, encrypted: Repo) -> None:
    """Vectors follow from segments and key, so that names and bytes of segments do."""
    assert 0 == encrypted.doit("prune", "--delete").code
    before = encrypted.files(HLS)
    shutil.rmtree(encrypted.path / "build")
    shutil.rmtree(encrypted.path / ".pressroom")
    assert 0 == encrypted.doit(MOON_KEY=KEY).code
    assert before == encrypted.files(HLS)
    assert before.items() <= encrypted_once.files(HLS).items()


def test_another_key_is_taken_after_a_clean(encrypted: Repo) -> None:
    """A build cannot know that the name stands for another one; the cache does not bring back what the old one made."""
    assert "made 0, restored 0" in encrypted.doit(MOON_KEY=OTHER_KEY).summary
    old = listed(encrypted)
    assert 0 == encrypted.doit("clean", "moon").code
    done = encrypted.doit(MOON_KEY=OTHER_KEY)
    assert 0 == done.code, done
    assert set() == {step for step in done.made if "encode" in step or "join" in step}
    assert {name for name in old & listed(encrypted) if name.endswith(".m4s")} == set()
    masters = b"".join((encrypted.path / f"releases/masters/0{n}.wav").read_bytes()[44:] for n in (1, 2))
    assert masters == played(with_key(encrypted, OTHER_KEY), "flac.m3u8")


def test_another_name_of_a_key_takes_effect_at_once(encrypted: Repo) -> None:
    """The name is a word of the release as any other."""
    old = listed(encrypted)
    encrypted.edit(MOON, "env:MOON_KEY", "env:MOON_KEY_2")
    assert 0 == encrypted.doit(MOON_KEY_2=OTHER_KEY).code
    assert {name for name in old & listed(encrypted) if name.endswith(".m4s")} == set()


def test_a_key_that_is_not_there_or_none_is_told(encrypted: Repo) -> None:
    """By its name, and never by what it holds."""
    assert 0 == encrypted.doit("clean", "moon").code
    for key, told in (
        ("", "the environment variable MOON_KEY is not set; set it to the secret"),
        ("hunter2", "expected the key of `hls.encrypt`, which is 32 hexadecimal digits; `openssl rand -hex 16` makes some"),
    ):
        done = encrypted.doit(MOON_KEY=key)
        assert 1 == done.code
        assert f"env:MOON_KEY: {told}" in done.err + done.out
        assert "hunter2" not in done.err + done.out


@pytest.fixture(scope="module")
def shown_once(pristine: Repo, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Two tracks, of which one has a video of seven seconds, built; not to be changed."""
    repo = Repo(tmp_path_factory.mktemp("shown") / "repo")
    shutil.copytree(pristine.path, repo.path, symlinks=True)
    made = ("-f", "lavfi", "-i", "testsrc2=s=128x72:r=25:d=7", "-f", "lavfi", "-i", "sine=d=7")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *made, "-c:v", "libx264", "-c:a", "aac", "releases/rise.mp4"]
    subprocess.run(command, cwd=repo.path, check=True)
    repo.edit(MOON, "tracks:", "hls: {segment: 3 s}\ntracks:")
    repo.edit(MOON, "file: masters/01.wav", "file: masters/01.wav\n    video: rise.mp4\n    subtitles: {en: rise.vtt}")
    repo.write("releases/rise.vtt", "WEBVTT\n\n00:01.000 --> 00:05.000\nRise\n")
    done = repo.doit()
    assert 0 == done.code, done
    return repo


@pytest.fixture
def shown(shown_once: Repo, tmp_path: Path) -> Repo:
    """The same, to be changed."""
    shutil.copytree(shown_once.path, tmp_path / "repo", symlinks=True)
    return Repo(tmp_path / "repo")


def test_a_video_is_streamed_with_the_album(shown_once: Repo) -> None:
    """In three sizes, with lists of its key frames, a page of its own that the album's leads to, and no broken rule."""
    names = {path.name for path in (shown_once.path / HLS).iterdir()}
    lists = {
        f"01.video{each}.m3u8"
        for each in ("", ".720p", ".720p.keys", ".360p", ".360p.keys", ".144p", ".144p.keys", ".sound", ".en")
    }
    assert {*lists, "01.video.html", "01.video.en.vtt"} <= names
    assert 'href="01.video.html"' in (shown_once.path / HLS / "player.html").read_text(encoding="utf-8")
    report = json.loads((shown_once.path / "build/moon/checks.json").read_text(encoding="utf-8"))
    assert [] == [check for check in report["checks"] if check["severity"] == "error" and not check["passed"]]
    told = json.loads((shown_once.path / ".pressroom/work/moon/packaged/01.video.json").read_text(encoding="utf-8"))
    media = {name for name in names if name.startswith("01.video") and name.endswith(".mp4")}
    assert media == {each["path"] for each in told["files"]}
    done = shown_once.run("sha256sum", "--check", "--quiet", "SHA256SUMS", cwd="build/moon")
    assert (0, "") == (done.code, done.out)
    summed = (shown_once.path / "build/moon/SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert names == {line.partition("  hls/")[2] for line in summed} - {""}


def test_a_video_is_verified_by_decoding(shown_once: Repo) -> None:
    """Also what has pictures alone."""
    done = shown_once.doit("verify", "--deep")
    assert (0, True) == (done.code, ", 0 wrong" in done.out), done


def test_a_video_is_made_once(shown_once: Repo, shown: Repo) -> None:
    """A second build does nothing, another title makes pages alone, and a clean one gives the same bytes."""
    assert "made 0, restored 0" in shown.doit().summary
    shown.edit(MOON, "title: Rise", "title: Rises")
    made = {step for step in shown.doit().made if ":video-" in step}
    assert {"moon:video-page:01"} == made
    shown.edit(MOON, "title: Rises", "title: Rise")
    shutil.rmtree(shown.path / "build")
    shutil.rmtree(shown.path / ".pressroom")
    assert 0 == shown.doit().code
    assert shown_once.files(HLS) == shown.files(HLS)


def pictures(repo: Repo, name: str) -> list[str]:
    """The digest of each picture of a playlist."""
    told = ("-allowed_extensions", "ALL", "-i", str(repo.path / HLS / name), "-map", "0:v:0", "-f", "framehash", "-")
    done = subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *told], capture_output=True, text=True, check=True)
    return [line.rpartition(",")[2].strip() for line in done.stdout.splitlines() if not line.startswith("#")]


def key_frames(repo: Repo, key: str | None = None) -> list[bytes]:
    """The key frames of the smallest pictures, decrypted where there is a key."""
    listed_ = hlsread.parsed((repo.path / HLS / "01.video.144p.keys.m3u8").read_text(encoding="utf-8")).segments
    found = []
    for segment in listed_:
        content, span = (repo.path / HLS / segment.media.uri).read_bytes(), segment.media.span
        if key and segment.key:
            vector = bytes.fromhex(segment.key.words["IV"][2:])
            decryptor = Cipher(algorithms.AES(bytes.fromhex(key)), modes.CBC(vector)).decryptor()
            content = decryptor.update(content) + decryptor.finalize()
            content = content[: -content[-1]]
        found.append(content[span.offset : span.end] if span else content)
    return found


@pytest.mark.parametrize("container", ["mp4", "ts"])
def test_a_video_is_encrypted(shown_once: Repo, shown: Repo, container: str) -> None:
    """Each segment and each key frame; who has the key sees every picture, and without it there is nothing in the folder."""
    seen = pictures(shown_once, "01.video.144p.m3u8")
    shown.edit(MOON, "hls: {segment: 3 s}", f"hls: {{segment: 3 s, container: {container}, {ENCRYPT[20:-2]}}}")
    done = shown.doit(MOON_KEY=KEY)
    assert 0 == done.code, done
    assert set() == {step for step in done.made if "encode" in step or "join" in step}
    assert 0 == shown.doit("prune", "--delete").code
    for path in (shown.path / HLS).iterdir():
        content = path.read_bytes()
        assert (b"moof" in content, b"mdat" in content, content[:1] == b"G") == (False, False, False)
    segments = [path for path in (shown.path / HLS).iterdir() if path.suffix in (".m4s", ".ts")]
    assert {0} == {path.stat().st_size % 16 for path in segments}
    assert seen == pictures(with_key(shown), "01.video.144p.m3u8")
    keys = key_frames(shown, KEY)
    assert 4 == len(keys)
    assert keys == key_frames(shown_once) if container == "mp4" else {(b"G", 0)} == {(key[:1], len(key) % 188) for key in keys}
    report = json.loads((shown.path / "build/moon/checks.json").read_text(encoding="utf-8"))
    assert [] == [check for check in report["checks"] if check["severity"] == "error" and not check["passed"]]
    page = (shown.path / HLS / "01.video.html").read_text(encoding="utf-8")
    assert '"list": "01.video.m3u8", "file": null' in page
    verified = shown.doit("verify", "--deep")
    assert (0, True) == (verified.code, ", 0 wrong" in verified.out), verified


def test_a_video_that_is_cut_off_is_told_by_its_name(shown: Repo) -> None:
    """What was made of it before stays."""
    before = shown.files(HLS)
    clip = shown.path / "releases/rise.mp4"
    clip.write_bytes(clip.read_bytes()[:9000])
    done = shown.doit()
    assert 1 == done.code
    expected = """\
releases/moon.yaml:9:12: tracks[0].video: releases/rise.mp4: ffmpeg failed (exit code 183):
    9 |     video: rise.mp4
      |            ^^^^^^^^
  moov atom not found
  Error opening input: Invalid data found when processing input
  Error opening input file file:releases/rise.mp4.
  it is not whole, or not what its name says; export or copy it again
"""
    assert expected in done.err
    assert before == shown.files(HLS)
