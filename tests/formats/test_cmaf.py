from __future__ import annotations

import hashlib
import io
import struct
from array import array
from dataclasses import replace
from fractions import Fraction

import pytest

from pressroom.formats import cmaf, fragments, segments
from pressroom.formats.isobmff import box, boxes, child, needed
from pressroom.formats.sampleentry import aac_entry, opus_entry
from pressroom.formats.track import Extents, Runs, Track

AAC = aac_entry(bytes.fromhex("1190"), channels=2, rate=48_000)
AVC = box(b"avc1", struct.pack(">6xH16xHH", 1, 64, 36), bytes(50), box(b"avcC", bytes.fromhex("01640028ffe1")))
SOUND = Track(
    handler="soun",
    timescale=48_000,
    entry=AAC,
    sizes=array("I", [number % 7 + 1 for number in range(200)]),
    durations=Runs.of([199, 1], [1024, 640]),
    extents=Extents.of([300, 500], [1000, 10]),
    lead=1024,
    length=199 * 1024 + 640 - 1024,
)
PICTURES = replace(
    SOUND,
    handler="vide",
    entry=AVC,
    timescale=50,
    durations=Runs.of([200], [2]),
    lead=0,
    length=400,
    shifts=Runs.grouped([0, 4, -2, -2] * 50),
    keys=array("I", range(0, 200, 40)),
)
SOURCE = io.BytesIO(bytes(number % 251 for number in range(2000)))


def sound(second: Fraction = Fraction(1), *marks: int, track: Track = SOUND) -> cmaf.Package:
    """A package of sound."""
    return cmaf.packaged(track, segments.sound_plan(track, second, marks=marks))


def pictures() -> cmaf.Package:
    """A package of pictures."""
    return cmaf.packaged(PICTURES, segments.picture_plan(PICTURES, Fraction(3)))


def file(package: cmaf.Package) -> bytes:
    """Its one file."""
    return b"".join(cmaf.written(package, SOURCE))


def payload(track: Track) -> bytes:
    """The bytes of all samples."""
    content = SOURCE.getvalue()
    return b"".join(content[offset : offset + size] for offset, size in track.extents.part(0, sum(track.sizes)))


def test_the_file_is_a_head_an_index_and_fragments() -> None:
    """Nothing else: no clock, no name of a program, no free space."""
    content = file(sound())
    names = [each.name for each in boxes(io.BytesIO(content))]
    assert ["ftyp", "moov", "sidx", *["moof", "mdat"] * 5] == names
    moov = content[32:700]
    assert (b"udta" in moov, b"meta" in moov, b"btrt" in moov) == (False, False, False)


@pytest.mark.parametrize(
    ("kind", "digest"),
    [
        ("sound", "a638241ee8aff5485c8ac0cfac3b1cc0eb011705f996eb8a8afc1c31d7241478"),
        ("pictures", "3f19b4feb9669752824e8fff51dc9a4bb168431c60c19c56d50f2996dfba3124"),
    ],
)
def test_the_bytes_are_these(kind: str, digest: str) -> None:
    """On every machine and in every version: other bytes would be other names, and every host would upload all again."""
    found = hashlib.sha256(file(sound() if kind == "sound" else pictures())).hexdigest()
    assert found == digest


def test_every_byte_of_the_samples_is_copied_in_order() -> None:
    """From wherever in the source it lies."""
    for package in (sound(), pictures()):
        content = file(package)
        held = [content[each.body : each.end] for each in boxes(io.BytesIO(content)) if each.name == "mdat"]
        assert payload(package.track) == b"".join(held)


def test_what_is_written_is_as_large_as_was_planned() -> None:
    """Playlists are written before any sound is read."""
    for package in (sound(), sound(Fraction(1), 60_000), pictures()):
        assert package.size == len(file(package))
        content = file(package)
        for segment in package.plan.segments:
            offset, size = package.extent(segment)
            assert content[offset : offset + size] == b"".join(cmaf.segment_written(package, segment, SOURCE))


def test_fragments_read_back_as_they_were_planned() -> None:
    """Times from 0, without a hole, each beginning with a key frame."""
    for package in (sound(), pictures()):
        stream = io.BytesIO(file(package))
        init = fragments.read_init(stream)
        assert init is not None
        found = fragments.read_fragments(stream, init)
        assert [each.time for each in package.plan.fragments] == [each.time for each in found]
        assert [0, *(each.time + each.ticks for each in found)] == [
            *(each.time for each in found),
            package.track.durations.total,
        ]
        assert {True} == {each.key for each in found}
        assert package.plan.shown in ((), tuple(each.start for each in found))


def test_the_edit_hides_the_priming() -> None:
    """As long as what is heard; the movie counts in ticks of the track, so it is exact."""
    package = sound()
    moov = needed(memoryview(package.init), "moov")
    elst, mvhd = needed(moov, "trak", "edts", "elst"), needed(moov, "mvhd")
    assert (1, SOUND.length, 1024, 0x10000) == struct.unpack(">4xIQqI", elst)
    assert (48_000,) == struct.unpack_from(">12xI", mvhd)


def test_pictures_and_sound_without_priming_have_no_edit() -> None:
    """Nothing is to be hidden."""
    flush = replace(SOUND, lead=0, length=SOUND.durations.total)
    for package in (pictures(), sound(track=flush)):
        assert child(memoryview(package.init), "moov", "trak", "edts") is None


def test_the_index_tells_of_segments_as_presented() -> None:
    """The first without its priming; their bytes reach to the end of the file."""
    for package in (sound(), pictures()):
        stream = io.BytesIO(file(package))
        found = fragments.read_index(stream)
        assert found is not None
        start, references = found
        assert start == len(package.init) + len(package.index) == package.extent(package.plan.segments[0])[0]
        assert [each.end - each.start for each in package.plan.segments] == [each.ticks for each in references]
        assert package.size == start + sum(each.size for each in references)


def test_durations_stand_only_where_they_differ() -> None:
    """Of packets that last equally long, only the sizes are told."""
    content = file(sound())
    truns = []
    for each in boxes(io.BytesIO(content)):
        if each.name == "moof":
            trun = needed(memoryview(content)[each.body : each.end], "traf", "trun")
            truns.append(struct.unpack_from(">I", trun)[0])
    assert [0x01000201] * 4 + [0x01000301] == truns


def test_pictures_have_signed_offsets_and_flags() -> None:
    """The first of each fragment is a key frame, the others are none."""
    content = file(pictures())
    moof = next(each for each in boxes(io.BytesIO(content)) if each.name == "moof")
    trun = needed(memoryview(content)[moof.body : moof.end], "traf", "trun")
    assert (0x01000F01, 40, moof.end - moof.offset + 8) == struct.unpack_from(">III", trun)
    rows = list(struct.iter_unpack(">IIIi", trun[12:]))
    assert [(2, 1, 0x02000000, 0), (2, 2, 0x01010000, 4), (2, 3, 0x01010000, -2)] == rows[:3]


def test_a_range_begins_where_its_init_says() -> None:
    """The edit is open, as the fragments keep their times in the whole; the pre-skip of Opus says the same."""
    package = sound(Fraction(2), 100_000)
    elst = needed(memoryview(cmaf.range_init(package, package.plan.ranges[1])), "moov", "trak", "edts", "elst")
    assert (1, 0, package.plan.ranges[1].lead, 0x10000) == struct.unpack(">4xIQqI", elst)
    opus = opus_entry(b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 312, 48_000, 0, 0))
    package = sound(Fraction(2), 100_000, track=replace(SOUND, entry=opus))
    lead = package.plan.ranges[1].lead
    assert lead >= 3840
    assert box(b"dOps", struct.pack(">BBHIhB", 0, 2, lead, 48_000, 0, 0)) in cmaf.range_init(package, package.plan.ranges[1])


def test_an_edit_at_the_end_leaves_the_segments_before_it() -> None:
    """So a host keeps them, and so do caches."""
    longer = replace(SOUND, sizes=SOUND.sizes + SOUND.sizes, durations=Runs.of([400], [1024]), length=399 * 1024)
    longer = replace(longer, extents=Extents.of([300, 500, 800], [1000, 10, 200]))
    plans = [segments.sound_plan(track, at=[Fraction(1), Fraction(2), Fraction(3)]) for track in (SOUND, longer)]
    packages = [cmaf.packaged(track, plan) for track, plan in zip((SOUND, longer), plans, strict=True)]
    files = [[b"".join(cmaf.segment_written(each, s, SOURCE)) for s in each.plan.segments] for each in packages]
    assert files[0][:3] == files[1][:3]


def test_pictures_and_sound_lie_in_one_file_segment_by_segment() -> None:
    """Each with its own track, in one count; the index tells of both, and B-frames are hidden by an edit."""
    shown = pictures()
    starts = [Fraction(segment.start, 50) for segment in shown.plan.segments[1:]]
    track = replace(SOUND, length=8 * 48_000, durations=Runs.of([200], [1925]), lead=1000)
    heard = cmaf.packaged(track, segments.sound_plan(track, Fraction(3), at=starts))
    whole = io.BytesIO(b"".join(cmaf.muxed(shown, heard, (SOURCE, SOURCE))))
    found = list(boxes(whole))
    order = [box.name for box in found]
    assert ["ftyp", "moov", "sidx"] == order[:3]
    assert ["moof", "mdat"] * (len(order[3:]) // 2) == order[3:]
    content = whole.getvalue()
    moofs = [memoryview(content)[box.body : box.end] for box in found if box.name == "moof"]
    numbers = [struct.unpack(">I", needed(moof, "mfhd")[4:8])[0] for moof in moofs]
    tracks = [struct.unpack(">I", needed(moof, "traf", "tfhd")[4:8])[0] for moof in moofs]
    assert list(range(1, len(moofs) + 1)) == numbers
    expected = [
        number
        for each, other in zip(shown.plan.segments, heard.plan.segments, strict=True)
        for number in [1] * (each.stop - each.first) + [2] * (other.stop - other.first)
    ]
    assert expected == tracks
    index = fragments.read_index(whole)
    assert index
    begin, references = index
    assert len(shown.plan.segments) == len(references)
    assert begin + sum(reference.size for reference in references) == len(content)
    init = fragments.read_init(whole)
    assert init
    assert (2, ("avc1.640028", "mp4a.40.2"), 1, 2) == (init.tracks, init.codecs, init.edits, init.lead)
    first = fragments.read_fragments(io.BytesIO(content[: found[4].end]), init)[0]
    assert 2 == first.start


def test_too_many_segments_are_told() -> None:
    """An index counts to 65535."""
    track = replace(
        SOUND,
        sizes=array("I", [1]) * 70_000,
        durations=Runs.of([70_000], [1024]),
        extents=Extents.of([70_000], [0]),
        lead=0,
        length=70_000 * 1024,
    )
    expected = r"^it would have 70000 segments, where 65535 can be; make them longer$"
    with pytest.raises(ValueError, match=expected):
        sound(Fraction(1024, 48_000), track=track)


def test_a_huge_fragment_is_told() -> None:
    """Before a byte is written."""
    track = replace(SOUND, sizes=array("I", [0x7FFFFFFF] * 200), extents=Extents.of([0x7FFFFFFF * 200], [0]))
    with pytest.raises(ValueError, match=r"^its fragment at tick 0 would have \d+ bytes, more than 2 GiB$"):
        sound(track=track)


def test_a_source_that_became_shorter_is_told() -> None:
    """It was edited since its tables were read."""
    with pytest.raises(ValueError, match=r"^it ends before byte 1300, where it had more when its tables were read$"):
        list(cmaf.written(sound(), io.BytesIO(bytes(1200))))


def test_large_stretches_are_copied_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory does not grow with a segment."""
    whole = file(sound())
    monkeypatch.setattr(cmaf, "_PIECE", 7)
    pieces = list(cmaf.written(sound(), SOURCE))
    assert whole == b"".join(pieces)
    assert 7 == max(len(piece) for piece in pieces[3:5])


def test_the_language_is_kept() -> None:
    """A player shows it."""
    init = cmaf.init_segment(replace(SOUND, language=0x15C7), lead=0, length=0)
    assert (0x15C7,) == struct.unpack_from(">20xH", needed(memoryview(init), "moov", "trak", "mdia", "mdhd"))
