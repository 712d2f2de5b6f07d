"""A photograph from a telephone as the answer to a question."""

import io
import os

import pytest
from PIL import Image
from playwright.sync_api import expect

from registry.core.documents import MAX_BYTES
from tests.e2e.conftest import OpenPage
from tests.e2e.prepared import Staff, prepare
from tests.e2e.reader import Reader, sign_in
from tests.e2e.site import Site


def take_photograph() -> bytes:
    """Noise: as large as a picture of its size can be, and more than is taken."""
    out = io.BytesIO()
    Image.frombytes("RGB", (3000, 2250), os.urandom(3000 * 2250 * 3)).save(out, "JPEG", quality=90)
    assert len(out.getvalue()) > MAX_BYTES
    return out.getvalue()


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no script"])
def test_large_photograph_is_made_smaller_by_script_and_refused_without(
    site: Site, open_page: OpenPage, has_script: bool
) -> None:
    name = f"files-{has_script}".casefold()
    prepared = prepare(site, name, "en")
    email = f"{name}@example.org"
    prepared.send_application(email, is_sent=False)
    reader = Reader(open_page(script=has_script, phone=True), "en", lambda sentence: sentence)
    sign_in(reader, Staff(email, ""))
    reader.open(f"/apply/{prepared.cohort}/files/diploma")
    photograph = {"name": "diploma.jpg", "mimeType": "image/jpeg", "buffer": take_photograph()}

    reader.page.locator("input[type='file']").set_input_files(photograph)
    upload = reader.page.get_by_role("button", name="Upload this file")
    if not has_script:
        upload.click()
        expect(reader.page.locator(".error-summary")).to_contain_text("larger than 5 MB")
        return
    reader.page.wait_for_function(
        "limit => document.querySelector('input[type=file]').files[0].size < limit", arg=MAX_BYTES
    )
    upload.click()
    expect(reader.page.locator(".file-row")).to_contain_text("diploma.jpg")
    reader.check()
    with reader.page.expect_download() as download:
        reader.page.get_by_role("link", name="diploma.jpg").click()
    with Image.open(download.value.path()) as kept:
        assert kept.size == (2400, 1800)
