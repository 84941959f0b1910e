"""Makes every master, stem, cover and booklet of the example releases: `python releases/compose.py`.

Needs no more than pressroom does: Python, Pillow and the ffmpeg of imageio-ffmpeg. The same machine gives the same bytes every
time. The words (YAML, lyrics, notes) are written by hand and stay as they are.
"""

from __future__ import annotations

import math
import random
import subprocess
import time
import wave
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice, pairwise
from operator import add
from pathlib import Path
from typing import Literal

import imageio_ffmpeg
from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).parent
EP = HERE / "night-signals"
SINGLE = HERE / "first-light"

Sound = list[float]
"""One channel; full scale is 1."""

Instrument = Callable[[int, float, float], Sound]
"""Sample rate in Hz, pitch in Hz and seconds give the sound of one note."""

Colour = tuple[int, int, int]

SEMITONES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
SAMPLE_FORMATS = {16: "s16", 24: "s32"}


@dataclass(frozen=True, kw_only=True)
class Note:
    """A pitch in Hz, when it starts and how long it lasts, in beats."""

    pitch: float
    beat: float
    beats: float


@dataclass(frozen=True, kw_only=True)
class Mix:
    """Two channels of equal length at `rate` Hz; instruments are added to it in place."""

    rate: int
    left: Sound
    right: Sound
    tempo: float = 60.0

    @classmethod
    def silence(cls, rate: int, seconds: float, tempo: float) -> Mix:
        """An empty mix; `tempo` is in beats per minute."""
        samples = round(rate * seconds)
        return cls(rate=rate, left=[0.0] * samples, right=[0.0] * samples, tempo=tempo)

    def play(self, instrument: Instrument, notes: Iterable[Note], level: float, *, pan: float = 0.0, ring: float = 0.0) -> None:
        """Add `notes`, each `ring` seconds longer than written; `pan` goes from -1 (left) to 1 (right)."""
        angle = (pan + 1) * math.pi / 4
        for note in notes:
            sound = instrument(self.rate, note.pitch, note.beats * 60 / self.tempo + ring)
            start = round(note.beat * 60 / self.tempo * self.rate)
            for channel, gain in ((self.left, level * math.cos(angle)), (self.right, level * math.sin(angle))):
                for n, value in enumerate(sound[: len(channel) - start], start):
                    channel[n] += value * gain

    def cut(self, start: int, end: int | None = None) -> Mix:
        """The samples from `start` up to `end`."""
        return Mix(rate=self.rate, left=self.left[start:end], right=self.right[start:end], tempo=self.tempo)


def main() -> None:
    """Write the media of both releases and say what was written."""
    for path in (*first_light(), *night_signals(), *dawn()):
        print(f"{path.relative_to(HERE)}  {path.stat().st_size / 1000:.0f} kB")


def first_light() -> Iterator[Path]:
    """The single, D major in four: a sunrise of pads, a harp figure, a bell on top."""
    mix = Mix.silence(44100, 10.15, tempo=112)
    chords = ("D3 A3 E4 F#4", "B2 A3 D4 F#4", "G2 G3 B3 D4", "A2 G3 A3 D4", "D3 A3 E4 F#4")
    harmony = tuple(chord_notes(chords, beats=4))
    mix.play(warm(-4), harmony, 0.055, pan=-0.7, ring=0.9)
    mix.play(warm(4), harmony, 0.055, pan=0.7, ring=0.9)
    mix.play(pluck, arpeggio(chords[:4], (0, 1, 2, 3, 2, 3, 1, 2), beats=4), 0.22, pan=-0.25, ring=0.5)
    mix.play(pluck, notes("r/16 D4/.25 A4/.25 E5/.25 F#5/1"), 0.2, pan=-0.25, ring=1.5)
    mix.play(bass, notes("D2/3 D2/1 B1/3 B1/1 G1/3 G1/1 A1/2 A1/2 D2/3"), 0.2)
    mix.play(bell, notes("r/4 F#5/1.5 E5/.5 D5/2 B4/1 D5/1 F#5/1 A5/1 B5/1.5 A5/.5 E5/2 F#5/2"), 0.1, pan=0.3, ring=1)
    mix.play(kick, hits("r/4 x/2.5 x/1.5 x/2.5 x/1.5 x/2.5 x/1.5 x/1"), 0.3)
    mix.play(brush, hits("r/9 x/2 x/2 x/2 x/1"), 0.1)
    room(mix, wet=0.22)
    (level,) = mastered(mix)
    fade(level, attack=0.02, release=2)
    yield flac(SINGLE / "first-light.flac", level, bits=16)
    yield save(sunrise(), SINGLE / "cover.jpg")


def night_signals() -> Iterator[Path]:
    """The first disc, A minor in three: one piece without a pause, cut in two; the second half has its stems too."""
    tempo, bar = 118.0, 3 * 60 / 118
    lead, drums, music = (Mix.silence(44100, 8.25 * bar, tempo) for _ in range(3))
    play_night(lead, drums, music)
    for stem, wet in ((lead, 0.3), (music, 0.2)):
        room(stem, wet=wet)
    lead, drums, music = mastered(lead, drums, music)
    for stem in (lead, drums, music):
        fade(stem, attack=0.02, release=1.6)
    join = round(4 * bar * 44100)  # on the beat, but within a CD frame, an MP3 frame and an Opus packet
    yield flac(EP / "masters" / "1-01-blue-hour.flac", summed(lead, drums, music).cut(0, join), bits=24)
    stems = {"vocals": lead.cut(join), "drums": drums.cut(join), "music": music.cut(join)}
    whole = array("h", map(sum, zip(*(integers(stem, 16) for stem in stems.values()), strict=True)))
    yield wav(EP / "masters" / "1-02-night-signals.wav", whole, 44100)
    for name, stem in stems.items():
        yield flac(EP / "stems" / f"1-02-{name}.flac", stem, bits=16)


def play_night(lead: Mix, drums: Mix, music: Mix) -> None:
    """Play eight bars of three: four without the voice, four with it; the bell sends N and S in Morse code."""
    verse = ("A2 E3 B3 C4", "F2 E3 A3 C4", "C3 G3 D4 E4")
    chords = (*verse, "G2 F3 B3 D4", *verse, "A2 E3 A3 C4")
    harmony = tuple(chord_notes(chords, beats=3))
    music.play(warm(-5), harmony, 0.05, pan=-0.7, ring=0.8)
    music.play(warm(5), harmony, 0.05, pan=0.7, ring=0.8)
    music.play(pluck, arpeggio(chords[:7], (1, 2, 3, 2, 3, 1), beats=3), 0.3, pan=0.3, ring=0.4)
    music.play(bass, notes("A1/3 F1/3 C2/3 G1/3 A1/2 E2/1 F1/2 C2/1 C2/2 G1/1 A1/3"), 0.22)
    music.play(bell, hits("r/3 x/1 x/1.5 x/.5 x/.5 x/.5 r/8 x/1 x/1.5 x/.5 x/.5 x/.5", pitch="E6"), 0.03, pan=-0.5, ring=0.6)
    drums.play(kick, hits("r/3 x/3 x/3 x/3 x/3 x/3 x/3 x/3"), 0.5)
    drums.play(brush, hits("r/7 x/1 x/2 x/1 x/2 x/1 x/2 x/1 x/2 x/1 x/2"), 0.2)
    drums.play(tick, hits("r/12 " + "x/.5 " * 18), 0.04, pan=0.4)
    lead.play(voice, notes("r/12 E4/1 A4/1 B4/1 C5/2 B4/.5 A4/.5 G4/2 E4/1 A4/2"), 0.11, ring=0.25)


def dawn() -> Iterator[Path]:
    """The second disc, C major in three and slower: harp, pad and voice alone; then the cover and the booklet."""
    mix = Mix.silence(48000, 6.15, tempo=104)
    chords = ("A2 G3 C4 E4", "F2 G3 A3 C4", "C3 G3 D4 E4")
    harmony = (*chord_notes(chords[:2], beats=3), *chord_notes(chords[2:], beats=4, start=6))
    mix.play(warm(-4), harmony, 0.05, pan=-0.7, ring=0.7)
    mix.play(warm(4), harmony, 0.05, pan=0.7, ring=0.7)
    mix.play(pluck, arpeggio(chords, (0, 2, 3, 1, 2, 3), beats=3), 0.46, pan=-0.3, ring=0.8)
    mix.play(bass, notes("A1/3 F1/3 C2/4"), 0.26)
    mix.play(voice, notes("r/1 E4/1 A4/1 C5/1.5 B4/.5 A4/1 G4/3"), 0.075, ring=0.3)
    mix.play(bell, notes("r/7 A5/1 G5/1 E5/1"), 0.05, pan=0.5, ring=1)
    room(mix, wet=0.25)
    (level,) = mastered(mix, peak=-2.2)
    fade(level, attack=0.02, release=1.6)
    yield flac(EP / "masters" / "2-01-night-signals-dawn.flac", level, bits=24)
    yield save(night_sky(), EP / "cover.png")
    yield booklet(EP / "extras" / "booklet.pdf")


def hertz(name: str) -> float:
    """The equal-tempered pitch of `A4` (440 Hz), `F#3`."""
    semitone = SEMITONES.index(name[:-1])
    return 440 * 2 ** ((semitone - 9) / 12 + int(name[-1]) - 4)


def notes(line: str) -> Iterator[Note]:
    """The notes of `E4/1 r/.5 A4/2`: pitch or rest, and beats, one after the other."""
    beat = 0.0
    for name, _, length in (word.partition("/") for word in line.split()):
        if name != "r":
            yield Note(pitch=hertz(name), beat=beat, beats=float(length))
        beat += float(length)


def hits(line: str, pitch: str = "A4") -> Iterator[Note]:
    """The notes of `x/1 r/2`, all of one pitch."""
    return notes(line.replace("x", pitch))


def chord_notes(chords: Sequence[str], beats: float, start: float = 0) -> Iterator[Note]:
    """Every note of each chord, held for `beats`."""
    for number, chord in enumerate(chords):
        for name in chord.split():
            yield Note(pitch=hertz(name), beat=start + number * beats, beats=beats)


def arpeggio(chords: Sequence[str], order: Sequence[int], beats: int) -> Iterator[Note]:
    """Each chord broken into quavers an octave up, its notes in `order`."""
    for number, chord in enumerate(chords):
        pitches = [2 * hertz(name) for name in chord.split()]
        for quaver, index in enumerate(islice(cycle(order), 2 * beats)):
            yield Note(pitch=pitches[index], beat=number * beats + quaver / 2, beats=0.5)


def warm(cents: float) -> Instrument:
    """A soft pad, `cents` out of tune: two of them, left and right, sound wide."""

    def pad(rate: int, pitch: float, seconds: float) -> Sound:
        tuned = pitch * 2 ** (cents / 1200)
        partials = [(k, 1 / k**1.7) for k in range(1, 7)]
        return swell(rate, sines(rate, tuned, seconds, partials), attack=0.35, release=0.8)

    return pad


def pluck(rate: int, pitch: float, seconds: float) -> Sound:
    """A harp string after Karplus and Strong, tuned by an all-pass filter as Jaffe and Smith do (CMJ 7/2, 1983)."""
    delay = rate / pitch - 0.5
    whole = int(delay - 0.1)
    tuning = (1 - delay + whole) / (1 + delay - whole)
    line = centred(smooth(noise(whole, seed=round(pitch)), times=16))
    damping = 0.5 * 0.001 ** (1 / (pitch * (1.1 + 120 / pitch)))
    sound: Sound = []
    last = before = after = 0.0
    for _, n in zip(range(int(rate * seconds)), cycle(range(whole)), strict=False):
        blend = damping * (line[n] + last)
        last = line[n]
        after = tuning * (blend - after) + before
        before = blend
        line[n] = after
        sound.append(last)
    return swell(rate, sound, attack=0.001, release=0.15)


def bell(rate: int, pitch: float, seconds: float) -> Sound:
    """Two sines, the second bending the first, that die away together."""
    turn = 2 * math.pi * pitch / rate
    decay = [math.exp(-2.6 * n / rate) for n in range(int(rate * seconds))]
    sound = [d * math.sin(turn * n + 0.9 * d * d * math.sin(2 * turn * n)) for n, d in enumerate(decay)]
    return swell(rate, sound, attack=0.006, release=0.3)


def bass(rate: int, pitch: float, seconds: float) -> Sound:
    """A round low string."""
    sound = sines(rate, pitch, seconds, [(1, 1.0), (2, 0.5), (3, 0.16), (4, 0.06)])
    return swell(rate, [v * math.exp(-0.9 * n / rate) for n, v in enumerate(sound)], attack=0.012, release=0.12)


def voice(rate: int, pitch: float, seconds: float) -> Sound:
    """A hummed "ah": harmonics under two formants, with a vibrato that sets in late."""
    samples = int(rate * seconds)
    sway = [0.055 * min(1.0, 2.5 * n / rate) * math.sin(2 * math.pi * 5.3 * n / rate) for n in range(samples)]
    phase = [2 * math.pi * pitch * n / rate + s * pitch / 150 for n, s in enumerate(sway)]
    sound = [0.0] * samples
    for k in range(1, 9):
        level = formant(k * pitch) / k
        sound = list(map(add, sound, [level * math.sin(k * p) for p in phase]))
    return swell(rate, sound, attack=0.09, release=0.22)


def formant(hz: float) -> float:
    """How much of a harmonic at `hz` an open mouth lets through."""
    return 0.25 + math.exp(-(((hz - 620) / 260) ** 2)) + 0.5 * math.exp(-(((hz - 1150) / 300) ** 2))


def kick(rate: int, _pitch: float, _seconds: float) -> Sound:
    """A felt-headed bass drum: a sine that falls from 130 to 48 Hz."""
    times = [n / rate for n in range(int(rate * 0.4))]
    sound = [math.exp(-9 * t) * math.sin(2 * math.pi * (48 * t + 2.5 * (1 - math.exp(-33 * t)))) for t in times]
    return swell(rate, sound, attack=0.002, release=0.1)


def brush(rate: int, _pitch: float, _seconds: float) -> Sound:
    """A brush on a snare drum."""
    hiss = smooth(noise(int(rate * 0.22), seed=5), times=1)
    return swell(rate, [v * math.exp(-17 * n / rate) for n, v in enumerate(hiss)], attack=0.008, release=0.1)


def tick(rate: int, _pitch: float, _seconds: float) -> Sound:
    """A closed hi-hat: noise without its lows, gone in a twentieth of a second."""
    hiss = noise(int(rate * 0.08), seed=9)
    sharp = [b - a for a, b in pairwise(hiss)]
    return swell(rate, [v * math.exp(-70 * n / rate) for n, v in enumerate(sharp)], attack=0.001, release=0.03)


def sines(rate: int, pitch: float, seconds: float, partials: Iterable[tuple[int, float]]) -> Sound:
    """The sum of sines at multiples of `pitch`, each with its level."""
    sound = [0.0] * int(rate * seconds)
    for multiple, level in partials:
        turn = 2 * math.pi * pitch * multiple / rate
        sound = [v + level * math.sin(turn * n) for n, v in enumerate(sound)]
    return sound


def noise(samples: int, seed: int) -> Sound:
    """White noise, the same for the same seed."""
    source = random.Random(seed)  # noqa: S311  (music, not secrets)
    return [source.uniform(-1, 1) for _ in range(samples)]


def smooth(sound: Sound, times: int) -> Sound:
    """`sound` with its highs taken off, as a loop."""
    for _ in range(times):
        sound = [(a + b) / 2 for a, b in zip(sound, sound[1:] + sound[:1], strict=True)]
    return sound


def centred(sound: Sound) -> Sound:
    """`sound` without its mean, its peak at 1."""
    mean = sum(sound) / len(sound)
    peak = max(abs(value - mean) for value in sound)
    return [(value - mean) / peak for value in sound]


def swell(rate: int, sound: Sound, *, attack: float, release: float) -> Sound:
    """`sound` faded in and out over so many seconds, in place, along a cosine that ends at zero."""
    for seconds, places in ((attack, range(len(sound))), (release, range(-1, -1 - len(sound), -1))):
        samples = min(round(rate * seconds), len(sound))
        for n in range(samples):
            sound[places[n]] *= 0.5 - 0.5 * math.cos(math.pi * n / samples)
    return sound


def room(mix: Mix, wet: float) -> None:
    """Add the echo of a hall, after Schroeder (JAES 10/3, 1962): four loops and two diffusers a side."""
    for channel, spread in ((mix.left, 0.0), (mix.right, 0.0006)):
        loops = [loop(channel, round(mix.rate * (t + spread)), 0.8) for t in (0.0297, 0.0371, 0.0411, 0.0437)]
        hall = [a + b + c + d for a, b, c, d in zip(*loops, strict=True)]
        for seconds in (0.005, 0.0017):
            hall = diffused(hall, round(mix.rate * (seconds + spread / 4)))
        channel[:] = [dry + wet * 0.25 * echo for dry, echo in zip(channel, hall, strict=True)]


def loop(sound: Sound, delay: int, feedback: float) -> Sound:
    """`sound` coming round again and again, duller every time."""
    line = deque([0.0] * delay, delay)
    result: Sound = []
    dull = 0.0
    for value in sound:
        echo = line[0]
        dull += 0.35 * (echo - dull)
        line.append(value + feedback * dull)
        result.append(echo)
    return result


def diffused(sound: Sound, delay: int) -> Sound:
    """`sound` smeared in time, its spectrum kept: an all-pass filter."""
    line = deque([0.0] * delay, delay)
    result: Sound = []
    for value in sound:
        inner = value + 0.6 * line[0]
        result.append(line[0] - 0.6 * inner)
        line.append(inner)
    return result


def mastered(*stems: Mix, peak: float = -1.6) -> tuple[Mix, ...]:
    """The stems raised as one, so that their sum peaks at `peak` dBFS; they still add up."""
    whole = summed(*stems)
    gain = 10 ** (peak / 20) / max(map(abs, (*whole.left, *whole.right)))
    return tuple(scaled(stem, gain) for stem in stems)


def summed(*stems: Mix) -> Mix:
    """All stems together."""
    left = [math.fsum(values) for values in zip(*(stem.left for stem in stems), strict=True)]
    right = [math.fsum(values) for values in zip(*(stem.right for stem in stems), strict=True)]
    return Mix(rate=stems[0].rate, left=left, right=right, tempo=stems[0].tempo)


def scaled(mix: Mix, gain: float) -> Mix:
    """`mix` made louder or softer."""
    left, right = ([value * gain for value in channel] for channel in (mix.left, mix.right))
    return Mix(rate=mix.rate, left=left, right=right, tempo=mix.tempo)


def fade(mix: Mix, *, attack: float, release: float) -> None:
    """Fade both channels in and out over so many seconds, in place."""
    for channel in (mix.left, mix.right):
        swell(mix.rate, channel, attack=attack, release=release)


def sunrise() -> Image.Image:
    """The single's cover, 1800 pixels: the paper rings of a rising sun, and its track over the sea."""
    size, horizon, middle = 3600, 2360, 1800
    picture = gradient(size, ((0, (38, 70, 110)), (0.4, (142, 128, 160)), (0.66, (244, 178, 142)), (1, (244, 178, 142))))
    outer, inner = ((1560, (246, 186, 146)), (1220, (250, 198, 144))), ((610, (255, 228, 168)), (350, (255, 246, 216)))
    for radius, colour in (*outer, (900, (253, 212, 148)), *inner):
        picture.paste(colour, (0, 0), disc(size, (middle, horizon), radius, opacity=0.6))
    sea = gradient(size, ((0, (70, 112, 140)), (0.655, (70, 112, 140)), (1, (14, 34, 66))))
    picture.paste(sea.crop((0, horizon, size, size)), (0, horizon))
    sun_track(picture, middle, horizon)
    lettering(picture, "FIRST LIGHT", (middle, 400), height=150, colour=(255, 240, 214))
    lettering(picture, "THE LANTERNS", (middle, 610), height=62, colour=(242, 214, 200))
    return halved(picture)


def sun_track(picture: Image.Image, middle: int, horizon: int) -> None:
    """Draw the sun's broken reflection, narrower and darker towards the shore."""
    draw = ImageDraw.Draw(picture)
    waves = random.Random(11)  # noqa: S311  (a picture, not secrets)
    for row in range(24):
        y = horizon + 20 + 14 * row + 1.5 * row * row
        for _ in range(3):
            half = (460 - 13 * row) * waves.uniform(0.3, 1)
            x = middle + waves.uniform(-1, 1) * (300 - 9 * row)
            colour = blend((255, 236, 190), (196, 140, 136), row / 24)
            draw.rounded_rectangle((x - half, y, x + half, y + 8 + row), radius=8, fill=colour)


def night_sky() -> Image.Image:
    """The EP's cover, 2000 pixels: a mast on a hill sends its rings into a field of stars."""
    size, top = 4000, (1330, 2330)
    dusk = ((0, (9, 13, 38)), (0.42, (34, 32, 86)), (0.66, (116, 64, 120)), (0.82, (238, 140, 112)), (1, (238, 140, 112)))
    picture = gradient(size, dusk)
    stars(picture)
    draw = ImageDraw.Draw(picture)
    for number in range(1, 9):
        reach = 260 * number
        box = (top[0] - reach, top[1] - reach, top[0] + reach, top[1] + reach)
        draw.arc(box, 272, 358, fill=blend((255, 214, 166), (88, 74, 140), number / 9), width=24 - 2 * number)
    draw.ellipse((2750, 640, 3270, 1160), fill=(250, 236, 206))
    draw.polygon(hills(size, 2960, seed=0), fill=(120, 62, 108))
    draw.polygon(hills(size, 3180, seed=1), fill=(74, 42, 92))
    mast(draw, top, foot=3650)
    draw.polygon(hills(size, 3420, seed=2), fill=(40, 28, 70))
    draw.polygon(hills(size, 3680, seed=3), fill=(18, 16, 46))
    lettering(picture, "NIGHT SIGNALS", (2000, 3780), height=120, colour=(255, 226, 190))
    lettering(picture, "THE LANTERNS", (2000, 3915), height=52, colour=(196, 160, 180))
    return halved(picture)


def stars(picture: Image.Image) -> None:
    """Strew stars, denser towards the top."""
    draw = ImageDraw.Draw(picture)
    sky = random.Random(3)  # noqa: S311  (a picture, not secrets)
    for _ in range(380):
        x, y, light = sky.uniform(0, picture.width), picture.height * 0.62 * sky.random() ** 1.4, sky.random() ** 6
        radius = 3 + 9 * light
        colour = blend((96, 100, 160), (255, 250, 235), 0.25 + 0.75 * light)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def mast(draw: ImageDraw.ImageDraw, top: tuple[int, int], foot: int) -> None:
    """Draw a lattice mast with a lamp."""
    x, y = top
    dark = (30, 22, 60)
    rungs = [(place, 8 + 100 * (place - y) / (foot - y)) for place in range(y, foot, 90)]
    for (above, narrow), (below, wide) in pairwise(rungs):
        for side in (-1, 1):
            draw.line((x + side * narrow, above, x + side * wide, below), fill=dark, width=14)
            draw.line((x + side * narrow, above, x - side * wide, below), fill=dark, width=7)
    draw.ellipse((x - 40, y - 40, x + 40, y + 40), fill=(255, 236, 190))


def hills(size: int, height: float, seed: int) -> list[tuple[float, float]]:
    """The outline of a range of hills about `height`, closed along the bottom edge."""
    shape = random.Random(seed)  # noqa: S311  (a picture, not secrets)
    waves = [(k, shape.uniform(0.4, 1) * 210 / k**1.15, shape.uniform(0, 2 * math.pi)) for k in range(1, 14)]
    ridge = [(x, height + sum(a * math.sin(p + k * math.pi * x / size) for k, a, p in waves)) for x in range(0, size + 10, 10)]
    return [(0, size), *ridge, (size, size)]


def booklet(path: Path) -> Path:
    """Write the EP's booklet, a PDF of two square pages."""
    cover = night_sky().resize((900, 900), Image.Resampling.LANCZOS)
    page = gradient(1800, ((0, (18, 16, 46)), (1, (74, 42, 92))))
    lines = (
        *("1-1  BLUE HOUR", "1-2  NIGHT SIGNALS", "2-1  NIGHT SIGNALS, DAWN VERSION", ""),
        *("ANA BELL, MUSIC AND HARP", "MIRA VALE, WORDS AND VOICE", ""),
        *("PLAYED BY A PROGRAM, SUNG BY NOBODY", "CC0 1.0"),
    )
    for number, line in enumerate(lines):
        lettering(page, line, (900, 420 + 110 * number), height=40, colour=(255, 226, 190))
    midnight = time.gmtime(0)
    cover.save(path, save_all=True, append_images=[halved(page)], quality=80, creationDate=midnight, modDate=midnight)
    return path


def gradient(size: int, stops: Sequence[tuple[float, Colour]]) -> Image.Image:
    """A square that runs from top to bottom through `stops`: (place from 0 to 1, colour)."""
    column = Image.new("RGB", (1, size))
    for (start, above), (end, below) in pairwise(stops):
        for y in range(round(start * size), round(end * size)):
            column.putpixel((0, y), blend(above, below, (y / size - start) / (end - start)))
    return column.resize((size, size))


def blend(first: Colour, second: Colour, share: float) -> Colour:
    """`first` with so much of `second`, from 0 to 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def disc(size: int, centre: tuple[int, int], radius: int, opacity: float) -> Image.Image:
    """A mask with a round hole."""
    (x, y), mask = centre, Image.new("L", (size, size))
    ImageDraw.Draw(mask).ellipse((x - radius, y - radius, x + radius, y + radius), fill=round(255 * opacity))
    return mask


def lettering(picture: Image.Image, text: str, centre: tuple[int, int], height: int, colour: Colour) -> None:
    """Write `text` spaced widely about `centre`, in the face that Pillow carries."""
    font = ImageFont.load_default(height)
    gap = 0.32 * height
    widths = [font.getlength(letter) + gap for letter in text]
    x = centre[0] - (sum(widths) - gap) / 2
    for letter, width in zip(text, widths, strict=True):
        ImageDraw.Draw(picture).text((x, centre[1]), letter, fill=colour, font=font, anchor="ls")
        x += width


def halved(picture: Image.Image) -> Image.Image:
    """`picture` at half the size, which smooths its edges."""
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)


def save(picture: Image.Image, path: Path) -> Path:
    """Write a picture as its suffix says."""
    picture.save(path, quality=88, optimize=True)
    return path


def integers(mix: Mix, bits: Literal[16, 24]) -> list[int]:
    """Left and right in turn, as whole numbers of `bits`."""
    full = 2 ** (bits - 1)
    return [round(value * full) for pair in zip(mix.left, mix.right, strict=True) for value in pair]


def wav(path: Path, samples: array[int], rate: int) -> Path:
    """Write 16-bit stereo samples."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


def flac(path: Path, mix: Mix, bits: Literal[16, 24]) -> Path:
    """Write a FLAC of 16 or 24 bits."""
    raw = array("i", [value << (32 - bits) for value in integers(mix, bits)])
    form = ["-f", "s32le", "-ar", str(mix.rate), "-ac", "2", "-i", "-"]
    codec = [
        "-c:a",
        "flac",
        "-compression_level",
        "8",
        "-sample_fmt",
        SAMPLE_FORMATS[bits],
        "-bits_per_raw_sample",
        str(bits),
        "-threads",
        "1",
    ]
    exact = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact", str(path)]
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y"]
    subprocess.run([*ffmpeg, *form, *codec, *exact], input=raw.tobytes(), check=True)
    return path


if __name__ == "__main__":
    main()
