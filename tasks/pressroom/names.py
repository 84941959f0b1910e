"""Titles into file names: the one place that decides what a file may be called, and what a name template says."""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def safe_name(text: str, suffix: str = "", *, limit: int = 200) -> str:
    r"""`text` as a file name that every file system, shell and ffmpeg take as it is, followed by `suffix`.

    It is one path component: NFC, at most `limit` bytes of UTF-8 with the suffix, without `< > : " / \ | ? * %`, control,
    bidi and invisible characters, a leading `-`, `.` or space, a trailing `.` or space, and never a device of Windows
    (Microsoft, "Naming Files, Paths, and Namespaces"). Applied to its own result it changes nothing. What is too long is
    cut between graphemes and ends in `~` and 8 hex digits of the SHA-256 of the whole.

    Two texts may give one name (`Who?` and `Who`): compare `clash_key` where that matters. Raises ValueError for a suffix
    that is not safe itself, or that leaves no room below the limit; any `text` is taken.
    """
    if _tidy(f"_{suffix}").rstrip(".") != f"_{suffix}":
        raise ValueError(f"{suffix!r} is not a safe ending of a file name")
    body = _tidy(text).lstrip("-. ").rstrip(". ") or "_"
    name = _DEVICE.sub(r"\g<0>_", body + suffix)
    if len(name.encode()) <= limit:
        return name
    return _shortened(name.removesuffix(suffix), limit - len(suffix.encode())) + suffix


def clash_key(name: str) -> str:
    """What two names share when they are one file on macOS or Windows: NFC(casefold(NFC(name))).

    NFC and never NFKC: a compatibility form would also join names that every file system keeps apart, such as `x²` and
    `x2`. Case folding joins `ﬁ` and `fi`, `STRASSE` and `straße`: more than some systems do, never less.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def is_device(name: str) -> bool:
    """Whether Windows takes a name for one of its devices: `CON`, `nul.txt`."""
    return bool(_DEVICE.match(name))


def expand(template: str, words: Mapping[str, str | int | None]) -> str:
    """`template` with each `{word}` replaced; `{track:02}` pads a number with zeros, `{{` and `}}` are literal braces.

    Nothing else is understood, and what is put in is never read again. Raises ValueError with a sentence for the author:
    a placeholder that is no word, that has no value (None), a width given to a text, a brace that stands alone.
    """
    return "".join(part if isinstance(part, str) else _filled(part, words) for part in _parts(template))


def placeholders(template: str) -> tuple[str, ...]:
    """The words that `template` uses, each once, in order; raises ValueError as `expand` does for what cannot be read."""
    return tuple(dict.fromkeys(part.word for part in _parts(template) if isinstance(part, _Placeholder)))


def suggestion(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `word` was probably meant to be, whatever its case, or None when none is near."""
    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    near = difflib.get_close_matches(word.casefold(), by_folded, cutoff=_NEAR)
    # `artits` is nearer to `artists` for difflib, but letters that changed places are the likelier slip.
    near.sort(key=lambda candidate: sorted(candidate) != sorted(word.casefold()))
    return by_folded[near[0]] if near else None


_NEAR = 0.65
"""Of difflib's ratio: two neighbours swapped in a word of three letters give 0.67 (`wva`, `wav`)."""

_STAND_INS = {
    "/": "-",  # AC/DC: AC-DC
    "\\": "-",
    "|": "-",
    ":": "-",  # 12:30: 12-30; before a space it is ` -`, see _tidy
    "*": "-",  # M*A*S*H: M-A-S-H
    "<": "(",
    ">": ")",
    '"': "'",
    "?": "",  # Who Are You?: no sign says "question", and the words already do
    "%": "\N{FULLWIDTH PERCENT SIGN}",  # 100%: the only one whose meaning would be lost, and no program expands this one
}

# Lone surrogates cannot be written as UTF-8, and APFS refuses noncharacters.
_NONCHARACTERS = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
_UNWRITABLE = re.compile(f"[\ud800-\udfff\ufdd0-\ufdef{_NONCHARACTERS}]")

_ZWJ = "\N{ZERO WIDTH JOINER}"

# Only between two pictographs, where it makes one sign of both and cannot hide anything. Ranges, not the categories of
# unicodedata: those grow with Python's version, and the same title must give the same name on each.
_PICTOGRAPH = "\u2190-\u2bff\U0001f000-\U0001faff"
_STRAY_JOINER = re.compile(f"(?<![{_PICTOGRAPH}\ufe0f])\u200d|\u200d(?![{_PICTOGRAPH}])")

# Windows looks at what stands before the first dot, and not at spaces before that dot.
_DEVICE = re.compile(r"^(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[1-9¹²³])(?= *(\.|$))", re.IGNORECASE | re.ASCII)

_FLAG_LETTER = re.compile("[\U0001f1e6-\U0001f1ff]*$")

# What goes on with the character before it, beside the marks (M*): the joiner, skin tones, conjoining vowels and finals of
# Hangul, the half-width voicing signs (UAX #29, Grapheme_Extend, V and T).
_CONTINUES = re.compile("[\u200d\U0001f3fb-\U0001f3ff\u1160-\u11ff\ud7b0-\ud7ff\uff9e\uff9f]")


def _tidy(text: str) -> str:
    """`text` in NFC, with stand-ins for what no name may hold, and single spaces for white space."""
    joined = _STRAY_JOINER.sub("", unicodedata.normalize("NFC", text))
    spoken = re.sub(r":(?=\s)", " -", joined)
    # A second time: a base and its accent may have met where an invisible character was dropped.
    return unicodedata.normalize("NFC", " ".join("".join(map(_stand_in, spoken)).split()))


def _stand_in(char: str) -> str:
    """What stands for one character in a name: mostly itself."""
    if char in _STAND_INS:
        return _STAND_INS[char]
    if char.isspace() or char == _ZWJ:
        return char
    if unicodedata.category(char) in ("Cc", "Cf"):
        return ""
    return "_" if _UNWRITABLE.match(char) else char


def _shortened(body: str, limit: int) -> str:
    """`body` in at most `limit` bytes: its beginning, `~` and 8 hex digits that stand for all of it."""
    mark = "~" + hashlib.sha256(body.encode()).hexdigest()[:8]
    room = limit - len(mark)
    if room < 1:
        raise ValueError(f"a name needs {len(mark) + 1} bytes or more beside its suffix, and the limit leaves {limit}")
    head = body.encode()[:room].decode(errors="ignore")
    while head and not _is_boundary(head, body[len(head)]):
        head = head[:-1]
    return (head.rstrip(". ") or "_") + mark


def _is_boundary(head: str, following: str) -> bool:
    """Whether `following` begins a grapheme of its own after `head` (UAX #29, without the rare prepended signs)."""
    if head[-1] == _ZWJ or _CONTINUES.match(following) or unicodedata.category(following).startswith("M"):
        return False
    letters = _FLAG_LETTER.search(head)
    halved = letters is not None and len(letters[0]) % 2 == 1
    return not (halved and _FLAG_LETTER.fullmatch(following))


@dataclass(frozen=True, kw_only=True)
class _Placeholder:
    """`{word}` or `{word:0width}`."""

    word: str
    width: int | None

    def __str__(self) -> str:
        """As it is written."""
        return f"{{{self.word}}}" if self.width is None else f"{{{self.word}:0{self.width}}}"


_TOKEN = re.compile(r"\{\{|\}\}|\{[^{}]*\}|[{}]|[^{}]+")
_FIELD = re.compile(r"\{(?P<word>\w+)(:0(?P<width>[1-9]))?\}", re.ASCII)


def _parts(template: str) -> list[str | _Placeholder]:
    """The literal texts and the placeholders of `template`, in order."""
    return [_part(token[0]) for token in _TOKEN.finditer(template)]


def _part(token: str) -> str | _Placeholder:
    """One token of a template; raises ValueError for what is none."""
    if token[0] not in "{}":
        return token
    if token in ("{{", "}}"):
        return token[0]
    if token in ("{", "}"):
        raise ValueError(f"a '{token}' stands alone; write '{token * 2}' for a literal brace")
    field = _FIELD.fullmatch(token)
    if not field:
        raise ValueError(f"'{token}' is not a placeholder; write a word such as {{title}}, or {{track:02}} for two digits")
    return _Placeholder(word=field["word"], width=int(field["width"]) if field["width"] else None)


def _filled(part: _Placeholder, words: Mapping[str, str | int | None]) -> str:
    """The text that a placeholder stands for."""
    if part.word not in words:
        near = suggestion(part.word, words)
        known = ", ".join(f"{{{word}}}" for word in words)
        raise ValueError(f"unknown placeholder '{part}'; " + (f"did you mean '{{{near}}}'?" if near else f"known are {known}"))
    value = words[part.word]
    if value is None:
        raise ValueError(f"placeholder '{part}' has no value here")
    if part.width is None:
        return str(value)
    if isinstance(value, str):
        problem = f"placeholder '{part}' asks for digits, and {part.word} is a text; write '{{{part.word}}}'"
        raise ValueError(problem)  # noqa: TRY004  # the template is wrong, not the type of an argument
    return f"{value:0{part.width}}"
