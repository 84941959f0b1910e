"""The identifiers of a release: each is verified and given in its canonical form.

Every function raises a ValueError whose text says what was expected: it completes "expected ..., got 'x'".
"""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import urlsplit

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

_LANGUAGE = re.compile(
    r"(?P<language>[a-z]{2,3})"
    r"(?:-(?P<script>[a-z]{4}))?"
    r"(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)"
    r"(?P<private>-x(?:-[a-z0-9]{1,8})+)?",
    re.IGNORECASE | re.ASCII,
)
_PRIVATE_LANGUAGE = re.compile(r"x(?:-[a-z0-9]{1,8})+", re.IGNORECASE | re.ASCII)
_REPLACED_LANGUAGES = {"in": "id", "iw": "he", "ji": "yi", "jw": "jv", "mo": "ro"}
"""Language subtags that the IANA registry lists as deprecated, with their preferred values."""
_AREAS = (
    "001 002 003 005 009 011 013 014 015 017 018 019 021 029 030 034 035 039 053 054 057 061 "
    "142 143 145 150 151 154 155 202 419"
)
"""The UN M.49 areas larger than a country, as the IANA registry lists them."""
_CREATIVE_COMMONS = re.compile(r"CC-((?:BY|NC|ND|SA)(?:-(?:NC|ND|SA))*)-([0-9.]+)(?:-([A-Z]+))?")
_PUBLIC_DOMAIN = {"CC0-1.0": "zero/1.0", "CC-PDM-1.0": "mark/1.0"}


def isrc(text: str) -> str:
    """The ISRC as twelve characters: upper case, no hyphens or spaces (ISO 3901:2019; it has no check digit)."""
    code = re.sub("[- ]", "", text)
    if not re.fullmatch("[A-Za-z]{2}[A-Za-z0-9]{3}[0-9]{7}", code):
        raise ValueError("an ISRC such as QZ-ABC-26-00001 (two letters, three letters or digits, seven digits)")
    return code.upper()


def barcode(text: str) -> str:
    """The UPC-A (12 digits), EAN-13 or GTIN-14 as digits, leading zeros kept (GS1 General Specifications, section 7.9)."""
    code = re.sub("[- ]", "", text)
    if not re.fullmatch("[0-9]+", code):
        raise ValueError("a barcode of 12, 13 or 14 digits (UPC-A, EAN-13 or GTIN-14)")
    if len(code) not in {12, 13, 14}:
        raise ValueError(f"a barcode of 12, 13 or 14 digits (UPC-A, EAN-13 or GTIN-14; this has {len(code)})")
    weighted = sum(int(digit) * (1 if n % 2 else 3) for n, digit in enumerate(reversed(code[:-1])))
    if (check := str(-weighted % 10)) != code[-1]:
        raise ValueError(f"a barcode whose last digit is {check} (its check digit)")
    return code


def ean13(barcode: str) -> str | None:
    """A verified barcode as the 13 digits of an EAN; None for a GTIN-14 of a carton, which has no such form."""
    code = barcode.zfill(14)
    return code[1:] if code.startswith("0") else None


def iswc(text: str) -> str:
    """The ISWC as `T-ddd.ddd.ddd-c` (ISO 15707; its check digit weighs the nine digits by their places)."""
    code = re.sub("[-. ]", "", text)
    if not re.fullmatch("[Tt][0-9]{10}", code):
        raise ValueError("an ISWC such as T-034.524.680-1 (a T and ten digits)")
    digits = code[1:10]
    check = str(-(1 + sum(place * int(digit) for place, digit in enumerate(digits, 1))) % 10)
    if check != code[10]:
        raise ValueError(f"an ISWC whose last digit is {check} (its check digit)")
    return f"T-{digits[:3]}.{digits[3:6]}.{digits[6:]}-{check}"


def language(text: str) -> str:
    """The BCP 47 tag in its canonical case, with the shortest code: `pt-BR`, `zh-Hant`, `en` for `eng` (RFC 5646, 2.1.1, 4.5).

    Takes language[-script][-region][-variants][-x-private] and `x-private`. Language, script and region are looked up;
    variants are checked for their form only. Extended languages and extensions are refused.
    """
    if _PRIVATE_LANGUAGE.fullmatch(text):
        return text.lower()
    if not (match := _LANGUAGE.fullmatch(text)):
        raise ValueError("a language tag such as en, pt-BR or zh-Hant (BCP 47)")
    code, script, region = match["language"].lower(), match["script"], match["region"]
    variants = match["variants"].lower().split("-")[1:]
    if len(set(variants)) < len(variants):
        raise ValueError("a language tag that names each variant once")
    parts = [_language(code), script and _script(script.title()), region and _region(region.upper()), *variants]
    return "-".join(filter(None, parts)) + (match["private"] or "").lower()


def iso639_2(language: str) -> str:
    """The three-letter code of a verified BCP 47 tag, as the ID3v2 frames TLAN, USLT, SYLT and COMM take it.

    ID3v2.4 (Main Structure, section 4) asks for ISO 639-2 and not for one of its two sets; this is the bibliographic one
    (`ger`, not `deu`), as in Matroska. A language outside ISO 639-2 keeps its ISO 639-3 code, which clashes with none.
    Private tags are `und`, undetermined.
    """
    from pycountry import languages  # noqa: PLC0415  # most runs do not need its 90 ms

    code = language.split("-", maxsplit=1)[0].lower()
    if code == "x":
        return "und"
    found = languages.get(**{f"alpha_{len(code)}": code})
    return str(getattr(found, "bibliographic", found.alpha_3)) if found else code


def licence(text: str) -> str:
    """The SPDX licence expression in its canonical spelling (SPDX 2.3, annex D), or the http(s) URL as it is."""
    if re.match("https?:", text, re.IGNORECASE):
        return url(text)
    try:
        return canonicalize_license_expression(text)
    except InvalidLicenseExpression:
        raise ValueError("an SPDX licence such as CC-BY-4.0, or an http(s) URL") from None


def licence_url(licence: str) -> str | None:
    """Where a verified licence is explained: the Creative Commons deed, the SPDX page of another id, a URL itself.

    None where one address cannot tell it: an expression of several licences, or a `LicenseRef-` of the author's own.
    """
    if "://" in licence:
        return licence
    if " " in licence or licence.startswith("LicenseRef-"):
        return None
    if place := _PUBLIC_DOMAIN.get(licence):
        return f"https://creativecommons.org/publicdomain/{place}/"
    if not (match := _CREATIVE_COMMONS.fullmatch(licence)):
        return f"https://spdx.org/licenses/{licence.removesuffix('+')}.html"
    terms, version, port = match.groups()
    if (terms, version) == ("BY-NC-ND", "1.0"):
        terms = "BY-ND-NC"  # the one deed whose address has another order than its SPDX id
    return "/".join(["https://creativecommons.org/licenses", *(part.lower() for part in (terms, version, port) if part), ""])


def date(text: str) -> str:
    """The date as written, `YYYY`, `YYYY-MM` or `YYYY-MM-DD` (ISO 8601), once it is one of the calendar."""
    if not re.fullmatch("[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", text):
        raise ValueError("a date as YYYY, YYYY-MM or YYYY-MM-DD")
    try:
        dt.date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        raise ValueError("a date that the calendar has (YYYY, YYYY-MM or YYYY-MM-DD)") from None
    return text


def url(text: str) -> str:
    """The absolute http or https URL as written, once it has a host and no character that must be escaped (RFC 3986, 2)."""
    # urlsplit drops tabs and newlines silently, so they are looked for first.
    plain = text.isprintable() and not re.search(r'[\s<>"\\]', text)
    if not plain or not _is_http(text):
        raise ValueError("a URL such as https://example.com/ (http or https, a host, no spaces)")
    return text


def names_user(text: str) -> bool:
    """Whether an address has a user, and maybe a password, before its host (RFC 3986, 3.2.1)."""
    return re.match("[A-Za-z]+://[^/]*@", text) is not None


def announce(text: str) -> str:
    """The announce address as written, once clients can ask there (BEP 3, BEP 15; `ws` for browsers); raises ValueError."""
    try:
        parts = urlsplit(text)
        sound = parts.scheme in {"http", "https", "udp", "ws", "wss"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # an unclosed bracket, a port that is no number
        sound = False
    if not sound or not text.isprintable() or re.search(r'[\s<>"\\]', text):
        raise ValueError("a tracker's address such as https://tracker.example/announce or udp://tracker.example:6969")
    return text


def _is_http(text: str) -> bool:
    """Whether `text` is a URL of the web with a host and, if any, a possible port."""
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # an unclosed bracket, a port that is no number
        return False


def _language(code: str) -> str:
    """The shortest ISO 639 code of a lower-case language subtag (RFC 5646, 2.2.1)."""
    from pycountry import language_families, languages  # noqa: PLC0415  # most runs do not need its 90 ms

    code = _REPLACED_LANGUAGES.get(code, code)
    found = languages.get(**{f"alpha_{len(code)}": code}) or languages.get(bibliographic=code)
    if found:
        return str(getattr(found, "alpha_2", found.alpha_3))
    if not re.fullmatch("q[a-t][a-z]", code) and not language_families.get(alpha_3=code):
        raise ValueError(f"a language tag whose first part is an ISO 639 code, not '{code}'")
    return code


def _script(code: str) -> str:
    """A title-case script subtag, once ISO 15924 has it or leaves it to private use."""
    from pycountry import scripts  # noqa: PLC0415  # as above

    if not re.fullmatch("Qa[ab][a-x]", code) and not scripts.get(alpha_4=code):
        raise ValueError(f"a language tag whose script is an ISO 15924 code, not '{code}'")
    return code


def _region(code: str) -> str:
    """An upper-case region subtag, once ISO 3166-1 or UN M.49 has it or leaves it to private use."""
    from pycountry import countries  # noqa: PLC0415  # as above

    private = re.fullmatch("AA|Q[M-Z]|X[A-Z]|ZZ", code)
    if not private and code not in _AREAS.split() and not countries.get(alpha_2=code):
        raise ValueError(f"a language tag whose region is an ISO 3166-1 or UN M.49 code, not '{code}'")
    return code


def musical_key(text: str) -> str:
    """A key as ID3 writes it: `C`, `F#`, `Bbm`, `o` for none (id3v2.4.0-frames, TKEY); raises ValueError for any other."""
    if not re.fullmatch("[A-G][b#]?m?|o", text):
        raise ValueError("a key such as C, F#, Am or Bbm, or 'o' for none")
    return text
