"""Who gets which answer from which endpoint: one row each, by hand, from the specification's section 4.

A status stands for one's own object and for somebody else's; a pair tells them apart: (own, foreign).
`of` names the kind of object in the address (`access_objects`), `args` what else stands in it.
Pages are asked for with GET, other endpoints are sent `form`, by default nothing.
"""

from dataclasses import dataclass, field

ROLES = ("visitor", "applicant", "focal_point", "reviewer", "coordinator", "sponsor", "administrator")
Answer = int | tuple[int, int]


@dataclass(frozen=True)
class Row:
    statuses: dict[str, Answer]
    of: str = ""
    args: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)

    def expected(self, role: str, *, own: bool) -> int:
        """The status this role gets."""
        status = self.statuses[role]
        return status if isinstance(status, int) else status[0 if own else 1]


def everybody(status: Answer, of: str = "", **rest: dict[str, str]) -> Row:
    """The same for visitors and all others."""
    return Row(dict.fromkeys(ROLES, status), of, **rest)


def members(
    status: Answer,
    of: str = "",
    *,
    args: dict[str, str] | None = None,
    form: dict[str, str] | None = None,
    applicant: Answer | None = None,
) -> Row:
    """The same for all who have an account, or another one for the applicant; visitors are sent to sign in."""
    statuses = dict.fromkeys(ROLES, status) | {"visitor": 303}
    return Row(statuses | ({"applicant": applicant} if applicant else {}), of, args or {}, form or {})


def only(
    of: str = "",
    *,
    args: dict[str, str] | None = None,
    form: dict[str, str] | None = None,
    **statuses: Answer,
) -> Row:
    """For the roles named; visitors are sent to sign in, all others are refused."""
    assert set(statuses) <= set(ROLES)
    return Row(dict.fromkeys(ROLES, 403) | {"visitor": 303} | statuses, of, args or {}, form or {})


OWN = (200, 404)
"""A page: shown to its own people, and for others it does not exist."""
SENT = (303, 404)
"""A form: leads on, and for others it does not exist."""

ACCOUNTS = {
    "accounts.begin_second_factor": members(409, applicant=303),  # Staff have theirs already.
    "accounts.change_password": members(200),
    "accounts.confirm_account": everybody((200, 409), "confirmation"),
    "accounts.confirm_second_factor": members(303),
    "accounts.edit_settings": members(200),
    "accounts.end_session": members(404),
    "accounts.forget_password": everybody(200),
    "accounts.give_code": everybody(303),
    "accounts.list_sessions": members(200),
    "accounts.remove_second_factor": members(200),
    "accounts.renew_recovery_codes": members(200),
    "accounts.resend_confirmation": everybody(200),
    "accounts.reset_password": everybody((200, 409), "reset"),
    "accounts.show_account": members(200),
    "accounts.show_recovery_codes": members(303),
    "accounts.show_reset_sent": everybody(200),
    "accounts.show_second_factor": members(200),
    "accounts.show_sent": everybody(200),
    "accounts.sign_in": everybody(200),
    "accounts.sign_out": members(303),
    "accounts.sign_up": everybody(200),
}

ADMISSIONS = {
    "admissions.add_tag": only("application", form={"tag": "Top"}, coordinator=SENT),
    "admissions.download_file": Row(
        dict.fromkeys(ROLES, OWN) | {"visitor": 303, "sponsor": 404, "administrator": 404}, "file"
    ),
    "admissions.check_eligibility": everybody(OWN, "published_cohort"),
    "admissions.answer_question": only("guardian_question", coordinator=OWN),
    "admissions.ask_guardian_on_behalf": only("application", coordinator=SENT),
    "admissions.advance_waiting": only("application", coordinator=OWN),
    "admissions.close_application": only("application", coordinator=OWN),
    "admissions.commit_lottery": only("cohort", coordinator=SENT),
    "admissions.delete_filter": only("saved_filter", coordinator=SENT),
    "admissions.download_export": only("export", coordinator=OWN),
    "admissions.discard_import": only("import", focal_point=SENT),
    "admissions.endorse_applications": only("state_cohort", focal_point=OWN),
    "admissions.endorse_for_state": only("application", coordinator=OWN),
    "admissions.assign_automatically": only("cohort", coordinator=OWN),
    "admissions.assign_reviewer": only("application", coordinator=OWN),
    "admissions.correct_invitation": only("invitation", focal_point=OWN, coordinator=OWN),
    "admissions.declare_conflict": only("application", reviewer=OWN),
    "admissions.export_applications": only("cohort", coordinator=OWN),
    "admissions.invite": only("state_cohort", focal_point=OWN),
    "admissions.invite_for_state": only("cohort", coordinator=OWN),
    "admissions.list_applications": only("cohort", coordinator=OWN),
    "admissions.list_decisions": only("cohort", coordinator=OWN),
    "admissions.list_not_endorsed": only("state_cohort", focal_point=OWN),
    "admissions.list_released": only("cohort", coordinator=OWN),
    "admissions.list_drawn": everybody(OWN, "published_cohort"),
    "admissions.list_reviews": only(reviewer=200),
    "admissions.list_scores": only("cohort", coordinator=OWN),
    "admissions.list_state_applications": only(focal_point=200),
    "admissions.list_waiting": only("cohort", coordinator=OWN),
    "admissions.list_wordings": only("programme", coordinator=OWN, administrator=200),
    "admissions.edit_wording": only(
        "programme", args={"event": "offer_made", "locale": "en"}, coordinator=OWN, administrator=200
    ),
    "admissions.use_standard_wording": only(
        "programme",
        args={"event": "offer_made", "locale": "en"},
        form={"version": "0"},
        coordinator=SENT,
        administrator=303,
    ),
    "admissions.name_columns": only("import", focal_point=OWN),
    "admissions.open_application": only(administrator=200),
    "admissions.open_file": only("application_file", administrator=303),  # Not opened with a reason yet.
    "admissions.override_ineligible": only("application", coordinator=OWN),
    "admissions.plan_bulk": only("cohort", form={"action": "review", "everything": "y"}, coordinator=SENT),
    "admissions.rank_applications": only("state_cohort", focal_point=OWN),
    "admissions.show_audience_mail": only("audience_mail", coordinator=OWN),
    "admissions.start_audience_mail": only("audience_mail", coordinator=(422, 404)),
    "admissions.write_audience_mail": only("cohort", coordinator=OWN),
    "admissions.retry_mail": only("mail", coordinator=SENT),
    "admissions.preview_selection": only("cohort", coordinator=OWN),
    "admissions.resend_invitation": only("invitation", focal_point=SENT, coordinator=SENT),
    "admissions.reopen_review": only("application_reader", coordinator=OWN),
    "admissions.release_decisions": only("cohort", coordinator=OWN),
    "admissions.remove_tag": only("application", form={"tag": "Known"}, coordinator=SENT),
    "admissions.save_filter": only("cohort", coordinator=OWN),
    "admissions.show_application": only("application", coordinator=OWN),
    "admissions.show_bulk": only("bulk_run", coordinator=OWN),
    "admissions.show_desk": only(focal_point=200),
    "admissions.show_export": only("export", coordinator=OWN),
    "admissions.show_import": only("import", focal_point=OWN),
    "admissions.show_invitation": everybody(OWN, "invitation_link"),
    "admissions.show_quotas": only("cohort", coordinator=OWN),
    "admissions.show_review": only("application", reviewer=OWN),
    "admissions.show_selection_run": only("selection_run", coordinator=OWN),
    "admissions.show_state_application": only("application", focal_point=OWN),
    "admissions.show_state_history": only("state_cohort", focal_point=OWN),
    "admissions.show_work": only(coordinator=200, administrator=200),
    "admissions.stage_decision": only("application", coordinator=OWN),
    "admissions.return_application": only("application", coordinator=OWN),
    "admissions.start_bulk": only("bulk_run", coordinator=SENT),
    "admissions.stage_selection": only("cohort", coordinator=(422, 404)),
    "admissions.start_review": only("application", coordinator=SENT),
    "admissions.undo_for_state": only("application", coordinator=SENT),
    "admissions.undo_endorsement": only("application", focal_point=SENT),
    "admissions.undo_selection": only("selection_run", coordinator=SENT),
    "admissions.unstage_all": only("cohort", coordinator=SENT),
    "admissions.unassign_reviewer": only("application_reader", coordinator=SENT),
    "admissions.unstage_decision": only("application", coordinator=SENT),
    "admissions.upload_nominees": only("state_cohort", focal_point=OWN),
    "admissions.withdraw_invitation": only("invitation", focal_point=OWN, coordinator=OWN),
}

APPLYING = {
    "admissions.add_entry": members(303, "draft", args={"key": "shops"}),
    "admissions.answer_consent": members(303, "draft", args={"purpose": "application"}, applicant=(200, 303)),
    "admissions.answer_guardian": everybody(OWN, "guardian"),
    "admissions.remove_entry": members(
        303, "draft", args={"key": "shops", "number": "1"}, applicant=(200, 303)
    ),
    "admissions.ask_question": everybody(OWN, "guardian"),
    "admissions.choose_guardian_locale": everybody(SENT, "guardian", form={"locale": "zh"}),
    "admissions.confirm_own_consent": members(404, "application", applicant=SENT),
    "admissions.deny_guardianship": everybody(OWN, "guardian"),
    "admissions.renew_guardian_link": everybody(SENT, "guardian"),
    "admissions.remove_file": members(303, "draft", args={"key": "diploma"}, form={"file": "DRAFTF22"}),
    "admissions.resend_guardian_link": members(404, "application", applicant=SENT),
    "admissions.resubmit_application": members(404, "application", applicant=SENT),
    "admissions.reuse_file": members(303, "draft", args={"key": "diploma"}, form={"file": "DRAFTF22"}),
    "admissions.save_answer": members(303, "draft", args={"key": "motivation"}, applicant=(200, 303)),
    "admissions.save_background": members(303, "draft", applicant=(200, 303)),
    "admissions.save_birth_and_sex": members(303, "draft", applicant=(200, 303)),
    "admissions.save_contact": members(303, "draft", applicant=(200, 303)),
    "admissions.save_countries": members(303, "draft", applicant=(200, 303)),
    "admissions.save_entries": members(303, "draft", args={"key": "shops"}, applicant=(200, 303)),
    "admissions.save_files": members(303, "draft", args={"key": "diploma"}, applicant=(200, 303)),
    "admissions.save_guardian": members(303, "draft", applicant=(200, 303)),
    "admissions.save_languages": members(303, "draft", applicant=(200, 303)),
    "admissions.save_names": members(303, "draft", applicant=(200, 303)),
    "admissions.save_state": members(303, "draft", applicant=(200, 303)),
    "admissions.show_own_application": members(404, "application", applicant=OWN),
    "admissions.show_receipt": members(404, "application", applicant=OWN),
    "admissions.note_form_change_seen": members(303, "draft"),
    "admissions.show_tasks": members(303, "draft", applicant=(200, 303)),
    "admissions.start_application": members(OWN, "published_cohort", applicant=SENT),
    "admissions.submit": members(303, "draft", applicant=(200, 303)),
    "admissions.withdraw_application": members(404, "application", applicant=OWN),
    "outcomes.withdraw_follow_up": members(404, "application", applicant=OWN),
    "enrolments.withdraw_as_guardian": everybody(SENT, "guardian"),
    "enrolments.withdraw_consent": members(
        404, "application", args={"purpose": "participation"}, applicant=OWN
    ),
    "web.list_consents": members(200),
    "enrolments.accept_offer": members(404, "offer", applicant=OWN),
    "enrolments.answer_offer": members(404, "offer", applicant=OWN),
    "enrolments.decline_offer": members(404, "offer", applicant=OWN),
    "web.show_my_page": members(200),
}
"""The applicant's own room: staff have one too, with nothing in it."""

ADMINISTRATION = {
    "web.create_organisation": only(administrator=200),
    "web.edit_organisation": only("organisation", administrator=OWN),
    "web.end_role": only("role", administrator=OWN),
    "web.end_sessions": only("user", administrator=OWN),
    "web.grant_role": only(administrator=200),
    "web.list_audit": only(administrator=200),
    "web.list_organisations": only(administrator=200),
    "web.list_roles": only(administrator=200),
    "web.list_users": only(administrator=200),
    "web.show_admin": only(administrator=200),
    "web.show_role": only("role", administrator=OWN),
    "web.show_user": only("user", administrator=OWN),
    "web.take_second_factor": only("user", administrator=OWN),
}
"""Here nothing is foreign to an administrator: the second status is for what does not exist."""

CATALOGUE = {
    "catalogue.add_result": only("programme", coordinator=OWN, administrator=200),
    "catalogue.add_target": only("programme", coordinator=OWN, administrator=200),
    "catalogue.change_programme_status": only(
        "programme", args={"step": "suspend"}, coordinator=OWN, administrator=200
    ),
    "catalogue.confirm_interest": everybody(SENT, "interest"),
    "catalogue.create_programme": only(administrator=200),
    "catalogue.edit_partners": only("programme", coordinator=OWN, administrator=200),
    "catalogue.edit_programme": only("programme", coordinator=OWN, administrator=200),
    "catalogue.edit_result": only("result", coordinator=OWN, administrator=200),
    "catalogue.edit_target": only("target", coordinator=OWN, administrator=200),
    "catalogue.edit_text": only("programme", args={"locale": "en"}, coordinator=OWN, administrator=200),
    "catalogue.forget_interest": everybody(SENT, "interest"),
    "catalogue.list_managed_programmes": only(coordinator=200, administrator=200),
    "catalogue.list_programmes": everybody(200),
    "catalogue.list_results": only("programme", coordinator=OWN, administrator=200),
    "catalogue.manage_programme": only("programme", coordinator=OWN, administrator=200),
    "catalogue.name_coordinator": only("programme", administrator=200),
    "catalogue.register_interest": everybody(OWN, "announced_programme"),
    "catalogue.remove_partner": only(
        "programme",
        form={"organisation": "fund", "role": "sponsor"},
        coordinator=SENT,
        administrator=SENT,  # The fund is no partner of the other programme.
    ),
    "catalogue.remove_result": only("result", coordinator=OWN, administrator=200),
    "catalogue.remove_target": only("target", coordinator=SENT, administrator=303),
    "catalogue.show_cohort": everybody(OWN, "published_cohort"),
    "catalogue.show_interest": everybody(OWN, "interest"),
    "catalogue.show_interest_asked": everybody(OWN, "announced_programme"),
    "catalogue.show_interest_forgotten": everybody(200),
    "catalogue.show_programme": everybody(OWN, "announced_programme"),
}

PLANNING = {
    "admissions.add_criterion": only("cohort", coordinator=OWN, administrator=200),
    "admissions.add_question": only("form", args={"kind": "choice"}, coordinator=OWN, administrator=200),
    "admissions.add_condition": only(
        "form_question", args={"kind": "questions"}, coordinator=OWN, administrator=200
    ),
    "admissions.remove_condition": only(
        "condition", args={"kind": "questions"}, coordinator=SENT, administrator=303
    ),
    "admissions.add_section": only("form", coordinator=OWN, administrator=200),
    "admissions.discard_form_draft": only("form", coordinator=OWN, administrator=200),
    "admissions.edit_question": only("form_question", coordinator=OWN, administrator=200),
    "admissions.edit_section": only("form_section", coordinator=OWN, administrator=200),
    "admissions.move_question": only("form_question", coordinator=SENT, administrator=303),
    "admissions.move_section": only("form_section", coordinator=SENT, administrator=303),
    "admissions.publish_form": only("form", coordinator=OWN, administrator=200),
    "admissions.remove_question": only("form_question", coordinator=OWN, administrator=200),
    "admissions.remove_section": only("form_section", coordinator=OWN, administrator=200),
    "admissions.try_form": only("form_version", coordinator=OWN, administrator=200),
    "admissions.show_form": only("cohort", coordinator=OWN, administrator=200),
    "admissions.start_form_draft": only(
        "cohort", form={"source": "standard"}, coordinator=SENT, administrator=303
    ),
    "admissions.change_cohort_status": only(
        "planned_cohort", args={"step": "publish"}, coordinator=OWN, administrator=200
    ),
    "admissions.create_cohort": only("programme", coordinator=OWN, administrator=200),
    "admissions.edit_conditions": only("cohort", coordinator=OWN, administrator=200),
    "admissions.edit_criterion": only("criterion", coordinator=OWN, administrator=200),
    "admissions.edit_dates": only("cohort", coordinator=OWN, administrator=200),
    "admissions.edit_selection": only("cohort", coordinator=OWN, administrator=200),
    "admissions.list_criteria": only("cohort", coordinator=OWN, administrator=200),
    "admissions.manage_cohort": only("cohort", coordinator=OWN, administrator=200),
    "admissions.move_criterion": only("criterion", coordinator=SENT, administrator=303),
    "admissions.preview_cohort": only("cohort", coordinator=OWN, administrator=200),
    "admissions.set_seat_dates": only("cohort", coordinator=OWN, administrator=200),
    "admissions.remove_criterion": only("criterion", coordinator=OWN, administrator=200),
    "admissions.set_quotas": only("cohort", coordinator=OWN, administrator=200),
}

COURSE = {
    "enrolments.cancel_cohort": only("cohort", coordinator=OWN, administrator=200),
    "enrolments.dismiss_duplicate": only("duplicate", coordinator=SENT),
    "enrolments.restore_duplicate": only("dismissal", coordinator=SENT),
    "enrolments.list_duplicates": only("programme", coordinator=OWN),
    "enrolments.list_participants": only("cohort", coordinator=OWN),
    "enrolments.mark_participants": only("cohort", coordinator=(422, 404)),
    "enrolments.merge_people": only("duplicate", coordinator=OWN),
    "enrolments.undo_merge": only("merge", coordinator=SENT),
    "outcomes.list_outcomes": only("cohort", coordinator=OWN),
    "outcomes.record_follow_up": only("enrolment", args={"wave": "exit"}, coordinator=OWN),
}

MESSAGES = {
    "messages.list_messages": members(200),
    "messages.show_message": members(OWN, "message"),
}

REPORTS = {
    "reports.download_live_report": only("programme", coordinator=OWN, administrator=200),
    "reports.download_release": only("release", coordinator=OWN, sponsor=OWN, administrator=200),
    "reports.make_release": only("programme", coordinator=OWN, administrator=200),
    "reports.show_live_report": only("programme", coordinator=OWN, administrator=200),
    "reports.show_release": only("release", coordinator=OWN, sponsor=OWN, administrator=200),
    "reports.show_sponsor_home": only(sponsor=200),
}

WEB = {
    "static": everybody(200, args={"filename": "js/page.js"}),
    "web.set_language": everybody(303, args={"locale": "ru"}),
    "web.show_health": everybody(200),
    "web.show_home": everybody(200),
    "web.show_start": members(303),
    "web.show_styleguide": everybody(200),
}

ACCESS = {
    **ACCOUNTS,
    **ADMINISTRATION,
    **ADMISSIONS,
    **APPLYING,
    **CATALOGUE,
    **PLANNING,
    **COURSE,
    **MESSAGES,
    **REPORTS,
    **WEB,
}
