"""A programme's texts, one language beside another."""

from dataclasses import asdict
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from registry.access.permissions import Permission
from registry.access.web import current_actor, requires
from registry.catalogue import operations
from registry.catalogue.forms.programmes import TextForm
from registry.catalogue.operations.programmes import text_of
from registry.catalogue.queries import managing as queries
from registry.catalogue.rules import list_completeness
from registry.catalogue.views.blueprint import bp
from registry.catalogue.views.managing import programme_context
from registry.core.errors import RegistryError
from registry.core.i18n import LOCALES, _
from registry.core.transaction import transaction


@bp.route("/manage/programmes/<slug>/texts/<locale>", methods=["GET", "POST"])
@requires(Permission.PROGRAMME_EDIT)
def edit_text(slug: str, locale: str) -> Any:
    """Title, summary and description in one language, beside another one. The preview saves nothing."""
    if locale not in LOCALES:
        abort(404)
    programme = queries.get_managed_programme(slug, actor=current_actor)
    texts = {each.locale: each for each in programme.translations}
    text = texts.get(locale)
    form = TextForm(data=asdict(text_of(text)), stored_version=text.version if text else 0)
    is_preview = request.method == "POST" and request.form.get("action") == "preview"
    if form.validate_on_submit() and not is_preview:
        try:
            with transaction():
                programme = queries.get_managed_programme(slug, actor=current_actor)
                operations.edit_text(
                    programme, locale, form.text, version=form.version.data, actor=current_actor
                )
        except RegistryError as error:
            form.show(error)
        else:
            flash(_("The texts were saved."))
            return redirect(url_for(".edit_text", slug=slug, locale=locale), 303)
        programme = queries.get_managed_programme(slug, actor=current_actor)
        texts = {each.locale: each for each in programme.translations}
        text = texts.get(locale)
    if form.is_stale:
        form.renew(text.version if text else 0, asdict(text_of(text)))
    beside = _choose_beside(locale, set(texts))
    return render_template(
        "catalogue/edit_text.html",
        form=form,
        locale=locale,
        languages=LOCALES,
        complete=list_completeness(programme),
        beside=beside,
        beside_text=texts.get(beside),
        is_preview=is_preview and not form.errors,
        **programme_context(programme),
    ), form.http_status


def _choose_beside(locale: str, filled: set[str]) -> str:
    """The language to read while writing: the one asked for, else the first other one with texts."""
    asked = request.args.get("beside", "")
    if asked in LOCALES and asked != locale:
        return asked
    others = [each for each in LOCALES if each != locale]
    return next((each for each in others if each in filled), others[0])
