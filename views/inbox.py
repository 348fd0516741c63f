"""What members sent back by text message: to read, and to mark once somebody did something with it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock, rights
from dispatch.errors import WrongMoment
from dispatch.people import numbers
from dispatch.sending import inbound
from dispatch.words import N_
from models import Inbound
from views import guard, lookups, render

pages = Blueprint("inbox", __name__)
AT_ONCE = 50
KINDS = {"stop": N_("wants no more news"), "start": N_("wants news again"), "yes": N_("confirms")}


@pages.get("/inbox")
@guard.needs("campaign.launch", "organisation.see")
def index():
    """Those that wait, oldest first; or those that are handled, newest first."""
    is_handled = request.args.get("show") == "handled"
    found = inbound.of(current_user).where(Inbound.handled_at.is_null(not is_handled))
    number = max(1, request.args.get("page", 1, type=int))
    count, order = found.count(), Inbound.id.desc() if is_handled else Inbound.id
    return render_template(
        "inbox/index.html",
        now=clock.now(),
        rows=[_row(one) for one in found.order_by(order).paginate(number, AT_ONCE)],
        is_handled=is_handled,
        is_platform=current_user.organisation.kind == "platform",
        tabs=[
            _tab(_("To read"), inbound.unread(current_user), "", not is_handled),
            _tab(_("Handled"), None, "handled", is_handled),
        ],
        page_number=number,
        page_count=-(-count // AT_ONCE),
        page_url=lambda page: url_for("inbox.index", page=page, show="handled" if is_handled else None),
    )


def _tab(label: str, number: int | None, show: str, is_current: bool) -> dict:
    label = label if number is None else f"{label} ({render.number(number)})"
    return {"label": label, "url": url_for("inbox.index", show=show or None), "is_current": is_current}


def _row(reply: Inbound) -> dict:
    campaign = reply.campaign
    return {
        "reply": reply,
        "who": reply.member.name if reply.member else _("Nobody knows this number"),
        "number": numbers.national(reply.number),
        "asks": _(KINDS[reply.kind]) if reply.kind in KINDS and reply.handled_at else "",
        "campaign": campaign,
        "campaign_url": campaign
        and rights.sees_campaign(current_user, campaign)
        and url_for("campaigns.show", id=campaign.id),
    }


@pages.post("/inbox/<int:id>/handled")
@guard.needs("campaign.launch", "organisation.see")
def handle(id: int):
    reply = lookups.reply_of(id)
    try:
        inbound.handle(reply, by=current_user, now=clock.now())
    except WrongMoment as refusal:
        flash(refusal.sentence.said_by(_), "warn")
    return redirect(url_for("inbox.index"), 303)
