"""What was published must not become another thing by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pressroom.formats import facts
from pressroom.formats.lock import Lock, PublishedTorrent, locked, refusal, text

ONE = PublishedTorrent(piece_length=65536, aligned=True, infohash_v1="1" * 40)
OTHER = replace(ONE, infohash_v1="2" * 40)
FIRST = Lock(edition=1, torrents={"": ONE, "v2": ONE})
AGAIN = "say `edition: 1`, or `edition: 2` to publish other bytes"
RAISE = "raise `edition` to publish it, or take the change back"


@pytest.mark.parametrize(
    ("edition", "torrents", "told"),
    [
        (1, {"": ONE}, ""),
        (1, {"": OTHER}, f"the torrent is another than the one published as edition 1; {RAISE}"),
        (1, {"": OTHER, "v2": OTHER}, f"the torrent, the torrent 'v2' is another than the one published as edition 1; {RAISE}"),
        (1, {"more": OTHER}, ""),
        (2, {"": OTHER}, ""),
        (0, {"": ONE}, f"edition 1 is published already, and this is edition 0; {AGAIN}"),
    ],
)
def test_a_changed_torrent_is_refused_until_the_edition_is_raised(
    edition: int, torrents: dict[str, PublishedTorrent], told: str
) -> None:
    """The text says which, and what to do."""
    assert told == refusal(FIRST, edition, torrents)


def test_a_label_that_is_new_hides_no_change() -> None:
    """One of several torrents needs a label, which the only one had not; one of them is still what was published."""
    only = Lock(edition=1, torrents={"": ONE})
    other_kind = replace(ONE, infohash_v1=None, infohash_v2="3" * 64)
    assert "" == refusal(only, 1, {"flac": ONE, "mp3": OTHER})
    assert "" == refusal(only, 1, {"new": other_kind})
    assert refusal(only, 1, {"flac": OTHER, "v2": other_kind}).startswith("the torrent is another than the one published")
    assert (ONE, None) == (only.earlier("flac", "v1"), only.earlier("v2", "v2"))


def test_an_edition_keeps_what_it_published() -> None:
    """A torrent that is not made any more stays in the lock; a new edition begins anew."""
    assert Lock(edition=1, torrents={"": ONE, "more": OTHER, "v2": ONE}) == locked(FIRST, 1, {"more": OTHER})
    assert Lock(edition=2, torrents={"": OTHER}) == locked(FIRST, 2, {"": OTHER})


def test_a_lock_reads_back() -> None:
    """Its text is the same for the same lock."""
    assert FIRST == facts.from_json(Lock, text(FIRST))
    assert text(FIRST) == text(Lock(edition=1, torrents={"v2": ONE, "": ONE}))
