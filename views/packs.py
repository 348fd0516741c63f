"""The emergency pack of an organisation: as it is now, and as it was on the nights that are kept."""

from datetime import date
from io import BytesIO

from flask import Blueprint, abort, current_app, render_template, send_file
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock
from dispatch.operation import packs
from views import guard

pages = Blueprint("packs", __name__)


@pages.get("/emergency-pack")
@guard.needs("agreement.change")
def index():
    _demand()
    folders = current_app.extensions["jobs"].folders
    return render_template(
        "packs/index.html",
        days=packs.kept(folders, current_user.organisation),
        has_folder=folders.first is not None,
        is_zone=current_user.organisation.kind == "police_zone",
    )


@pages.post("/emergency-pack")
@guard.needs("agreement.change")
def take():
    jobs = current_app.extensions["jobs"]
    now = clock.now()
    content = packs.take(jobs.folders, jobs.numbers, by=current_user._get_current_object(), now=now)
    return _file(content, clock.local(now).date())


@pages.get("/emergency-pack/<day>")
@guard.needs("agreement.change")
def kept(day: str):
    _demand()
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        abort(404)
    folders = current_app.extensions["jobs"].folders
    content = packs.take_kept(folders, wanted, by=current_user._get_current_object(), now=clock.now())
    return _file(content, wanted)


def _demand() -> None:
    if not packs.may_have(current_user):
        abort(403)


def _file(content: bytes, day: date):
    name = f"{_('Emergency pack')} {day}.pdf"
    return send_file(BytesIO(content), "application/pdf", as_attachment=True, download_name=name)
