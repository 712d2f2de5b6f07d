"""Authors' Markdown as safe HTML."""

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_parser = MarkdownIt("commonmark", {"html": False}).enable("table")
_TAGS = {
    "p",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "a",
    "br",
    "h3",
    "h4",
    "blockquote",
    "table",
    "thead",
    "tbody",
} | {
    "tr",
    "th",
    "td",
    "code",
}


def render_markdown(text: str | None) -> Markup:
    """CommonMark to HTML; scripts, handlers, images and unsafe links are dropped, headings start at h3."""
    if not text:
        return Markup("")
    html = _parser.render(text)
    for level in (2, 1):
        html = html.replace(f"<h{level}>", f"<h{level + 2}>").replace(f"</h{level}>", f"</h{level + 2}>")
    return Markup(
        nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"https", "http", "mailto"})
    )
