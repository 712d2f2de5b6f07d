"""Files that are what they say, and files that lie."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from registry.core import inspection
from registry.core.documents import MAX_BYTES, MediaType, clean_name, read_document
from registry.core.errors import InvalidInput
from tests.factories.documents import (
    make_jpeg,
    make_pdf,
    make_png,
    make_png_header,
    make_scan_bomb,
    nested_action,
    opening_action,
)

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def make_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "x")
    return out.getvalue()


LIES = {
    "nothing": (b"", "empty"),
    "HTML as PNG": (HTML, "not a PDF, JPEG or PNG"),
    "SVG with script": (SVG, "not a PDF, JPEG or PNG"),
    "zip as PDF": (make_zip(), "not a PDF, JPEG or PNG"),
    "GIF as PNG": (b"GIF89a\x01\x00\x01\x00", "not a PDF, JPEG or PNG"),
    "HTML before a PDF": (HTML + make_pdf(), "not a PDF, JPEG or PNG"),
    "one byte too many": (b"%PDF-" + bytes(MAX_BYTES - 4), "larger than 5 MB"),
    "HTML after a PNG's first bytes": (b"\x89PNG\r\n\x1a\n" + HTML, "cannot be opened"),
    "HTML after a JPEG's first bytes": (b"\xff\xd8\xff\xe0" + HTML, "cannot be opened"),
    "half a picture": (make_jpeg((400, 400))[:1500], "cannot be opened"),
    "PNG of 50,000 x 50,000": (make_png_header(50_000, 50_000), "too many pixels"),
    "PNG of 10,000 x 10,000": (make_png_header(10_000, 10_000), "too many pixels"),
    "HTML after a PDF's first bytes": (b"%PDF-1.7\n" + HTML, "cannot be read"),
    "half a PDF": (make_pdf()[:60], "cannot be read"),
    "encrypted PDF": (make_pdf(password="secret"), "protected by a password"),
    "PDF encrypted without password": (make_pdf(lambda pdf: pdf.encrypt("", "owner")), "protected"),
    "PDF with JavaScript": (make_pdf(opening_action("/JavaScript", JS="app.alert(1)")), "a script"),
    "PDF with JavaScript further down": (make_pdf(nested_action("/JavaScript")), "a script"),
    "PDF with JavaScript written otherwise": (
        make_pdf(opening_action("/JavaScript", JS="1")).replace(b"/JavaScript", b"/J#61vaScript"),
        "a script",
    ),
    "PDF that starts a program": (make_pdf(opening_action("/Launch", F="calc.exe")), "would start something"),
    "PDF that sends its form": (make_pdf(opening_action("/SubmitForm", F="http://x")), "would start"),
    "PDF with a file inside": (
        make_pdf(lambda pdf: pdf.add_attachment("a.exe", b"MZ")),
        "contains other files",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_read_document_that_lies_is_refused_with_a_sentence(lie: str) -> None:
    data, sentence = LIES[lie]

    with pytest.raises(InvalidInput) as refusal:
        read_document(data, "innocent.png")

    assert sentence in str(refusal.value)
    assert refusal.value.field == "file"


def test_a_file_that_keeps_its_reader_busy_is_refused_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The same program with a second instead of six.
    program = Path(inspection.__file__).read_text().replace(f"SECONDS = {inspection.SECONDS}", "SECONDS = 1")
    hurried = tmp_path / "hurried.py"
    hurried.write_text(program)
    monkeypatch.setattr(inspection, "__file__", str(hurried))

    with pytest.raises(InvalidInput, match="cannot be opened"):
        read_document(make_scan_bomb(), "a.jpg")


def test_whoever_looks_into_a_file_has_little_time_and_memory() -> None:
    code = (
        f"import resource, sys; sys.path.insert(0, {str(Path(inspection.__file__).parent)!r})\n"
        "import inspection\n"
        "def find_fault(data):\n"
        "    try: return 'x' * 2_000_000_000\n"
        "    except MemoryError: return f'{resource.getrlimit(resource.RLIMIT_CPU)[0]} seconds'\n"
        "inspection.find_fault = find_fault\n"
        "inspection.main()"
    )

    done = subprocess.run(
        [sys.executable, "-I", "-c", code, "PDF"], input=b"", capture_output=True, check=True
    )

    assert done.stdout.decode() == f"{inspection.SECONDS} seconds\n"


@pytest.mark.parametrize(
    ("data", "name", "media_type", "clean"),
    [
        (make_pdf(), "Diploma.PDF", MediaType.PDF, "Diploma.pdf"),
        (make_jpeg(), "photo.jpeg", MediaType.JPEG, "photo.jpeg"),
        (make_png(), "scan", MediaType.PNG, "scan.png"),
        (make_png(), "diploma.pdf", MediaType.PNG, "diploma.pdf.png"),
    ],
)
def test_read_document_tells_the_type_by_content(data, name, media_type, clean) -> None:
    document = read_document(data, name)

    assert (document.media_type, document.name) == (media_type, clean)
    assert document.data.startswith(data[:4])


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_read_document_png_of_every_mode_stays_a_picture(mode: str) -> None:
    kept = read_document(make_png(mode), "a.png")

    with Image.open(io.BytesIO(kept.data)) as picture:
        assert picture.size == (60, 40)


def test_read_document_picture_loses_everything_but_its_pixels() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x0112] = 6  # Held upright: to be turned by a quarter.
    jpeg = make_jpeg(exif=exif, comment=b"SecretNote", icc_profile=b"SecretProfile") + b"SecretTail"
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "SecretAuthor")
    png = make_png(pnginfo=text, icc_profile=b"SecretProfile", exif=exif) + b"SecretTail"

    kept = [read_document(data, "a").data for data in (jpeg, png)]

    assert all(b"Secret" in data for data in (jpeg, png))
    assert not any(b"Secret" in data for data in kept)
    with Image.open(io.BytesIO(kept[0])) as picture:
        assert picture.size == (40, 60)


def test_read_document_large_photograph_is_made_smaller() -> None:
    kept = read_document(make_jpeg((6000, 3000)), "a.jpg")

    with Image.open(io.BytesIO(kept.data)) as picture:
        assert picture.size == (inspection.LONGEST_SIDE, inspection.LONGEST_SIDE // 2)


def test_read_document_of_five_megabytes_is_not_too_large() -> None:
    padded = make_pdf()
    padded += b"\n" * (MAX_BYTES - len(padded))

    assert read_document(padded, "a.pdf").media_type is MediaType.PDF


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\diploma.pdf", "diploma.pdf"),
        ("/absolute/diploma.pdf", "diploma.pdf"),
        ("gpj\u202efdp.exe", "gpjfdp.exe.pdf"),
        ("\u2066hidden\u2069.pdf", "hidden.pdf"),
        ("two\r\nlines\x00.pdf", "twolines.pdf"),
        ("   .pdf", "file.pdf"),
        ("", "file.pdf"),
        ("..", "file.pdf"),
        ("справка о доходах.pdf", "справка о доходах.pdf"),
        ("毕业证书.pdf", "毕业证书.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_clean_name_keeps_what_is_plain(name: str, clean: str) -> None:
    assert clean_name(name, MediaType.PDF) == clean
