"""The tools that steps run: where they are, which version, and the fingerprints that make their outputs stale."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import re
import subprocess
from contextlib import suppress
from functools import cached_property
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING

from pressroom.errors import MachineError
from pressroom.tools.ffmpeg import GUARDS

if TYPE_CHECKING:
    from collections.abc import Sequence

OLDEST_FFMPEG = 7
"""Older ones do not make or read M4A gaplessly."""
CANARY_SECONDS = 0.1
SHORT_SECONDS = 30


class Toolchain:
    """The tools of one repo; fingerprints are remembered in `memory` per binary and CPU."""

    def __init__(self, ffmpeg: str, memory: Path) -> None:
        self.wanted = ffmpeg
        self.memory = memory

    @cached_property
    def ffmpeg(self) -> Path:
        """The ffmpeg executable; raises MachineError when it is missing, cannot run or is too old."""
        path = bundled_ffmpeg() if self.wanted == "bundled" else Path(self.wanted)
        if not path.is_file() or not os.access(path, os.X_OK):
            raise MachineError(f"ffmpeg: {path} is not a program; set PRESSROOM_FFMPEG to one, or run `pressroom doctor`")
        major = re.match(r"ffmpeg version n?(\d+)\b", self._remembered(path, "ffmpeg-version"))
        if major and int(major[1]) < OLDEST_FFMPEG:
            raise MachineError(
                f"ffmpeg: {path} is version {major[1]}, and {OLDEST_FFMPEG} or newer is needed; unset PRESSROOM_FFMPEG"
            )
        return path

    def fingerprint(self, tool: str) -> str:
        """What tells one build of a tool from another: `ffmpeg`, `ffmpeg:<encoder>`, `mutagen` or `pillow`."""
        if tool == "mutagen":
            return metadata.version("mutagen")
        if tool == "pillow":
            return self._pillow
        if tool == "ffmpeg":
            return hashlib.sha256(self._remembered(self.ffmpeg, "ffmpeg-version").encode()).hexdigest()
        return self._remembered(self.ffmpeg, tool)

    @cached_property
    def versions(self) -> dict[str, str]:
        """The version of each tool, for the record."""
        first = self._remembered(self.ffmpeg, "ffmpeg-version").splitlines()[0]
        return {
            "ffmpeg": first.removeprefix("ffmpeg version ").split()[0],
            **{name: metadata.version(name) for name in ("mutagen", "pillow", "pressroom")},
        }

    @cached_property
    def _pillow(self) -> str:
        """Pillow's version and those of the libraries that decode, convert and encode for it."""
        found = importlib.util.find_spec("PIL")
        init = Path(found.origin) if found and found.origin else None
        installed = f"{metadata.version('pillow')} {init} {init.stat().st_mtime_ns if init else 0}"
        known = self._memory.get("pillow", {})
        if known.get("installed") != installed:
            known = {"installed": installed, "versions": _pillow_versions()}
            self._remember({**self._memory, "pillow": known})
        return known["versions"]

    def _remembered(self, ffmpeg: Path, name: str) -> str:
        """What is known of a binary on this CPU: `ffmpeg-version`, or an encoder's canary; found out the first time."""
        stat = ffmpeg.stat()
        binary = f"{ffmpeg} {stat.st_size} {stat.st_mtime_ns} {self.cpu}"
        known = self._memory.get("ffmpeg", {})
        if known.get("binary") != binary:
            known = {"binary": binary}
        if name not in known:
            found = _version_text(ffmpeg) if name == "ffmpeg-version" else _canary(ffmpeg, name.partition(":")[2])
            known = {**known, name: found}
            self._remember({**self._memory, "ffmpeg": known})
        return known[name]

    @cached_property
    def _memory(self) -> dict[str, dict[str, str]]:
        try:
            found = json.loads(self.memory.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        parts = found.values() if isinstance(found, dict) else [None]
        whole = all(isinstance(part, dict) and all(isinstance(text, str) for text in part.values()) for part in parts)
        return found if whole else {}

    def _remember(self, known: dict[str, dict[str, str]]) -> None:
        """Keep what was found; losing it costs some milliseconds."""
        self._memory = known
        beside = self.memory.with_name(f"{self.memory.name}.{os.getpid()}")
        with suppress(OSError):
            beside.write_text(json.dumps(known, sort_keys=True), encoding="utf-8")
            beside.replace(self.memory)

    @cached_property
    def cpu(self) -> str:
        """What tells CPUs apart that libraries pick other code for."""
        try:
            text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        except OSError:
            return f"{platform.machine()} {platform.processor()}"
        lines = sorted({line for line in text.splitlines() if re.match("model name|flags|Features|CPU part", line)})
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def bundled_ffmpeg() -> Path:
    """The ffmpeg that came with imageio-ffmpeg; raises MachineError when there is none for this platform."""
    folder = resources.files("imageio_ffmpeg") / "binaries"
    with resources.as_file(folder) as binaries:
        found = sorted(binaries.glob("ffmpeg-*"))
    if not found:
        raise MachineError(
            "ffmpeg: imageio-ffmpeg has none for this platform; set PRESSROOM_FFMPEG to one of version 7 or newer"
        )
    return found[-1]


def _version_text(ffmpeg: Path) -> str:
    """What `ffmpeg -version` prints: version, configuration and libraries, but not its path."""
    text = _said(ffmpeg, ["-version"])
    if not text.startswith("ffmpeg version "):
        raise MachineError(f"ffmpeg: {ffmpeg} is another program; set PRESSROOM_FFMPEG to ffmpeg, or run `pressroom doctor`")
    return text


def _canary(ffmpeg: Path, encoder: str) -> str:
    """The digest of 0.1 s of noise in an encoder: libopus gives other bytes on CPUs with other instructions."""
    noise = ["-f", "lavfi", "-i", f"anoisesrc=d={CANARY_SECONDS}:c=pink:r=48000:a=0.5:seed=1", "-ac", "2"]
    encoded = ["-flags:a", "+bitexact", "-c:a", encoder, "-f", "streamhash", "-hash", "sha256", "-"]
    digest = _said(ffmpeg, [*GUARDS, "-v", "error", *noise, *encoded]).strip().rpartition("=")[2]
    if not digest:
        raise MachineError(f"ffmpeg: {ffmpeg} has no working encoder '{encoder}'; `pressroom doctor` says more")
    return digest


def _said(ffmpeg: Path, arguments: Sequence[str]) -> str:
    """What a short run prints; nothing when it fails."""
    argv = [str(ffmpeg), *arguments]
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=SHORT_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MachineError(f"ffmpeg: {ffmpeg} cannot run: {error}") from error
    return "" if done.returncode else done.stdout.decode("utf-8", "replace")


def _pillow_versions() -> str:
    """`Pillow 12.0.0, jpg 3.1.2, ...`."""
    from PIL import features  # noqa: PLC0415  # a tenth of a second that a run with nothing to do need not pay

    codecs = ("libjpeg_turbo", "jpg", "littlecms2", "webp", "libtiff", "zlib")
    versions = {name: features.version(name) for name in codecs}
    return ", ".join((f"Pillow {features.version('pil')}", *(f"{name} {found}" for name, found in versions.items())))
