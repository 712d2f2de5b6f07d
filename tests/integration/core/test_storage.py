"""Files under their content's hash: kept once, kept for good, and removed when nobody wants them."""

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from registry.core import storage

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LIMIT = LONG_AGO + timedelta(days=1)


@pytest.fixture(autouse=True)
def folder(app, tmp_path, monkeypatch) -> Path:
    monkeypatch.setitem(app.config, "FILES_FOLDER", str(tmp_path / "files"))
    return tmp_path / "files"


def make_old(digest: str) -> None:
    os.utime(storage.path_of(digest), (LONG_AGO.timestamp(), LONG_AGO.timestamp()))


def list_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_store_keeps_equal_content_once_under_its_hash(folder) -> None:
    digests = [storage.store(data) for data in (b"diploma", b"diploma", b"passport")]

    assert digests[0] == digests[1] == hashlib.sha256(b"diploma").hexdigest()
    assert list_files(folder) == sorted(set(digests))
    assert storage.path_of(digests[0]).read_bytes() == b"diploma"


def test_store_that_fails_leaves_nothing_behind(folder, monkeypatch) -> None:
    def fail(_handle: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(OSError, match="disk full"):
        storage.store(b"diploma")

    assert list_files(folder) == []


def test_store_syncs_file_and_folders_before_it_returns(monkeypatch) -> None:
    synced = []
    real = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda handle: (synced.append(Path(f"/proc/self/fd/{handle}").readlink()), real(handle))
    )

    digest = storage.store(b"diploma")

    path = storage.path_of(digest)
    assert [each.parent if each.is_file() or "tmp" in each.name else each for each in synced[1:]] == [
        path.parent,
        path.parent.parent,
        path.parent.parent.parent,
    ]
    assert synced[0].parent == path.parent


def test_remove_unwanted_removes_what_is_old_and_not_named(folder) -> None:
    wanted, unwanted, young = (storage.store(data) for data in (b"wanted", b"unwanted", b"young"))
    for digest in (wanted, unwanted):
        make_old(digest)

    removed = storage.remove_unwanted(lambda asked: {wanted} & set(asked), before=LIMIT)

    assert removed == 1
    assert list_files(folder) == sorted([wanted, young])
    assert unwanted not in list_files(folder)


def test_remove_unwanted_spares_what_is_stored_again_meanwhile(folder) -> None:
    digest = storage.store(b"diploma")
    make_old(digest)

    def store_again(_asked):
        # Another request stores the same file after the database was asked, and before the removal.
        assert storage.store(b"diploma") == digest
        return set()

    storage.remove_unwanted(store_again, before=LIMIT)

    assert storage.path_of(digest).read_bytes() == b"diploma"


def test_remove_unwanted_puts_back_what_a_killed_run_took_aside(folder) -> None:
    digest = storage.store(b"diploma")
    make_old(digest)
    storage.path_of(digest).rename(storage.path_of(digest).with_name(f"{digest}.going"))

    storage.remove_unwanted(lambda asked: set(asked), before=LIMIT)

    assert list_files(folder) == [digest]
