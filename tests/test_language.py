"""The catalogue: whole, and never wrong about which side owes."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from nocs.language import ENGLISH, Language
from nocs.language.catalogue import path
from nocs.money import amount_text, count_text, short_text, signed
from nocs.selection import read_amount
from nocs.settings import ROOT

BANGLA = Language("bn")
SHAPED = Language("bn", has_bangla_digits=True)
Texts = dict[str | tuple[str, ...], Message]


@pytest.fixture(scope="module")
def said() -> Texts:
    """Every text of the Bangla catalogue."""
    with path("bn").open("rb") as file:
        catalogue = read_po(file, locale="bn")
    assert not catalogue.obsolete
    return {key(message.id): message for message in catalogue if message.id}


def key(text: str | tuple[str, ...] | list[str]) -> str | tuple[str, ...]:
    return text if isinstance(text, str) else tuple(text)


def written() -> set[str | tuple[str, ...]]:
    """Every text that the code asks for."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    return {key(text) for _, _, text, _, _ in extract_from_dir(ROOT, methods, options)}


def parts(text: str) -> tuple[list[str], list[str]]:
    """The {names} and the tags of a text."""
    return sorted(set(re.findall(r"\{\w*\}", text))), sorted(re.findall(r"<[^>]*>", text))


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def test_the_catalogue_holds_exactly_the_texts_of_the_code(said: Texts) -> None:
    assert len(written()) > 300
    assert written() - said.keys() == set(), "run `make catalogue` and translate"
    assert said.keys() - written() == set(), "run `make catalogue`"


def test_every_text_is_translated_with_the_names_and_tags_that_the_english_one_has(
    said: Texts,
) -> None:
    for english, message in said.items():
        assert not message.fuzzy, english
        assert len(forms(message.string)) == len(forms(english)), english
        for text in forms(message.string):
            assert text.strip(), english
            assert parts(text) == parts(forms(english)[-1]), english
            assert len(text) - len(text.strip()) == len(forms(english)[0]) - len(
                forms(english)[0].strip()
            ), english


def test_credit_is_never_said_as_due_nor_due_as_credit(said: Texts) -> None:
    """Also their order is the same, so that no sentence swaps them."""
    seen = 0
    for english, message in said.items():
        sides = re.findall(r"\b(credit|due)\b", forms(english)[0].lower())
        for text in forms(message.string):
            told = [
                {"জমা": "credit", "বকেয়া": "due"}[word]
                for word in re.findall("জমা|বকেয়া", text)
                if sides
            ]
            assert set(told) == set(sides), english
            assert list(dict.fromkeys(told)) == list(dict.fromkeys(sides)), english
        seen += bool(sides)
    assert seen > 60


def test_who_paid_in_advance_and_who_owes_are_explained_under_the_right_word(said: Texts) -> None:
    assert said["credit"].string == "জমা" and said["due"].string == "বকেয়া"
    for english, message in said.items():
        text = forms(english)[0].lower()
        if "paid in advance" in text and "owe" not in text:
            assert "অগ্রিম" in message.string and "পাওনা" not in message.string
        if re.search(r"\bowes?\b", text) and "paid" not in text:
            assert "পাওনা" in message.string and "অগ্রিম" not in message.string


def test_the_catalogue_is_part_of_the_package() -> None:
    assert path("bn").is_relative_to(ROOT / "nocs")
    pattern = "language/locale/*/LC_MESSAGES/*.po"
    assert pattern in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert path("bn") in set((ROOT / "nocs").glob(pattern))


@pytest.mark.parametrize(
    ("language", "short", "count"),
    [
        (ENGLISH, "−12.35 L", "2,31,435"),
        (BANGLA, "−12.35 লাখ", "2,31,435"),
        (SHAPED, "−১২.৩৫ লাখ", "২,৩১,৪৩৫"),
    ],
)
def test_units_follow_the_language_and_digits_only_the_wish_for_them(
    language: Language, short: str, count: str
) -> None:
    from decimal import Decimal

    assert short_text(Decimal("-1234567.5"), language=language) == short
    assert count_text(231_435, language=language) == count
    assert signed(amount_text(Decimal("0.00"), language=language)) == amount_text(
        Decimal("0.00"), language=language
    )
    assert signed(amount_text(Decimal("2.00"), language=language)).startswith("+")


def test_bangla_digits_are_written_in_no_other_language() -> None:
    english = Language("en", has_bangla_digits=True)
    assert english.digits("12") == "12" and english.say("Top 5") == "Top 5"
    assert SHAPED.say("Top 5") == "শীর্ষ ৫" and BANGLA.say("Top 5") == "শীর্ষ 5"


def test_a_name_put_into_a_text_keeps_its_own_digits_and_braces() -> None:
    text = SHAPED.say("Area {code} is not in the figures of this refresh.", code="012{x}")
    assert "012{x}" in text


def test_an_amount_may_be_typed_in_bangla() -> None:
    assert read_amount("৫০ লাখ") == read_amount("50 L") == 50 * 10**5
    assert read_amount("২.৫ কোটি") == read_amount("2.5 Cr")


def test_a_text_that_no_catalogue_knows_stays_english() -> None:
    assert BANGLA.say("No such text") == "No such text"


def test_no_script_of_the_pages_holds_a_text_of_its_own() -> None:
    """What a script says comes from Python, where the catalogue sees it."""
    for script in ("table.js", "choose.js", "chart.js", "language.js"):
        code = Path(ROOT / "nocs/ui/assets" / script).read_text(encoding="utf-8")
        code = re.sub(r"^\s*//.*$", "", code, flags=re.M)
        assert not re.findall(r'(?:textContent|title|placeholder) = ["`][A-Z]', code), script
        assert not re.findall(r">[A-Z][a-z]+", code), script
