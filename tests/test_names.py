"""Titles into file names, and templates into titles."""

from __future__ import annotations

import contextlib
import hashlib
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressroom.names import clash_key, expand, placeholders, safe_name, suggestion

WORDS: dict[str, str | int | None] = {"artist": "The Lanterns", "title": "Rise", "track": 7, "disc": 1, "year": None}
FORBIDDEN = set('<>:"/\\|?*%')
DEVICES = ("CON", "PRN", "AUX", "NUL", "COM1", "LPT9", "COM¹", "LPT³", "CONIN$", "CONOUT$")
FAMILY = "\U0001f469\u200d\U0001f467"

awkward = st.characters(categories=["Cs", "Cf", "Cc", "Mn"]) | st.sampled_from('-. :/%~"CON\u200d')
texts = st.text(st.characters() | awkward)
plain_words = st.text(st.characters(exclude_categories=["Cs"]))


class TestSafeName:
    @pytest.mark.parametrize(
        ("title", "name"),
        [
            ("Rise", "Rise"),
            ("Moon: Rise", "Moon - Rise"),
            ("12:30", "12-30"),
            ("AC/DC", "AC-DC"),
            ("back\\slash|pipe", "back-slash-pipe"),
            ("M*A*S*H", "M-A-S-H"),
            ('12" Mix', "12' Mix"),
            ("Who Are You?", "Who Are You"),
            ("100% Pure", "100\N{FULLWIDTH PERCENT SIGN} Pure"),
            ("<tag>", "(tag)"),
            ("a  b\tc\nd\u2028e\u00a0f", "a b c d e f"),
            ("...And Justice", "And Justice"),
            ("-y", "y"),
            ("Mr . ", "Mr"),
            ("a\x00b\x1bc", "abc"),
            ("\u202egnp.exe", "gnp.exe"),
            ("zero\u200bwidth\ufeff", "zerowidth"),
            ("\ud800", "_"),
            ("\uffff\ufdd0", "__"),
            ("", "_"),
            ("..", "_"),
            ("?", "_"),
            ("e\u0301", "é"),
            ("e\u200b\u0301", "é"),
            ("\u1112\u1161\u11ab", "한"),
        ],
    )
    def test_a_title_gives_a_readable_name(self, title: str, name: str) -> None:
        """What a file name cannot hold is replaced by what a reader would put there."""
        assert name == safe_name(title)

    def test_an_emoji_sequence_keeps_its_joiner(self) -> None:
        """A family stays a family, and a joiner elsewhere goes."""
        assert FAMILY == safe_name(FAMILY)
        assert "ab" == safe_name("a\u200db")
        assert "\U0001f469" == safe_name("\U0001f469\u200d")

    @pytest.mark.parametrize("device", DEVICES)
    def test_a_device_of_windows_is_never_a_name(self, device: str) -> None:
        """A song called Aux can be copied to Windows."""
        assert f"{device}_" == safe_name(device)
        assert f"{device.lower()}_.flac" == safe_name(device.lower(), ".flac")
        assert f"{device}_.txt" == safe_name(f"{device}.txt")
        assert f"{device}_ .tar.gz" == safe_name(f"{device} .tar.gz")
        assert f"{device}a" == safe_name(f"{device}a")

    def test_a_long_name_is_cut_and_marked(self) -> None:
        """Long titles that begin alike keep different names, and the ending stays."""
        name = safe_name("x" * 300, ".flac")
        assert "x" * 186 + "~" + hashlib.sha256(b"x" * 300).hexdigest()[:8] + ".flac" == name
        assert 200 == len(name.encode())
        assert name != safe_name("x" * 301, ".flac")

    @pytest.mark.parametrize(
        "grapheme", ["é", "q\u0323\u0307", FAMILY, "\U0001f1e9\U0001f1ea", "\U0001f44b\U0001f3fd", "한", "\u1112\u119e\u11ab"]
    )
    def test_a_cut_never_splits_a_grapheme(self, grapheme: str) -> None:
        """An accent, a flag, a family, a skin tone or an old Korean syllable is kept whole or not at all."""
        for limit in range(21, 60):
            fitting = (limit - 9) // len(grapheme.encode())
            assert grapheme * fitting == safe_name(grapheme * 30, limit=limit).partition("~")[0]

    def test_a_grapheme_that_is_longer_than_the_limit_leaves_its_mark(self) -> None:
        """Even a tower of accents gives a name."""
        tower = "q" + "\u0323" * 300
        assert "_~" + hashlib.sha256(tower.encode()).hexdigest()[:8] == safe_name(tower)

    @pytest.mark.parametrize("suffix", ["/x", ".", " ", ".a:b", ".a\u0301\u200b", "\ud800"])
    def test_an_unsafe_suffix_is_refused(self, suffix: str) -> None:
        """An ending is the program's own, so a bad one is a bug and says so."""
        with pytest.raises(ValueError) as caught:  # noqa: PT011  # the text is asserted in full
            safe_name("x", suffix)
        assert f"{suffix!r} is not a safe ending of a file name" == str(caught.value)

    def test_a_limit_without_room_is_refused(self) -> None:
        """A limit that leaves no room for the title is a bug and says so."""
        with pytest.raises(ValueError) as caught:  # noqa: PT011  # the text is asserted in full
            safe_name("a long title", ".flac", limit=14)
        assert "a name needs 10 bytes or more beside its suffix, and the limit leaves 9" == str(caught.value)

    @given(texts | texts.map(lambda text: text * 40), st.sampled_from(["", ".flac", " [flac].zip"]))
    def test_any_text_gives_a_safe_name(self, text: str, suffix: str) -> None:
        """Whatever the title, the name is safe, and naming it again changes nothing."""
        name = safe_name(text, suffix)
        assert name == safe_name(name)
        assert name == unicodedata.normalize("NFC", name)
        assert 1 <= len(name.encode()) <= 200
        assert name.endswith(suffix)
        assert set() == FORBIDDEN & set(name)
        assert not name.startswith(("-", ".", " "))
        assert not name.endswith((".", " "))
        assert name.split(".")[0].rstrip(" ").upper() not in DEVICES
        assert {"\u200d"} >= {char for char in name if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")}

    def test_every_single_character_gives_a_safe_name(self) -> None:
        """No code point escapes the rule."""
        unstable = [n for n in (*range(0x3000), *range(0xD700, 0x20000)) if safe_name(name := safe_name(f"a{chr(n)}b")) != name]
        assert [] == unstable


class TestClashKey:
    @pytest.mark.parametrize(
        ("one", "other"),
        [("\u00c1", "A\u0301"), ("ﬁ", "fi"), ("STRASSE", "straße"), ("Rise", "RISE"), ("ΐ", "\u0399\u0308\u0301")],
    )
    def test_names_that_are_one_file_on_a_mac_share_a_key(self, one: str, other: str) -> None:
        """Case, accents written in two ways, and ligatures do not make two files."""
        assert clash_key(one) == clash_key(other)

    def test_names_that_stay_apart_have_two_keys(self) -> None:
        """A superscript is another name than a digit."""
        assert clash_key("x²") != clash_key("x2")

    @given(texts)
    def test_a_key_is_its_own_key(self, name: str) -> None:
        """The key is stable for any name."""
        assert clash_key(name) == clash_key(clash_key(name))

    def test_every_single_character_has_a_stable_key(self) -> None:
        """No character of Unicode has a key that has another key."""
        characters = map(chr, range(sys.maxunicode + 1))
        assert [] == [char for char in characters if clash_key(key := clash_key(char)) != key]


class TestExpand:
    @pytest.mark.parametrize(
        ("template", "text"),
        [
            ("{track:02} {title}", "07 Rise"),
            ("{disc}-{track:03} {title}", "1-007 Rise"),
            ("{{{title}}}", "{Rise}"),
            ("{{title}}", "{title}"),
            ("no words", "no words"),
            ("", ""),
        ],
    )
    def test_words_take_the_place_of_placeholders(self, template: str, text: str) -> None:
        """A template reads as the name it gives."""
        assert text == expand(template, WORDS)

    @pytest.mark.parametrize(
        ("template", "problem"),
        [
            ("{artits}", "unknown placeholder '{artits}'; did you mean '{artist}'?"),
            ("{Track:02}", "unknown placeholder '{Track:02}'; did you mean '{track}'?"),
            ("{x}", "unknown placeholder '{x}'; known are {artist}, {title}, {track}, {disc}, {year}"),
            ("{title", "a '{' stands alone; write '{{' for a literal brace"),
            ("title}", "a '}' stands alone; write '}}' for a literal brace"),
            ("{{title}", "a '}' stands alone; write '}}' for a literal brace"),
            ("{a{b}}", "a '{' stands alone; write '{{' for a literal brace"),
            ("{year}", "placeholder '{year}' has no value here"),
            ("{title:02}", "placeholder '{title:02}' asks for digits, and title is a text; write '{title}'"),
            *(
                (bad, f"'{bad}' is not a placeholder; write a word such as {{title}}, or {{track:02}} for two digits")
                for bad in (
                    "{}",
                    "{ title }",
                    "{title!r}",
                    "{title.upper}",
                    "{title[0]}",
                    "{track:2}",
                    "{track:010}",
                    "{track:0²}",
                )
            ),
        ],
    )
    def test_a_mistake_is_told_in_a_sentence(self, template: str, problem: str) -> None:
        """A template that cannot be read says what is wrong and what to write."""
        with pytest.raises(ValueError) as caught:  # noqa: PT011  # the text is asserted in full
            expand(template, WORDS)
        assert problem == str(caught.value)

    @given(plain_words)
    def test_doubled_braces_give_any_text_back(self, text: str) -> None:
        """Every text can be written as a template."""
        assert text == expand(text.replace("{", "{{").replace("}", "}}"), {})

    @given(plain_words)
    def test_what_is_put_in_is_never_read_again(self, title: str) -> None:
        """A title with braces stays as it is."""
        assert f"<{title}>" == expand("<{title}>", {"title": title})

    @given(st.text(st.sampled_from("{}:0a!.[]title")))
    def test_any_template_is_expanded_or_refused(self, template: str) -> None:
        """Nothing but a text or a ValueError comes of a template."""
        with contextlib.suppress(ValueError):
            expand(template, {"title": "Rise"})
            assert {"title"} >= set(placeholders(template))


class TestPlaceholders:
    def test_each_word_is_named_once_in_order(self) -> None:
        """You can ask a template which words it needs."""
        assert ("track", "title") == placeholders("{track:02} {title} {{year}} {track}")

    def test_a_template_that_cannot_be_read_is_refused(self) -> None:
        """The mistake is found before a release has any values."""
        with pytest.raises(ValueError, match=r"^a '\{' stands alone; write '\{\{' for a literal brace$"):
            placeholders("{title")


class TestSuggestion:
    @pytest.mark.parametrize(
        ("word", "meant"),
        [("artits", "artist"), ("flca", "flac"), ("FLAC", "flac"), ("wva", "wav"), ("mp3_v0", "mp3-v0"), ("tittle", "title")],
    )
    def test_a_slip_is_recognised(self, word: str, meant: str) -> None:
        """Swapped letters, another case or another dash still find the word."""
        assert meant == suggestion(word, ("artist", "title", "flac", "wav", "mp3-v0"))

    @pytest.mark.parametrize("word", ["", "x", "podcast", "\ud800"])
    def test_nothing_is_suggested_when_all_are_far(self, word: str) -> None:
        """A guess that helps nobody is not made."""
        assert suggestion(word, ("artist", "title", "flac")) is None
