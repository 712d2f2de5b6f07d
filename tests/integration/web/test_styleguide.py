"""The style guide: every component renders, is valid and is tied together by its ids."""

import html5lib
import pytest
from flask import Flask

from tests.client import RegistryClient


@pytest.mark.parametrize("address", ["/styleguide", "/styleguide?part=confirm", "/styleguide?part=question"])
def test_styleguide_names_every_control_and_refers_only_to_what_exists(
    client: RegistryClient, address: str
) -> None:
    response = client.get(address)

    assert response.status_code == 200
    tree = html5lib.parse(response.text, namespaceHTMLElements=False)
    ids = {element.get("id") for element in tree.iter() if element.get("id")}
    labelled = {label.get("for") for label in tree.iter("label")}
    for element in tree.iter():
        for attribute in ("aria-describedby", "aria-labelledby", "for"):
            assert set(element.get(attribute, "").split()) <= ids, element.attrib
    controls = [
        element
        for name in ("input", "select", "textarea")
        for element in tree.iter(name)
        if element.get("type") != "hidden"
    ]
    assert controls
    assert [
        each.attrib for each in controls if each.get("id") not in labelled and not each.get("aria-label")
    ] == []
    assert len(list(tree.iter("h1"))) == 1


def test_styleguide_error_summary_repeats_each_error_and_leads_to_its_field(client: RegistryClient) -> None:
    tree = html5lib.parse(client.get("/styleguide").text, namespaceHTMLElements=False)

    summary = next(each for each in tree.iter("div") if each.get("class") == "error-summary")
    links = {link.get("href"): "".join(link.itertext()) for link in summary.iter("a")}
    at_fields = ["".join(each.itertext()) for each in tree.iter("p") if each.get("class") == "field-error"]
    ids = {element.get("id") for element in tree.iter()}

    assert sorted(at_fields) == sorted(f"Error: {text}" for text in links.values())
    assert {address.removeprefix("#") for address in links} <= ids
    assert links["#failed-born_on-day"] == "Enter your date of birth, like 27 3 2007."
    assert links["#failed-education-0"] == "Choose your highest level of education."


def test_styleguide_outside_development_is_not_there(app: Flask, client: RegistryClient) -> None:
    app.config["ENVIRONMENT"] = "demo"
    try:
        assert client.get("/styleguide").status_code == 404
    finally:
        app.config["ENVIRONMENT"] = "testing"
