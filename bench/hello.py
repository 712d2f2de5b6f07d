"""The unit of all ratios: a page of one word."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def say_hello() -> str:
    """One word."""
    return "hello"
