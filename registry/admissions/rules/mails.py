"""What mails about an application are about, so that later news overtake earlier ones. Pure."""

from registry.admissions.models import Application, AudienceMail


def topic_of(application: Application) -> str:
    """Of what the applicant reads."""
    return f"application:{application.code}"


def guardian_topic(application: Application) -> str:
    """Of what the guardian reads: news for the one do not overtake news for the other."""
    return f"application:{application.code}:guardian"


def audience_topic(application: Application, mail: AudienceMail) -> str:
    """Of what the coordinators wrote to many at once, each mail for itself."""
    return f"application:{application.code}:audience:{mail.code}"
