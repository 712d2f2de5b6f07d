"""The catalogues hold every sentence of code and templates, translated and with its placeholders."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

from registry.core.i18n import LOCALES

ROOT = Path(__file__).parents[2]
CATALOGUES = sorted((ROOT / "registry" / "translations").glob("*/LC_MESSAGES/messages.po"))
KEYWORDS = DEFAULT_KEYWORDS | parse_keywords(["_l", "lazy_gettext", "lazy_ngettext:1,2"])


@pytest.fixture(scope="session")
def source_sentences() -> set[str]:
    """What `make i18n` would collect now, each by its singular."""
    found: set[str] = set()
    with (ROOT / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)
    for folder in ("registry", "templates"):
        for _, _, text, _, _ in extract_from_dir(
            ROOT / folder,
            [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods],
            options,
            keywords=KEYWORDS,
        ):
            found.add(text if isinstance(text, str) else text[0])
    return found


@pytest.fixture(params=CATALOGUES, ids=lambda path: path.parts[-3])
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    path: Path = request.param
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def messages_of(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]", text))


def test_every_language_has_a_catalogue() -> None:
    assert {path.parts[-3] for path in CATALOGUES} == set(LOCALES) - {"en"}


def test_catalogue_has_the_sentences_of_the_sources(catalogue: Catalog, source_sentences: set[str]) -> None:
    assert {singular(message) for message in messages_of(catalogue)} == source_sentences


def test_catalogue_is_complete_and_certain(catalogue: Catalog) -> None:
    incomplete = [
        singular(message)
        for message in messages_of(catalogue)
        if message.fuzzy
        or not message.string
        or (not isinstance(message.string, str) and not all(message.string))
    ]

    assert incomplete == []


def test_catalogue_keeps_placeholders_and_markup(catalogue: Catalog) -> None:
    broken = []
    for message in messages_of(catalogue):
        sources = [message.id] if isinstance(message.id, str) else message.id
        allowed = set().union(*(placeholders(source) for source in sources))
        needed = allowed - {"%(num)s", "%(num)d"}
        tags = re.findall(r"</?\w+", sources[-1])
        for text in [message.string] if isinstance(message.string, str) else message.string:
            kept = needed <= placeholders(text) <= allowed
            if not kept or sorted(re.findall(r"</?\w+", text)) != sorted(tags):
                broken.append(f"{singular(message)} -> {text}")

    assert broken == []
