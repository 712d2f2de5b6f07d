"""What mails about an application are about, so that later news overtake earlier ones. Pure."""

from registry.admissions.models import Application


def topic_of(application: Application) -> str:
    """Of what the applicant reads."""
    return f"application:{application.code}"


def guardian_topic(application: Application) -> str:
    """Of what the guardian reads: news for the one do not overtake news for the other."""
    return f"application:{application.code}:guardian"
