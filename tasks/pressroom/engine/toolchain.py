"""The tools that steps run: where they are, which version, and the fingerprints that make their outputs stale."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import subprocess
from functools import cached_property
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING

from pressroom.errors import MachineError
from pressroom.tools.ffmpeg import GUARDS

if TYPE_CHECKING:
    from collections.abc import Mapping

OLDEST_FFMPEG = 7
"""Older ones do not make or read M4A gaplessly."""
CANARY_SECONDS = 0.1
LIBRARIES = {"mutagen": "mutagen", "pillow": "Pillow"}


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
        major = re.match(r"ffmpeg version n?(\d+)\.", self._remembered(path)["ffmpeg-version"])
        if major and int(major[1]) < OLDEST_FFMPEG:
            raise MachineError(f"ffmpeg: {path} is version {major[1]}, and {OLDEST_FFMPEG} or newer is needed; unset PRESSROOM_FFMPEG")
        return path

    def fingerprint(self, tool: str) -> str:
        """What tells one build of a tool from another: `ffmpeg`, `ffmpeg:<encoder>`, `mutagen` or `pillow`."""
        if tool in LIBRARIES:
            return self.versions[tool]
        if tool == "ffmpeg":
            return hashlib.sha256(self._remembered(self.ffmpeg)["ffmpeg-version"].encode()).hexdigest()
        return self._remembered(self.ffmpeg, tool)[tool]

    @cached_property
    def versions(self) -> dict[str, str]:
        """The version of each tool, for the record."""
        found = {name: metadata.version(package) for name, package in LIBRARIES.items()}
        first = self._remembered(self.ffmpeg)["ffmpeg-version"].splitlines()[0]
        return {**found, "pressroom": metadata.version("pressroom"), "ffmpeg": first.removeprefix("ffmpeg version ").split()[0]}

    def _remembered(self, ffmpeg: Path, *encoders: str) -> Mapping[str, str]:
        """What is known of a binary on this CPU, and what of it has been asked for the first time."""
        stat = ffmpeg.stat()
        binary = f"{ffmpeg} {stat.st_size} {stat.st_mtime_ns} {self._cpu}"
        known = self._memory if self._memory.get("binary") == binary else {"binary": binary}
        for name in ("ffmpeg-version", *encoders):
            if name not in known:
                known[name] = _version_text(ffmpeg) if name == "ffmpeg-version" else _canary(ffmpeg, name.partition(":")[2])
                self._remember(known)
        return known

    @cached_property
    def _memory(self) -> dict[str, str]:
        try:
            found = json.loads(self.memory.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _remember(self, known: dict[str, str]) -> None:
        """Keep what was found; losing it costs some milliseconds."""
        self._memory = known
        beside = self.memory.with_name(f"{self.memory.name}.{os.getpid()}")
        beside.write_text(json.dumps(known, sort_keys=True), encoding="utf-8")
        beside.replace(self.memory)

    @cached_property
    def _cpu(self) -> str:
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
        raise MachineError("ffmpeg: imageio-ffmpeg has none for this platform; set PRESSROOM_FFMPEG to one of version 7 or newer")
    return found[-1]


def _version_text(ffmpeg: Path) -> str:
    """What `ffmpeg -version` prints: version, configuration and libraries, but not its path."""
    try:
        return subprocess.run([ffmpeg, "-version"], stdin=subprocess.DEVNULL, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise MachineError(f"ffmpeg: {ffmpeg} cannot run: {error}") from error


def _canary(ffmpeg: Path, encoder: str) -> str:
    """The digest of 0.1 s of noise in an encoder: libopus gives other bytes on CPUs with other instructions."""
    source = f"anoisesrc=d={CANARY_SECONDS}:c=pink:r=48000:a=0.5:seed=1"
    args = ["-f", "lavfi", "-i", source, "-ac", "2", "-flags:a", "+bitexact", "-c:a", encoder, "-f", "streamhash", "-hash", "sha256", "-"]
    done = subprocess.run([ffmpeg, *GUARDS, "-v", "error", *args], capture_output=True, check=False, text=True)
    if done.returncode:
        raise MachineError(f"ffmpeg: {ffmpeg} has no working encoder '{encoder}'; `pressroom doctor` says more")
    return done.stdout.strip().rpartition("=")[2]
