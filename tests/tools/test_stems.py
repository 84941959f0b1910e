from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pressroom.formats import facts
from pressroom.tools.probe import Probe
from pressroom.tools.stems import Stem, WriteStems

if TYPE_CHECKING:
    from tests.tools.conftest import Bench


@pytest.mark.media
def test_stems_are_listed_with_what_aligns_them(bench: Bench) -> None:
    """A remixer's program finds each file, its length in samples, its rate and its peak."""
    known = bench.make(Probe(name="p", source=bench.wav("v.wav", [bench.sine(22_050)]), facts=Path("facts.json")))
    receipt = Path("receipt.json")
    receipt.write_text(facts.to_json(facts.Receipt(bytes=44_144, sha256="aa")), encoding="utf-8")
    stems = (Stem(track="Rise", name="vocals", path="stems/01 Rise/v.wav", facts=known, receipt=receipt),)
    text = bench.make(WriteStems(name="s", stems=stems, output=Path("stems.json"))).read_text(encoding="utf-8")
    expected = {
        "track": "Rise",
        "name": "vocals",
        "path": "stems/01 Rise/v.wav",
        "bytes": 44_144,
        "sha256": "aa",
        "samples": 22_050,
        "rate": 44_100,
        "channels": 1,
        "depth": 16,
        "seconds": 0.5,
        "true_peak": pytest.approx(-6.0, abs=0.1),
    }
    assert {"stems": [expected]} == json.loads(text)
