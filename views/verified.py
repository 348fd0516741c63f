"""The numbers and links that somebody verified: what stands in a text and not here is ticked off by who approves."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock, rights
from dispatch.errors import Refusal
from dispatch.sending import contacts
from models import Organisation, VerifiedContact
from views import guard

pages = Blueprint("verified", __name__)


@pages.get("/verified")
@guard.needs("campaign.see")
def index():
    return render_template("verified/index.html", **_verified())


def _here() -> Organisation:
    return Organisation.get_by_id(current_user.organisation_id)


def _verified(typed: str = "", error: str | None = None) -> dict:
    return {
        "listed": list(contacts.list_of(current_user.organisation_id)),
        "may_verify": rights.may(current_user, "contact.verify"),
        "typed": typed,
        "error": error,
        "now": clock.now(),
    }


@pages.post("/verified")
@guard.needs("contact.verify")
def verify():
    typed = request.form.get("value", "")
    try:
        contacts.verify(_here(), typed, by=current_user, now=clock.now())
    except Refusal as refusal:
        page = _verified(typed, refusal.sentence.said_by(_))
        return render_template("verified/index.html", **page), 422
    return redirect(url_for("verified.index"), 303)


@pages.post("/verified/<int:id>/forget")
@guard.needs("contact.verify")
def forget(id: int):
    here = VerifiedContact.organisation == current_user.organisation_id
    contact = VerifiedContact.get_or_none(VerifiedContact.id == id, here) or abort(404)
    contacts.forget(contact, by=current_user, now=clock.now())
    return redirect(url_for("verified.index"), 303)
