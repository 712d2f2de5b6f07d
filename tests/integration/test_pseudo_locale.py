"""A language nobody speaks, written from right to left: what is not marked for translation stands out."""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import flask_babel
import html5lib
import pytest
from babel.support import NullTranslations

from registry.core import i18n
from tests.client import RegistryClient
from tests.factories.catalogue import CohortFactory, ProgrammeFactory

SPOKEN_ELSEWHERE = {"script", "style", "code"}


class PseudoTranslations(NullTranslations):
    """Puts every sentence that is marked for translation into brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, singular: str, plural: str, num: int) -> str:
        return self.gettext(singular if num == 1 else plural)

    ugettext, ungettext = gettext, ngettext


@pytest.fixture(autouse=True)
def _pseudo_locale(client: RegistryClient, monkeypatch: pytest.MonkeyPatch) -> None:
    client.get("/")  # Reads the quotations, which exist in the real languages only.
    monkeypatch.setitem(i18n.LOCALES, "ar", "العربية")
    monkeypatch.setattr(flask_babel.Domain, "get_translations", lambda self: PseudoTranslations())


def read_texts(element: Element, language: str = "ar") -> Iterator[str]:
    """The texts in the page's own language."""
    language = element.get("lang", language)
    if language == "ar" and element.tag not in SPOKEN_ELSEWHERE:
        yield element.text or ""
        yield from (element.get(name) or "" for name in ("aria-label", "alt", "title", "placeholder"))
    for child in element:
        if isinstance(child.tag, str):
            yield from read_texts(child, language)
        if language == "ar":
            yield child.tail or ""


def strip_marked(text: str) -> str:
    while text != (text := re.sub("⟦[^⟦⟧]*⟧", "", text)):
        pass
    return text


@pytest.mark.parametrize(
    "address",
    ["/", "/programmes", "/programmes?q=x", "/account/sign-in", "/account/sign-up", "/no-such-page"],
)
def test_page_in_a_pseudo_locale_is_mirrored_and_has_no_unmarked_sentence(
    client: RegistryClient, session: Any, address: str
) -> None:
    CohortFactory(programme=ProgrammeFactory(title="Мёд"))
    page = client.get(address, headers={"Accept-Language": "ar"}).get_data(as_text=True)

    document = html5lib.parse(page, namespaceHTMLElements=False)
    unmarked = [left for text in read_texts(document) if re.search("[A-Za-z]{3}", left := strip_marked(text))]
    assert (document.get("lang"), document.get("dir")) == ("ar", "rtl")
    assert "⟦" in page
    assert [" ".join(text.split()) for text in unmarked] == []
