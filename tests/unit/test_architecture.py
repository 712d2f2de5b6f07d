"""The house rules of docs/architecture.md that no linter expresses.

Each rule is a function from a file to the offending lines, tried first on a line that must offend.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOORS_AND_FORMS = {"views", "api", "cli", "forms"}
WORDS_OF_THE_FIELD = (
    "programme|cohort|applicant|enrolments?|nominations?|nominate|sponsors?|seats?|guardians?|"
    "focal point|focal_point|member state|member_state|participants?|waitlist|waiting list"
)


@dataclass(frozen=True)
class Source:
    path: Path
    """Relative to the project."""
    text: str

    @property
    def domain(self) -> str:
        return self.path.parts[1] if len(self.path.parts) > 2 else ""

    @property
    def layer(self) -> str:
        """`operations` for both operations.py and operations/offers.py."""
        parts = self.path.with_suffix("").parts
        return parts[2] if len(parts) > 2 else parts[-1]

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(ast.parse(self.text))


Rule = Callable[[Source], Iterator[int]]


def commits(source: Source) -> Iterator[int]:
    """The only commit and rollback are in core/transaction.py."""
    if source.path in {Path("registry/core/transaction.py"), Path("registry/migrations/env.py")}:
        return
    for node in source.nodes():
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"commit", "rollback"}
        ):
            yield node.lineno


def legacy_queries(source: Source) -> Iterator[int]:
    """`select()`, never `Model.query` or `session.query()`."""
    for node in source.nodes():
        if isinstance(node, ast.Attribute) and node.attr == "query":
            owner = ast.unparse(node.value)
            if owner.endswith(("session", "session()")) or re.fullmatch(r"(\w+\.)*[A-Z][a-z]\w*", owner):
                yield node.lineno


def selects_elsewhere(source: Source) -> Iterator[int]:
    """Every `select()` is in a domain's queries."""
    if source.domain == "core" or source.layer == "queries":
        return
    for node in source.nodes():
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in {"select", "exists"} and "select" in ast.unparse(node.func):
                yield node.lineno


def other_clocks(source: Source) -> Iterator[int]:
    """The time comes from core/clock.py."""
    if source.path == Path("registry/core/clock.py"):
        return
    for node in source.nodes():
        if isinstance(node, ast.Attribute) and re.fullmatch(
            r"(\w+\.)?(datetime|date)\.(now|utcnow|today|fromtimestamp)|time\.(time|time_ns|localtime|gmtime)",
            ast.unparse(node),
        ):
            yield node.lineno


def drawers(source: Source) -> Iterator[int]:
    """No file without a subject."""
    if source.path.stem.strip("_") in {
        "utils",
        "util",
        "helpers",
        "helper",
        "common",
        "misc",
        "tools",
        "lib",
    }:
        yield 1


def words_of_the_field(source: Source) -> Iterator[int]:
    """`core` holds mechanisms and knows nothing of training programmes."""
    if source.domain != "core":
        return
    for number, line in enumerate(source.lines, 1):
        if re.search(rf"(?<![a-z])({WORDS_OF_THE_FIELD})(?![a-z])", line, re.IGNORECASE):
            yield number


def changed_audit_entries(source: Source) -> Iterator[int]:
    """What the audit trail holds is never updated or deleted."""
    for node in source.nodes():
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in {"update", "delete"} and ast.unparse(node.args[0]).startswith("AuditEntry"):
                yield node.lineno


def foreign_doors(source: Source) -> Iterator[int]:
    """A domain's doors and forms are its own; only create_app imports doors."""
    for node in source.nodes():
        for name in _imported(node):
            parts = name.split(".")
            foreign = len(parts) > 2 and parts[0] == "registry" and parts[1] not in {source.domain, "core"}
            if source.domain and foreign and parts[2] in DOORS_AND_FORMS:
                yield node.lineno  # type: ignore[attr-defined]


def unexplained_imports(source: Source) -> Iterator[int]:
    """An import inside a function carries a comment with its reason, on its line or the line before."""
    for function in source.nodes():
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        explained_until = 0
        for node in ast.walk(function):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            before = source.lines[node.lineno - 2]
            own = source.lines[(node.end_lineno or node.lineno) - 1]
            if "#" in before or "#" in own or node.lineno == explained_until:
                explained_until = (node.end_lineno or node.lineno) + 1
            else:
                yield node.lineno


def inline_code(source: Source) -> Iterator[int]:
    """The Content-Security-Policy forbids inline style and script; JSON-LD is data."""
    pattern = (
        r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"'{]|javascript:|"
        r"<script\b(?![^>]*\bsrc\s*=)(?![^>]*application/ld\+json)"
    )
    for number, line in enumerate(source.lines, 1):
        if re.search(pattern, line, re.IGNORECASE):
            yield number


def too_long(source: Source) -> Iterator[int]:
    """A file of more than 450 lines is two files."""
    if len(source.lines) > 450:
        yield 451


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


CODE = ("registry/**/*.py", "config.py")
TEMPLATES = ("templates/**/*.html",)
EVERYTHING = (*CODE, *TEMPLATES, "static/**/*.css", "static/**/*.js", "tests/**/*.py", "bench/**/*.py")

RULES: list[tuple[Rule, tuple[str, ...], str, str]] = [
    (commits, CODE, "registry/people/operations.py", "db.session.commit()"),
    (commits, CODE, "registry/people/operations.py", "session.rollback()"),
    (legacy_queries, CODE, "registry/people/queries.py", "Person.query.all()"),
    (legacy_queries, CODE, "registry/people/queries.py", "db.session.query(Person)"),
    (selects_elsewhere, CODE, "registry/people/operations.py", "sa.select(Person)"),
    (selects_elsewhere, CODE, "registry/people/views.py", "select(Person)"),
    (other_clocks, CODE, "registry/people/rules.py", "datetime.now(UTC)"),
    (other_clocks, CODE, "registry/people/rules.py", "datetime.date.today()"),
    (other_clocks, CODE, "registry/people/rules.py", "time.time()"),
    (drawers, EVERYTHING, "registry/people/utils.py", ""),
    (words_of_the_field, CODE, "registry/core/tables.py", "def list_cohorts(): # of a cohort"),
    (changed_audit_entries, CODE, "registry/people/operations.py", "delete(AuditEntry)"),
    (changed_audit_entries, CODE, "registry/people/operations.py", "sa.update(AuditEntry)"),
    (foreign_doors, CODE, "registry/admissions/views.py", "from registry.people.forms import NameForm"),
    (foreign_doors, CODE, "registry/admissions/views.py", "from registry.people import views"),
    (unexplained_imports, CODE, "registry/people/rules.py", "def f():\n    import weasyprint"),
    (inline_code, TEMPLATES, "templates/people/a.html", '<p style="color: red">'),
    (inline_code, TEMPLATES, "templates/people/a.html", '<button onclick="go()">'),
    (inline_code, TEMPLATES, "templates/people/a.html", "<script>go()</script>"),
    (too_long, EVERYTHING, "registry/people/rules.py", "\n" * 451),
]


def _name(value: object) -> str:
    return getattr(value, "__name__", "") or "-"


@pytest.mark.parametrize(
    ("rule", "path", "text"), [(rule, path, text) for rule, _, path, text in RULES], ids=_name
)
def test_rule_on_an_offending_line_reports_it(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(Path(path), text)))


@pytest.mark.parametrize(("rule", "globs"), {rule: globs for rule, globs, _, _ in RULES}.items(), ids=_name)
def test_the_project_keeps_the_rule(rule: Rule, globs: tuple[str, ...]) -> None:
    offences = [f"{source.path}:{line}" for source in _sources(globs) for line in sorted(set(rule(source)))]

    assert offences == [], rule.__doc__


def _sources(globs: tuple[str, ...]) -> Iterator[Source]:
    for glob in globs:
        for path in sorted(ROOT.glob(glob)):
            relative = path.relative_to(ROOT)
            if "versions" not in relative.parts and "vendor" not in relative.parts:
                yield Source(relative, path.read_text())
