"""`make migration MESSAGE="add waiting list"`: write the next numbered migration from the models.

Without a message the newest migration is written anew, for as long as its branch has not landed. Changed
CHECKs and enum members are not seen: change them by hand (docs/architecture.md, section 6).
"""

import sys
import tempfile
from pathlib import Path

import flask_migrate

from config import load_config
from registry import create_app

FOLDER = Path(__file__).parent
HEAD = FOLDER / ".head"


def main(message: str) -> None:
    """Compare the models with an empty database brought up to the migrations before."""
    number = int(HEAD.read_text()) + 1
    if not message:
        number -= 1
        (newest,) = (FOLDER / "versions").glob(f"{number:04}_*.py")
        message = newest.stem.partition("_")[2].replace("_", " ")
        newest.unlink()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(load_config("testing"), SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder}/empty.sqlite3")
        with app.app_context():
            flask_migrate.upgrade()
            flask_migrate.migrate(message=message, rev_id=f"{number:04}")
    HEAD.write_text(f"{number:04}\n")


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]).strip())
