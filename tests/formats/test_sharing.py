from __future__ import annotations

import pytest

from pressroom.data import licences
from pressroom.formats import identifiers
from pressroom.formats.sharing import ADVICE, allows_sharing, refusal


@pytest.mark.parametrize(
    "licence",
    [
        "CC-BY-4.0",
        "CC-BY-NC-ND-2.5",
        "CC-BY-SA-3.0-AT",
        "CC0-1.0",
        "GPL-3.0-or-later",
        "LAL-1.3",
        "MIT",
        "MPL-2.0+",
        "LicenseRef-Mine OR CC-BY-4.0",
        "CC-BY-4.0 AND MIT",
        "(LicenseRef-Mine AND MIT) OR (CC0-1.0)",
        "GPL-2.0-only WITH Classpath-exception-2.0",
        "https://creativecommons.org/licenses/by-sa/4.0/",
        "http://creativecommons.org/publicdomain/zero/1.0/deed.de",
    ],
)
def test_a_licence_that_allows_sharing(licence: str) -> None:
    """By its SPDX id, in an expression, or by its address."""
    assert licence == identifiers.licence(licence)
    assert allows_sharing(licence)
    assert "" == refusal(licence, own=False, marks={})


@pytest.mark.parametrize(
    "licence",
    [
        "LicenseRef-Mine",
        "CC-BY-4.0 AND LicenseRef-Mine",
        "(LicenseRef-A OR LicenseRef-B) AND MIT",
        "LicenseRef-A OR LicenseRef-B AND MIT",
        "BUSL-1.1",
        "https://lanterns.example/terms",
        "https://creativecommons.org.evil.example/licenses/by/4.0/",
    ],
)
def test_another_licence_is_refused(licence: str) -> None:
    """What is not on the list may be fine, and its author can say so."""
    assert licence == identifiers.licence(licence)
    assert f"'{licence}' is not known to let anyone share the release; {ADVICE}" == refusal(licence, own=False, marks={})
    assert "" == refusal(licence, own=True, marks={})


def test_nothing_said_is_no_permission() -> None:
    """The error says what else there is to think of: Amazon's number, or a distributor's mark."""
    assert f"nothing says that the release may be shared; {ADVICE}" == refusal(
        None, own=False, marks={"label": "Lantern Records"}
    )
    sold = "who sells this, and nothing says that it may be shared"
    marks = {"label": None, "copyright": "2026 1234567 Records DK"}
    assert f"'copyright' names DistroKid, {sold}; {ADVICE}" == refusal(None, own=False, marks=marks)
    amazon = "the ASIN B0ABCDEFGH says that Amazon sells this, and nothing says that it may be shared"
    assert f"{amazon}; {ADVICE}" == refusal(None, own=False, marks=marks, asin="B0ABCDEFGH")
    assert "" == refusal("CC-BY-4.0", own=False, marks=marks)


def test_every_licence_of_the_list_is_one_of_spdx() -> None:
    """A misspelt id would never be met."""
    assert sorted(licences.OTHERS) == sorted(identifiers.licence(licence) for licence in licences.OTHERS)
