"""What servers say of files."""

from __future__ import annotations

import pytest

from pressroom.formats.webfile import ASK, FOREVER, keeping, media_type


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hls/aac-128.0123456789abcdef.mp4", FOREVER),
        ("flac.0123456789abcdef.m4s", FOREVER),
        ("flac/01 Rise.flac", ASK),
        ("live.20260101.flac", ASK),
        ("0123456789abcdef.d/Rise.mp4", ASK),
        (".0123456789abcdef.mp4", ASK),
    ],
)
def test_a_name_with_a_digest_is_kept(name: str, expected: str) -> None:
    """A date is none, and neither is a folder's."""
    assert expected == keeping(name)


def test_types_go_by_the_ending() -> None:
    """In any case; what is not known is for others to say."""
    assert ("video/iso.segment", "audio/flac", None) == (media_type("a/1.m4s"), media_type("1.FLAC"), media_type("SHA256SUMS"))
