"""The reference files' texts: three languages, each in its script, of the right length."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt

from registry.demo.programmes import SOURCE
from tests.reference_files import CLDR, COLUMNS, HAN, column, has_script, read

TRIPLES = [
    (name, column.removesuffix("_en"))
    for name, columns in COLUMNS.items()
    for column in columns.split()
    if column.endswith("_en")
]


def texts() -> Iterator[tuple[str, str, str]]:
    """(where, locale, text) of everything a reader sees."""
    for name, stem in TRIPLES:
        for number, row in enumerate(read(name), 2):
            for locale in CLDR:
                yield f"{name}:{number}:{stem}", locale, row[f"{stem}_{locale}"]
    for number, row in enumerate(read("phrases"), 2):
        for locale in CLDR:
            yield f"phrases:{number}", locale, row[locale]
    for row in read("programme_translations"):
        for part in ("title", "summary", "description"):
            yield f"{row['slug']}:{part}", row["locale"], row[part]


def test_every_text_is_written_in_the_script_of_its_language() -> None:
    wrong = [
        (where, locale, text) for where, locale, text in texts() if text and not has_script(text, locale)
    ]
    assert wrong == []


def test_every_text_stands_in_three_languages() -> None:
    filled: dict[str, set[str]] = {}
    for where, locale, text in texts():
        filled.setdefault(where, set()).update({locale} if text else ())
    incomplete = {where for where, locales in filled.items() if locales != set(CLDR)}
    counts = [row["code"] for row in read("indicators") if row["unit"] != "fraction"]
    numbers = [number for number, row in enumerate(read("indicators"), 2) if row["code"] in counts]
    assert incomplete == {f"indicators:{number}:denominator" for number in numbers}
    assert {(row["slug"], row["locale"]) for row in read("programme_translations")} == {
        (slug, locale) for slug in column("programmes", "slug") for locale in CLDR
    }


def test_descriptions_are_between_60_and_150_words() -> None:
    for row in read("programme_translations"):
        # Two Han characters make about one word.
        words = (
            len(re.findall(HAN, row["description"])) / 2
            if row["locale"] == "zh"
            else len(row["description"].split())
        )
        assert 60 <= words <= 150, (row["slug"], row["locale"], words)


def test_descriptions_have_two_paragraphs_with_their_openings_set_bold() -> None:
    for row in read("programme_translations"):
        html = MarkdownIt("commonmark").render(row["description"])
        assert len(re.findall(r"<p><strong>[^<*]+</strong>[^<*]+</p>", html)) == 2, html


def test_short_texts_fit_their_places() -> None:
    assert max(map(len, column("programme_translations", "title"))) <= 80
    assert max(map(len, column("programme_translations", "summary"))) <= 160


def test_russian_has_no_verbs_or_roles_split_by_gender() -> None:
    split = re.compile(r"\w\((?:а|ла|лась|ась|ка|ница)\)|\w/(?:а|ла|лась)\b")
    assert [where for where, locale, text in texts() if locale == "ru" and split.search(text)] == []


def test_russian_writes_member_states_of_the_sco_with_a_dash() -> None:
    hyphens = re.compile(r"государств\w*[- ]?-[- ]?член\w* ШОС")
    assert [where for where, locale, text in texts() if hyphens.search(text)] == []


def test_phrases_translate_every_source_and_key_shown_to_readers() -> None:
    shown = set(column("documents", "adopted_at")) | set(column("reported_results", "indicator"))
    for name, columns in COLUMNS.items():
        shown |= set(column(name, "source")) if "source" in columns.split() else set()
    assert set(column("phrases", "key")) == shown - {""} | {SOURCE}
