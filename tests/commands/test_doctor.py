from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from pressroom.commands import doctor, main
from pressroom.commands.doctor import Finding

HOW = "unset PRESSROOM_FFMPEG to use the one that came with pip, or set it to version 7 or newer"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, and no settings in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("BUILD", "JOBS", "FFMPEG"):
        monkeypatch.delenv(f"PRESSROOM_{name}", raising=False)
    return tmp_path


def program(path: Path, text: str) -> str:
    """A program of our own at `path`."""
    path.write_text(f"#!{sys.executable}\n{text}", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.mark.media
def test_a_fit_machine_is_ready(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On a machine that can build, every line says ok, in one screen, and nothing is left behind."""
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [] == [line for line in lines[:-1] if not line.startswith("ok ")]
    assert "this machine is ready" == lines[-1]
    assert len(lines) < 24
    assert [] == list(elsewhere.iterdir())


def test_a_missing_ffmpeg_is_told(elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the ffmpeg that you name is no program, you are told so, and how to mend it; the exit code is 3."""
    monkeypatch.setenv("PRESSROOM_FFMPEG", str(elsewhere / "none"))
    assert main(["doctor"]) == 3
    out = capsys.readouterr().out
    assert f"PROBLEM  ffmpeg      {elsewhere}/none is not a program" in out
    assert f"\n{'':21}{HOW}\n" in out
    assert out.endswith("\n1 problem\n")


def test_an_old_ffmpeg_is_told(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ffmpeg of version 5 is refused with its number."""
    old = program(elsewhere / "ffmpeg", "print('ffmpeg version 5.1.9 Copyright')\n")
    monkeypatch.setenv("PRESSROOM_FFMPEG", old)
    found = [finding for finding in doctor.findings(elsewhere) if finding.mend]
    text = f"{old} is version 5, and 7 or newer is needed; unset PRESSROOM_FFMPEG"
    assert [Finding(what="ffmpeg", found=text, mend=HOW)] == found


def test_an_ffmpeg_without_encoders_is_told(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ffmpeg that cannot encode is found out by trying it, codec by codec and filter by filter."""
    poor = program(elsewhere / "ffmpeg", "import sys\nprint('ffmpeg version 9.0')\nsys.exit('-version' not in sys.argv)\n")
    monkeypatch.setenv("PRESSROOM_FFMPEG", poor)
    found = {finding.what: finding.found for finding in doctor.findings(elsewhere) if finding.mend}
    assert {
        "encoders": "this ffmpeg has no working flac, alac, wavpack, libmp3lame, aac, libopus, libvorbis",
        "filters": f"this ffmpeg has no working {', '.join(doctor.FILTERS)}",
    } == found


@pytest.mark.media
def test_a_malformed_setting_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A setting that cannot be read is a problem, and the rest is looked at all the same."""
    monkeypatch.setenv("PRESSROOM_JOBS", "many")
    assert main(["doctor"]) == 3
    problems = re.findall("^PROBLEM.*$", capsys.readouterr().out, re.MULTILINE)
    assert ["PROBLEM  settings    PRESSROOM_JOBS: expected 'cores' or a number from 1 to 256, got 'many'"] == problems


def test_a_line_says_how_to_mend_it() -> None:
    """A problem has a second line, below what was found."""
    problem = Finding(what="disk", found="0.1 GB free", mend="make room")
    assert str(problem) == "PROBLEM  disk        0.1 GB free\n                     make room"


def test_it_takes_no_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    """`pressroom doctor me` is an error that shows the usage."""
    assert main(["doctor", "me"]) == 2
    assert capsys.readouterr().err.startswith("usage: pressroom doctor\n")


PUBLISHED = """\
kind: album
title: Moon
artist: A
tracks: [{title: Rise, file: 01.wav}]
publish:
  - {to: rsync, target: "me@host:/srv/music"}
  - {to: s3, bucket: lanterns, access_key: keyring:s3/me, secret_key: env:KEY}
  - {to: webseed}
"""


def test_what_publishing_needs_is_told(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what the releases here name: the program, or the line that installs it; what no release needs is no problem."""
    (elsewhere / "releases").mkdir()
    (elsewhere / "releases" / "moon.yaml").write_text(PUBLISHED, encoding="utf-8")
    (elsewhere / "releases" / "sun.yaml").write_text("kind: albun\n", encoding="utf-8")
    monkeypatch.setenv("PATH", str(elsewhere))
    monkeypatch.setattr(doctor, "EXTRAS", dict.fromkeys(doctor.EXTRAS, "no_such_module") | {"web": "json"})
    why = "not installed, and moon is published by it"
    assert [
        Finding(what="keyring", found=why, mend="python -m pip install 'pressroom[keyring]'"),
        Finding(what="rsync", found=why, mend="install it, for example: apt install rsync"),
        Finding(what="s3", found=why, mend="python -m pip install 'pressroom[s3]'"),
        Finding(what="web", found="installed"),
        Finding(what="serve", found="not installed; for a preview: python -m pip install 'pressroom[serve]'"),
    ] == [*doctor._publishing(Path("build"))]
    program(elsewhere / "rsync", "")
    assert Finding(what="rsync", found=f"{elsewhere}/rsync") in doctor._publishing(Path("build"))


def test_publishing_is_looked_at_in_a_repo_alone(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere there is nothing to publish."""
    monkeypatch.setenv("PRESSROOM_FFMPEG", str(elsewhere / "none"))
    assert "serve" not in [finding.what for finding in doctor.findings(elsewhere)]
    (elsewhere / "dodo.py").touch()
    assert "serve" in [finding.what for finding in doctor.findings(elsewhere)]
