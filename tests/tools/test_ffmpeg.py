from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pressroom.errors import MachineError, ReleaseError, ToolError
from pressroom.tools import ffmpeg

if TYPE_CHECKING:
    from tests.tools.conftest import Bench

SILENCE = ("-f", "lavfi", "-i", "anullsrc=d=0.1")
RAW = ("-f", "s16le", "-c:a", "pcm_s16le")


def test_an_input_is_read_by_the_demuxer_of_its_name_alone() -> None:
    """A file is read as what its name says, through no protocol but `file`, however it calls itself inside."""
    args = ffmpeg.arguments(ffmpeg.source(Path("-y a:b %d.flac")).output("file:o.wav"))
    expected = ["-cpuflags", "0", "-err_detect", "crccheck", "-format_whitelist", "flac", "-protocol_whitelist", "file"]
    expected += ["-i", "file:-y a:b %d.flac", "-map", "0:a:0", "file:o.wav"]
    assert expected == args


def test_a_name_that_is_no_audio_files_is_refused() -> None:
    """A master must be named as one of the formats that are read."""
    with pytest.raises(ReleaseError) as raised:
        ffmpeg.source(Path("song.m3u8"))
    known = ".wav, .flac, .mp3, .ogg, .oga, .opus, .m4a, .m4b, .mp4, .aiff, .aif, .aac, .wv"
    assert f"song.m3u8: expected an audio file ({known}), got '.m3u8'" == str(raised.value)


def test_a_log_line_is_told_apart_from_what_a_file_says() -> None:
    """A title cannot pass for an error, or for what a filter found."""
    title = "[info]     title           : [error] No space left on device"
    assert ffmpeg.Line(source="", level="info", text="title           : [error] No space left on device") == ffmpeg._line(title)
    found = "[Parsed_astats_1 @ 0x55d8] [info] Bit depth: 16/16"
    assert ffmpeg.Line(source="Parsed_astats_1", level="info", text="Bit depth: 16/16") == ffmpeg._line(found)
    nested = "[h @ 0x1] [mp3float @ 0x2] [error] Header missing"
    assert ffmpeg.Line(source="mp3float", level="error", text="Header missing") == ffmpeg._line(nested)


@pytest.mark.media
def test_readers_take_what_ffmpeg_writes(bench: Bench) -> None:
    """Two pipes far larger than the system's buffers are read at the same time, and progress is shown."""
    left, right = bytearray(), bytearray()
    noise = ("-f", "lavfi", "-i", "anoisesrc=d=20")
    args = [*noise, *RAW, "pipe:@left", *RAW, "pipe:@right"]
    log = ffmpeg.run(bench, args, making=Path("o"), seconds=20, readers={"left": left.extend, "right": right.extend})
    assert 20 * 48_000 * 2 == len(left)
    assert left == right
    assert 20 * 48_000 == ffmpeg.decoded_samples(log)
    assert bench.shown[-1] == pytest.approx(1)


@pytest.mark.media
def test_every_run_is_guarded(bench: Bench) -> None:
    """No run asks questions, goes on after an error, or leaves its command out of the log."""
    ffmpeg.run(bench, [*SILENCE, "-f", "null", "-"], making=Path("o"))
    command = bench.noted[0].splitlines()[0]
    assert f"$ {bench.ffmpeg} -nostdin -hide_banner -nostats -y -xerror -v level+verbose -progress pipe:@progress" in command


@pytest.mark.media
def test_a_failure_quotes_ffmpegs_last_words(bench: Bench) -> None:
    """What was being made, the exit code, and what ffmpeg said of it."""
    with pytest.raises(ToolError) as raised:
        ffmpeg.run(bench, ["-f", "wav", "-i", "file:gone.wav", "-f", "null", "-"], making=Path("build/o.flac"))
    expected = (
        "build/o.flac: ffmpeg failed (exit code 254):\n"
        "  Error opening input: No such file or directory\n"
        "  Error opening input file file:gone.wav.\n"
        "  Error opening input files: No such file or directory"
    )
    assert expected == str(raised.value)


@pytest.mark.media
def test_an_error_line_fails_a_run_that_ended_well(bench: Bench) -> None:
    """The exit code is not proof: a word of error is a failure."""
    script = bench.folder / "ffmpeg"
    script.write_text("#!/bin/sh\necho '[mp3float @ 0x5581] [error] Header missing' >&2\n", encoding="utf-8")
    script.chmod(0o755)
    bench.ffmpeg = script
    with pytest.raises(ToolError) as raised:
        ffmpeg.run(bench, [], making=Path("o.wav"))
    assert "o.wav: ffmpeg failed (exit code 0):\n  Header missing" == str(raised.value)


@pytest.mark.media
def test_a_full_disk_is_named(bench: Bench) -> None:
    """A full disk is the machine's fault, not the release's."""
    args = ["-f", "lavfi", "-i", "anoisesrc=d=5", "-f", "wav", "file:/dev/full"]
    with pytest.raises(MachineError) as raised:
        ffmpeg.run(bench, args, making=Path("build/o.wav"))
    assert "build/o.wav: the disk is full; make room and run `doit` again" == str(raised.value)


@pytest.mark.media
def test_a_title_about_a_full_disk_fills_none(bench: Bench) -> None:
    """Only errors are errors, whatever the tags of a master say."""
    title = "title=[error] No space left on device"
    bench.run_ffmpeg("-f", "lavfi", "-i", "anoisesrc=d=0.1", "-metadata", title, "o.flac")
    ffmpeg.run(bench, ffmpeg.arguments(ffmpeg.source(Path("o.flac")).output("-", f="null")), making=Path("o"))
    assert "No space left on device" in bench.noted[0]


@pytest.mark.media
def test_a_run_that_stands_still_is_stopped(bench: Bench) -> None:
    """Progress lines go on while ffmpeg stands still, so it is the progress that counts."""
    os.mkfifo("o.wav")
    bench.run_ffmpeg("-f", "lavfi", "-i", "anoisesrc=d=10", "-c:a", "pcm_s16le", "whole.wav")
    done = threading.Event()
    feeder = threading.Thread(target=_feed_and_hold, args=(Path("whole.wav"), Path("o.wav"), done))
    feeder.start()
    args = ffmpeg.arguments(ffmpeg.source(Path("o.wav")).output("-", f="null"))
    with pytest.raises(ToolError) as raised:
        ffmpeg.run(bench, args, making=Path("o.flac"), limits=ffmpeg.Limits(stall=1.2))
    done.set()
    feeder.join()
    assert "o.flac: ffmpeg was stopped: no progress for 1.2 s" == str(raised.value)
    assert bench.noted[0].startswith("$ ")


@pytest.mark.media
def test_a_run_that_takes_too_long_is_stopped(bench: Bench) -> None:
    """A run may take as long as its media and the machine need, and no longer."""
    args = ["-re", "-f", "lavfi", "-i", "anoisesrc=d=20", "-f", "null", "-"]
    with pytest.raises(ToolError) as raised:
        ffmpeg.run(bench, args, making=Path("o.flac"), seconds=0.1, limits=ffmpeg.Limits(start=0.5))
    assert "o.flac: ffmpeg was stopped: not done after 1 s (the media lasts 0.1 s)" == str(raised.value)


@pytest.mark.media
def test_a_failing_reader_ends_ffmpeg(bench: Bench) -> None:
    """When what is read cannot be used, nothing runs on."""

    def full(_: bytes) -> None:
        raise OSError(28, "No space left on device")

    endless = ["-re", "-f", "lavfi", "-i", "anullsrc", *RAW, "pipe:@pcm"]
    before = children()
    with pytest.raises(OSError, match="No space left"):
        ffmpeg.run(bench, endless, making=Path("o"), readers={"pcm": full})
    assert before == children()


def children() -> set[str]:
    """The processes that this one has started and not waited for."""
    return {
        pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text(encoding="ascii").split()
    }


@pytest.mark.media
def test_runs_leave_nothing_open(bench: Bench) -> None:
    """Good runs, failed ones and ones that cannot start leave no file open."""
    before = sorted(Path("/proc/self/fd").iterdir())
    good, missing = bench.ffmpeg, bench.folder / "missing"
    for program, source in [(good, SILENCE), (good, ("-i", "file:gone.wav")), (missing, SILENCE)] * 10:
        bench.ffmpeg = program
        with suppress(ToolError):
            ffmpeg.run(bench, [*source, *RAW, "pipe:@pcm"], making=Path("o"), readers={"pcm": bytearray().extend})
    assert before == sorted(Path("/proc/self/fd").iterdir())


@pytest.mark.media
def test_an_ffmpeg_that_cannot_start_is_the_machines_fault(bench: Bench) -> None:
    """A missing program is named, with where to look."""
    bench.ffmpeg = Path("/nowhere/ffmpeg")
    with pytest.raises(MachineError) as raised:
        ffmpeg.run(bench, [], making=Path("o"))
    expected = "/nowhere/ffmpeg: cannot be started (No such file or directory); `pressroom doctor` says more"
    assert expected == str(raised.value)


def _feed_and_hold(whole: Path, fifo: Path, done: threading.Event) -> None:
    """Write the first part of a file into a FIFO, and keep it open."""
    with fifo.open("wb") as stream:
        stream.write(whole.read_bytes()[:600_000])
        stream.flush()
        done.wait(20)


def test_ffmpeg_sees_no_variable_of_the_builds(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret of a release is not in its environment, nor what would have it write files of its own."""
    program = Path("ffmpeg").absolute()
    program.write_text('#!/bin/sh\nenv > "$HOME/told"\n', encoding="utf-8")
    program.chmod(0o755)
    bench.ffmpeg = program
    for name, value in (("MOON_KEY", "c0ffee"), ("FFREPORT", "file=x.log"), ("HOME", str(bench.folder))):
        monkeypatch.setenv(name, value)
    ffmpeg.run(bench, [], making=Path("x"))
    told = {line.partition("=")[0] for line in (bench.folder / "told").read_text(encoding="utf-8").splitlines()}
    assert {"HOME", "PATH"} <= told
    assert set() == told & {"MOON_KEY", "FFREPORT"}
