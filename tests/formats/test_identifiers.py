from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom.formats import identifiers

if TYPE_CHECKING:
    from collections.abc import Callable

LENGTHS = "a barcode of 12, 13 or 14 digits (UPC-A, EAN-13 or GTIN-14"
CALENDAR = "a date that the calendar has (YYYY, YYYY-MM or YYYY-MM-DD)"
DATE = "a date as YYYY, YYYY-MM or YYYY-MM-DD"
TAG = "a language tag such as en, pt-BR or zh-Hant (BCP 47)"
VERIFIERS = [
    identifiers.isrc,
    identifiers.barcode,
    identifiers.iswc,
    identifiers.language,
    identifiers.licence,
    identifiers.date,
    identifiers.url,
]


def expected_of(verify: Callable[[str], str], text: str) -> str | None:
    """What the function says was expected; None when it takes the text."""
    try:
        verify(text)
    except ValueError as error:
        return str(error)
    return None


@pytest.mark.parametrize("text", ["QZABC2600001", "qz-abc-26-00001", "QZ ABC 26 00001"])
def test_isrc_is_twelve_characters_however_it_is_written(text: str) -> None:
    """Hyphens, spaces and lower case in an ISRC do not matter."""
    assert identifiers.isrc(text) == "QZABC2600001"


@pytest.mark.parametrize(
    "text", ["", "QZABC260001", "Q1ABC2600001", "QZAB_2600001", "QZABC26000O1", "ßABC2600001", "QZABC260000\u0661"]
)
def test_isrc_refuses_another_shape(text: str) -> None:
    """An ISRC with a letter among its digits is found before a distributor finds it."""
    expected = "an ISRC such as QZ-ABC-26-00001 (two letters, three letters or digits, seven digits)"
    assert expected == expected_of(identifiers.isrc, text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("036000291452", "036000291452"),
        ("0 36000-29145 2", "036000291452"),
        ("4006381333931", "4006381333931"),
        ("0724384260958", "0724384260958"),
        ("10036000291459", "10036000291459"),
    ],
)
def test_barcode_keeps_its_digits(text: str, code: str) -> None:
    """A UPC-A, an EAN-13 and a GTIN-14 keep every digit, leading zeros too."""
    assert code == identifiers.barcode(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("036000291453", "a barcode whose last digit is 2 (its check digit)"),
        ("4006381333913", "a barcode whose last digit is 7 (its check digit)"),
        ("03600029145", f"{LENGTHS}; this has 11)"),
        ("100360002914590", f"{LENGTHS}; this has 15)"),
        ("03600029145X", f"{LENGTHS})"),
        ("", f"{LENGTHS})"),
    ],
)
def test_barcode_says_what_is_wrong(text: str, expected: str) -> None:
    """A barcode with a slip is refused with the digit or the length that it should have."""
    assert expected == expected_of(identifiers.barcode, text)


@pytest.mark.parametrize(
    ("code", "ean"),
    [
        ("036000291452", "0036000291452"),
        ("4006381333931", "4006381333931"),
        ("00036000291452", "0036000291452"),
        ("10036000291459", None),
    ],
)
def test_ean13_has_thirteen_digits_or_is_absent(code: str, ean: str | None) -> None:
    """A cue sheet's CATALOG takes a UPC-A or an EAN-13, and no carton's GTIN-14."""
    assert ean == identifiers.ean13(code)


@pytest.mark.parametrize("text", ["T-034.524.680-1", "T0345246801", "t-034524680-1"])
def test_iswc_is_written_with_its_dots(text: str) -> None:
    """An ISWC is shown as the registry shows it."""
    assert identifiers.iswc(text) == "T-034.524.680-1"


def test_iswc_says_what_is_wrong() -> None:
    """A wrong ISWC is refused with its check digit or its shape."""
    assert expected_of(identifiers.iswc, "T-034.524.680-7") == "an ISWC whose last digit is 1 (its check digit)"
    assert expected_of(identifiers.iswc, "T-034.524.68-1") == "an ISWC such as T-034.524.680-1 (a T and ten digits)"


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en", "en"),
        ("EN-us", "en-US"),
        ("ZH-hANT-tw", "zh-Hant-TW"),
        ("eng", "en"),
        ("ger", "de"),
        ("iw", "he"),
        ("lv", "lv"),
        ("yue", "yue"),
        ("es-419", "es-419"),
        ("de-CH-1996", "de-CH-1996"),
        ("sl-Rozaj-BISKE-1994", "sl-rozaj-biske-1994"),
        ("de-x-Fancy", "de-x-fancy"),
        ("X-Mine", "x-mine"),
        ("zxx", "zxx"),
        ("und", "und"),
        ("mul", "mul"),
        ("qaa-Qaab-XK", "qaa-Qaab-XK"),
        ("roa", "roa"),
    ],
)
def test_language_is_canonical(text: str, tag: str) -> None:
    """A language is written as BCP 47 recommends: shortest code, language lower, Script title, REGION upper case."""
    assert tag == identifiers.language(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("english", TAG),
        ("en_US", TAG),
        ("en-", TAG),
        ("zh-yue", TAG),
        ("en-u-ca-gregory", TAG),
        ("\u212ao", TAG),
        ("xx", "a language tag whose first part is an ISO 639 code, not 'xx'"),
        ("en-Abcd", "a language tag whose script is an ISO 15924 code, not 'Abcd'"),
        ("en-UK", "a language tag whose region is an ISO 3166-1 or UN M.49 code, not 'UK'"),
        ("en-999", "a language tag whose region is an ISO 3166-1 or UN M.49 code, not '999'"),
        ("de-1996-1996", "a language tag that names each variant once"),
    ],
)
def test_language_says_what_is_wrong(text: str, expected: str) -> None:
    """A language that no registry knows is refused with the part that is wrong."""
    assert expected == expected_of(identifiers.language, text)


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en-GB", "eng"),
        ("lv", "lav"),
        ("de", "ger"),
        ("zh-Hant", "chi"),
        ("zxx", "zxx"),
        ("mul", "mul"),
        ("yue", "yue"),
        ("x-mine", "und"),
        ("qaa", "qaa"),
        ("roa", "roa"),
    ],
)
def test_iso639_2_is_bibliographic(tag: str, code: str) -> None:
    """ID3 gets `ger` and `lav`: never the first three letters of a name."""
    assert code == identifiers.iso639_2(tag)


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("cc-by-4.0", "CC-BY-4.0"),
        ("mit or apache-2.0", "MIT OR Apache-2.0"),
        ("LicenseRef-Own", "LicenseRef-Own"),
        ("https://example.com/terms", "https://example.com/terms"),
    ],
)
def test_licence_is_spelt_as_spdx_spells_it(text: str, licence: str) -> None:
    """A licence's id is found whatever its case."""
    assert licence == identifiers.licence(text)


def test_licence_refuses_what_spdx_does_not_know() -> None:
    """A licence in everyday words is refused with an example of its id."""
    assert expected_of(identifiers.licence, "CC BY 4.0") == "an SPDX licence such as CC-BY-4.0, or an http(s) URL"


@pytest.mark.parametrize(
    ("licence", "address"),
    [
        ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("CC-BY-NC-SA-4.0", "https://creativecommons.org/licenses/by-nc-sa/4.0/"),
        ("CC-BY-SA-3.0-DE", "https://creativecommons.org/licenses/by-sa/3.0/de/"),
        ("CC-BY-3.0-IGO", "https://creativecommons.org/licenses/by/3.0/igo/"),
        ("CC-BY-NC-ND-1.0", "https://creativecommons.org/licenses/by-nd-nc/1.0/"),
        ("CC-SA-1.0", "https://creativecommons.org/licenses/sa/1.0/"),
        ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("CC-PDM-1.0", "https://creativecommons.org/publicdomain/mark/1.0/"),
        ("MIT", "https://spdx.org/licenses/MIT.html"),
        ("GPL-2.0+", "https://spdx.org/licenses/GPL-2.0.html"),
        ("https://example.com/terms", "https://example.com/terms"),
        ("MIT OR Apache-2.0", None),
        ("LicenseRef-Own", None),
    ],
)
def test_licence_url_is_the_deed(licence: str, address: str | None) -> None:
    """A listener is sent to the page that explains the licence."""
    assert address == identifiers.licence_url(licence)


@pytest.mark.parametrize("text", ["2026", "2026-05", "2026-05-01", "2024-02-29"])
def test_date_may_be_a_year_a_month_or_a_day(text: str) -> None:
    """A date is as precise as the author knows it."""
    assert text == identifiers.date(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 May 2026", DATE),
        ("26", DATE),
        ("2026-5-1", DATE),
        ("20260501", DATE),
        ("2026-05-01\n", DATE),
        ("2026-13", CALENDAR),
        ("2026-02-29", CALENDAR),
        ("0000", CALENDAR),
    ],
)
def test_date_says_what_is_wrong(text: str, expected: str) -> None:
    """A day that no calendar has is told apart from a date of another shape."""
    assert expected == expected_of(identifiers.date, text)


@pytest.mark.parametrize(
    "text", ["https://example.com/", "HTTP://example.com:8080/a?b=c#d", "https://[::1]/", "https://bücher.example/ä"]
)
def test_url_is_kept_as_written(text: str) -> None:
    """An address goes into tags as the author wrote it."""
    assert text == identifiers.url(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com",
        "ftp://example.com/",
        "https://",
        "https:///path",
        "https://a b/",
        "https://a/\n",
        "https://a/\u202e",
        "http://[::1",
        "http://a:port/",
        "http://a:0/",
        "javascript:alert(1)",
        'https://a/"><script>',
    ],
)
def test_url_refuses_what_a_browser_would_not_open(text: str) -> None:
    """An address without scheme or host, or with spaces, is refused."""
    assert expected_of(identifiers.url, text) == "a URL such as https://example.com/ (http or https, a host, no spaces)"


@pytest.mark.parametrize("verify", VERIFIERS)
@given(text=st.text(alphabet=st.characters(max_codepoint=0x2FFF), max_size=40))
def test_every_text_is_canonical_or_refused(verify: Callable[[str], str], text: str) -> None:
    """Whatever is written, the answer is a canonical form, which stays as it is, or one line of what was expected."""
    try:
        canonical = verify(text)
    except ValueError as error:
        assert re.fullmatch("an? .+", str(error))  # noqa: PT017  # most texts are refused, some are not
    else:
        assert canonical == verify(canonical)


@given(st.from_regex("[0-9]{11,13}", fullmatch=True))
def test_one_wrong_digit_is_found(body: str) -> None:
    """Of the ten possible last digits of a barcode, one alone is right."""
    right = [digit for digit in "0123456789" if expected_of(identifiers.barcode, body + digit) is None]
    assert len(right) == 1


@pytest.mark.parametrize("key", ["C", "Am", "F#", "Bbm", "o"])
def test_a_key_is_written_as_id3_does(key: str) -> None:
    """A letter, a sign, and `m` for minor; `o` for none."""
    assert key == identifiers.musical_key(key)


@pytest.mark.parametrize("text", ["H", "banana", "am", "A minor", "8A", ""])
def test_what_is_no_key_says_what_one_is(text: str) -> None:
    """Players sort by it, so other words are refused."""
    assert "a key such as C, F#, Am or Bbm, or 'o' for none" == expected_of(identifiers.musical_key, text)
