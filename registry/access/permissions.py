"""Every permission, as scope:noun:verb. An endpoint declares one; an operation asks for one on an object."""

from enum import StrEnum


class Permission(StrEnum):
    """What can be allowed. See `access.roles` for who has it and the domains' `rules` for on what."""

    # Everybody who is signed in
    ACCOUNT_MANAGE = "accounts:account:manage"
    MESSAGE_READ = "messages:message:read"
    APPLICATION_START = "admissions:application:start"
    APPLICATION_EDIT = "admissions:application:edit"
    APPLICATION_SUBMIT = "admissions:application:submit"
    APPLICATION_WITHDRAW = "admissions:application:withdraw"
    APPLICATION_VIEW_OWN = "admissions:application:view_own"
    OFFER_ANSWER = "admissions:offer:answer"
    # The guardian's link
    GUARDIAN_CONSENT = "people:guardianship:consent"
    # The applicant, and the guardian by the link
    CONSENT_WITHDRAW = "people:consent:withdraw"
    # Staff on identified applications
    APPLICATION_VIEW = "admissions:application:view"
    ATTACHMENT_VIEW = "admissions:attachment:view"
    APPLICATION_OPEN_WITH_REASON = "admissions:application:open_with_reason"
    APPLICATION_EXPORT = "admissions:application:export"
    APPLICATION_REVIEW = "admissions:application:review"
    APPLICATION_ENDORSE = "admissions:application:endorse"
    INVITATION_EDIT = "admissions:invitation:edit"
    APPLICATION_PROCESS = "admissions:application:process"
    AUDIENCE_WRITE = "admissions:audience:write"
    DECISION_STAGE = "admissions:decision:stage"
    DECISION_RELEASE = "admissions:decision:release"
    SCORE_VIEW = "admissions:score:view"
    SEAT_VIEW = "admissions:seat:view"
    # What nobody but the clock does
    CLOCK_RUN = "core:clock:run"
    # Catalogue
    PROGRAMME_CREATE = "catalogue:programme:create"
    PROGRAMME_EDIT = "catalogue:programme:edit"
    PROGRAMME_PUBLISH = "catalogue:programme:publish"
    COHORT_EDIT = "catalogue:cohort:edit"
    COHORT_PUBLISH = "catalogue:cohort:publish"
    REPORTED_RESULT_EDIT = "catalogue:reported_result:edit"
    # Enrolments and outcomes
    ENROLMENT_VIEW = "enrolments:enrolment:view"
    ENROLMENT_MANAGE = "enrolments:enrolment:manage"
    OUTCOME_RECORD = "outcomes:outcome:record"
    # Rooms
    MANAGE_ENTER = "web:manage:enter"
    DESK_ENTER = "web:desk:enter"
    REVIEWS_ENTER = "web:reviews:enter"
    SPONSOR_ENTER = "web:sponsor:enter"
    ADMIN_ENTER = "web:admin:enter"
    # Reports
    REPORT_VIEW_LIVE = "reports:report:view_live"
    REPORT_VIEW_STATE = "reports:report:view_state"
    RELEASE_MAKE = "reports:release:make"
    RELEASE_VIEW = "reports:release:view"
    # Administration
    ROLE_GRANT = "accounts:role:grant"
    ORGANISATION_EDIT = "accounts:organisation:edit"
    REFERENCE_EDIT = "places:reference:edit"
    AUDIT_VIEW = "core:audit:view"
