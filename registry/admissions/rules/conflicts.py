"""Conflicts of interest that the registry can find by itself. Pure."""

from dataclasses import dataclass

from registry.admissions.enums import ConflictKind

# fmt: off
PUBLIC_MAIL_DOMAINS = frozenset({
    "126.com", "163.com", "aliyun.com", "aol.com", "bk.ru", "duck.com", "fastmail.com", "foxmail.com", "gmail.com",
    "gmx.com", "gmx.net", "googlemail.com", "hotmail.com", "icloud.com", "inbox.ru", "internet.ru", "list.ru",
    "live.com", "mail.com", "mail.ru", "me.com", "msn.com", "outlook.com", "proton.me", "protonmail.com", "qq.com",
    "rambler.ru", "rediffmail.com", "sina.cn", "sina.com", "sohu.com", "tuta.io", "tutanota.com", "umail.uz",
    "vk.com", "ya.ru", "yahoo.co.in", "yahoo.com", "yandex.by", "yandex.com", "yandex.kz", "yandex.ru",
    "yandex.uz", "yeah.net", "zoho.com",
})
# fmt: on
"""Providers at which everybody has an address: sharing one says nothing."""


@dataclass(frozen=True)
class ReviewerFacts:
    """What is known of a reviewer."""

    user_id: int
    email: str
    organisations: frozenset[str] = frozenset()
    """Codes of the organisations that the reviewer's roles name."""
    organisation_domains: frozenset[str] = frozenset()
    """Domains of these organisations' websites."""


@dataclass(frozen=True)
class ApplicantFacts:
    """What is known of an application and of whoever sent it."""

    user_id: int | None
    emails: frozenset[str]
    organisations: frozenset[str] = frozenset()
    """Codes of the organisations that the applicant's own roles name, if any."""
    nominated_by: int | None = None


def detect_conflict(reviewer: ReviewerFacts, applicant: ApplicantFacts) -> ConflictKind | None:
    """The first conflict there is, or None."""
    if applicant.user_id == reviewer.user_id:
        return ConflictKind.OWN_APPLICATION
    if applicant.nominated_by == reviewer.user_id:
        return ConflictKind.OWN_NOMINATION
    domains = {_domain(email) for email in applicant.emails} - {""}
    if reviewer.organisations & applicant.organisations or _share(reviewer.organisation_domains, domains):
        return ConflictKind.SAME_ORGANISATION
    if _share({_domain(reviewer.email)} - {""}, domains):
        return ConflictKind.SAME_MAIL_DOMAIN
    return None


def _domain(email: str) -> str:
    return email.rpartition("@")[2].strip().lower()


def _share(ours: frozenset[str] | set[str], theirs: set[str]) -> bool:
    """Whether two are the same, or one lies within the other: student.university.kz in university.kz."""
    return any(
        one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
        for one in ours - PUBLIC_MAIL_DOMAINS
        for other in theirs - PUBLIC_MAIL_DOMAINS
    )
