"""Videos as they come."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pressroom.errors import ReleaseError
from pressroom.formats.pictures import PictureFacts
from pressroom.tools import notes
from pressroom.tools.videoprobe import ProbeVideo

if TYPE_CHECKING:
    from tests.tools.conftest import Bench

pytestmark = pytest.mark.media
FAST = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
PLAIN = ("-f", "lavfi", "-i", "testsrc2=s=64x36:r=25:d=5", *FAST)


def probed(bench: Bench, source: Path) -> PictureFacts:
    """The facts of a video."""
    return notes.read(PictureFacts, bench.make(ProbeVideo(name="p", source=source, facts=Path(f"{source.stem}.json"))))


def test_a_file_may_say_another_shape_than_its_stream(bench: Bench) -> None:
    """As players have it, the file is right."""
    bench.run_ffmpeg(*PLAIN, "plain.mp4")
    for name in ("wide.mp4", "wide.mkv"):
        bench.run_ffmpeg("-i", "plain.mp4", "-c", "copy", "-aspect", "20:9", name)
        facts = probed(bench, Path(name))
        assert (80, 36) == (facts.width, facts.height)


def test_colours_are_read_by_their_own_matrix(bench: Bench) -> None:
    """Whatever the primaries and the transfer are: cameras of standard definition say that the latter is BT.709."""
    tags = ("-x264-params", "colorprim=smpte170m:transfer=bt709:colormatrix=smpte170m")
    bench.run_ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x36:r=25:d=0.2", *FAST, *tags, "mixed.mp4")
    assert "smpte170m" == probed(bench, Path("mixed.mp4")).matrix


def refusal(bench: Bench, name: str) -> str:
    """Why a video is not taken."""
    with pytest.raises(ReleaseError) as error:
        probed(bench, Path(name))
    return str(error.value)


def test_what_is_no_whole_video_is_refused_by_its_name(bench: Bench) -> None:
    """With what to do about it."""
    bench.run_ffmpeg(*PLAIN, "plain.mp4")
    bench.run_ffmpeg("-i", "plain.mp4", "-c", "copy", "plain.mkv")
    bench.run_ffmpeg("-f", "lavfi", "-i", "sine=d=1", "sound.mp4")
    Path("cut.mkv").write_bytes(Path("plain.mkv").read_bytes()[:-4000])
    Path("list.mp4").write_text("ffconcat version 1.0\nfile plain.mkv\n", encoding="utf-8")
    again = "\n  it is not whole, or not what its name says; export or copy it again"
    assert "sound.mp4: no pictures in it" == refusal(bench, "sound.mp4")
    assert f"cut.mkv: ffmpeg failed (exit code 0):\n  File ended prematurely{again}" == refusal(bench, "cut.mkv")
    assert refusal(bench, "list.mp4").endswith(again)
    assert "clip.avi: expected a video (.mp4, .m4v, .mov, .mkv, .webm), got '.avi'" == refusal(bench, "clip.avi")


def test_pictures_of_high_range_are_refused(bench: Bench) -> None:
    """As they would be shown in washed-out colours."""
    tags = "log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"
    pixels = ("-c:v", "libx265", "-x265-params", tags, "-pix_fmt", "yuv420p10le")
    bench.run_ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x36:r=25:d=0.2", *pixels, "bright.mp4")
    assert "bright.mp4: its pictures are HDR, which is streamed as standard range; export it in BT.709" == refusal(
        bench, "bright.mp4"
    )
