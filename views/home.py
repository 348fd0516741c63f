"""The start page: what one can do, what is running, what waits."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from flask import Blueprint, current_app, redirect, render_template, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from peewee import fn

from dispatch import clock, rights
from dispatch.access import sessions
from dispatch.centre import activation as centre
from dispatch.centre import exercises, notices, readiness
from dispatch.onboarding import checklist, expiry
from dispatch.people import checks, lists
from dispatch.sending import drills, estimate, feedback, tallies, whom
from dispatch.sending.campaigns import READY_CHANNELS
from dispatch.words import CHANNELS, ORGANISATION_KINDS, USER_ROLES
from models import BEFORE_LAUNCH, Activation, Audit, Bin, Organisation, User
from views import (
    activations,
    control,
    guard,
    listed,
    lookups,
    message_templates,
    organisations,
    waiting,
    wording,
)

pages = Blueprint("home", __name__)
TEMPLATES_SHOWN = 6  # each has a key, 1 to 6
DRAFTS_SHOWN = 5
FINISHED_SHOWN = 4
EXERCISES_SHOWN = 3
STRIPS = 50  # requests looked at for the one that presses most


@pages.get("/")
@guard.signed_in
def index():
    now = clock.now()
    shown = _of_campaigns(now) if rights.may(current_user, "campaign.see") else {"sees_campaigns": False}
    return render_template(
        "home/index.html",
        h1=greeting(now),
        now=now,
        may_mend=(
            may_mend := rights.may(current_user, "bin.see") and rights.may(current_user, "member.change")
        ),
        mends=_to_mend() if may_mend else [],
        begin=_beginning() if may_mend else None,
        may_fill=rights.may(current_user, "activation.fill"),
        may_answer=rights.may(current_user, "activation.answer"),
        sees_activations=rights.may(current_user, "activation.see"),
        accounts=_accounts() if rights.may(current_user, "user.see") else [],
        unread=len(notices.waiting(current_user)) if rights.may(current_user, "promise.see") else 0,
        joining=_joining(now) if rights.may(current_user, "agreement.change") else None,
        may_invite=rights.may(current_user, "user.change"),
        ready=_ready(now),
        **(_of_centre(now) if rights.may(current_user, "activation.see") else {}),
        installation=_installation(now) if rights.may(current_user, "organisation.see") else None,
        **shown,
    )


def greeting(now: datetime) -> str:
    """By the clock of Brussels, and by the first name."""
    name, hour = current_user.name.split()[0], clock.local(now).hour
    if 6 <= hour < 12:
        return _("Good morning, %(name)s", name=name)
    return (
        _("Good afternoon, %(name)s", name=name)
        if 12 <= hour < 18
        else _("Good evening, %(name)s", name=name)  # at night too: "good night" is said on going to bed
    )


def _of_campaigns(now: datetime) -> dict:
    """What somebody who sees campaigns finds at the start, real or practice as the mode is."""
    mode = guard.is_practice()
    templates = message_templates.usable()
    underway = lookups.campaigns_seen(mode, "running", "paused")
    finished = lookups.campaigns_seen(mode, "done", "stopped")
    waiting = list(lookups.campaigns_seen(mode, *BEFORE_LAUNCH))
    return {
        "sees_campaigns": True,
        "may_write": rights.may(current_user, "campaign.compose"),
        "templates": [
            (template, message_templates.summary(template))
            for template in message_templates.on_keys(templates, TEMPLATES_SHOWN)
        ],
        "template_count": len(templates),
        "underway": [listed.row(campaign) for campaign in underway],
        "drafts": listed.drafts_among(waiting, DRAFTS_SHOWN),
        "handed": listed.handed_among(waiting),
        "feedback": [] if mode else feedback.owed(current_user),
        "to_approve": listed.to_approve(waiting),
        "finished": [listed.row(campaign) for campaign in islice(finished, FINISHED_SHOWN)],
        **_drill(now),
        "may_drill": rights.may(current_user, "drill.change"),
    }


def _of_centre(now: datetime) -> dict:
    """What runs at the contact centre, what waits there for this person, and which exercises come."""
    coming = [
        one
        for one in exercises.seen_by(current_user).limit(STRIPS)
        if not (one.is_over or one.status == "sent")
    ]
    return {
        "requests": activations.under_way(),
        "waits": waiting.of_reader(now),
        "coming": sorted(coming, key=lambda one: one.begins_at)[:EXERCISES_SHOWN],
        "exercise_state": lambda one: _(exercises.STATUSES[exercises.stage(one)]),
    }


def _drill(now: datetime) -> dict:
    """When this person last practised, how many seconds went from opening to sending, and whether that is faster."""
    practices = drills.practices_of(current_user, now)
    return {"drill": practices[0] if practices else None, "drill_trend": drills.trend(practices)}


def _beginning() -> dict | None:
    """How somebody begins who has nobody to send to yet: what is missing, and the door to it if it is theirs."""
    bins = list(rights.bins_of(current_user))
    if not bins:
        may_make = rights.may(current_user, "bin.create")
        said = _("Make the first BIN. Then import its list as you have it.")
        asked = _("You have no BIN yet. Ask the administrator of your organisation.")
        return {"said": said if may_make else asked, "url": url_for("bins.new") if may_make else ""}
    if any(whom.number_in(bins).values()):
        return None
    return {
        "said": _("There are no members yet. Import the list as you have it, or add them one by one."),
        "url": url_for("bins.index"),
    }


def _to_mend() -> list[dict]:
    """The BINs with numbers that no longer work, or people who cannot be reached at all."""
    bins = list(rights.bins_of(current_user))
    reach, waiting = lists.reach(bins), checks.number_waiting(bins)
    return [
        {"bin": bin, "said": said, "url": url}
        for bin in bins
        for said, url in _mends(bin, reach[bin.id], waiting[bin.id])
    ]


def _mends(bin: Bin, reach: lists.Reach, waiting: int) -> Iterator[tuple[str, str]]:
    """(what there is to do, where) in the list of a BIN."""
    upkeep = url_for("upkeep.show", id=bin.id)
    if waiting:
        yield ngettext("%(num)d member answered: decide", "%(num)d members answered: decide", waiting), upkeep
    if dead := reach.dead_numbers:
        yield ngettext("%(num)d number no longer works", "%(num)d numbers no longer work", dead), upkeep
    if dead := reach.dead_mailboxes:
        said = ngettext(
            "%(num)d e-mail address no longer works", "%(num)d e-mail addresses no longer work", dead
        )
        yield said, upkeep
    if silent := reach.none:
        said = ngettext(
            "%(num)d member cannot be reached at all", "%(num)d members cannot be reached at all", silent
        )
        yield said, url_for("bins.show", id=bin.id, missing="unreachable")


def _accounts() -> list[tuple[User, str, datetime | None]]:
    """Who has an account in this organisation: the person, the role, the last time they signed in."""
    signed_in = (Audit.organisation == current_user.organisation_id) & (Audit.deed == "user.signed_in")
    last = dict(Audit.select(Audit.by, fn.MAX(Audit.at)).where(signed_in).group_by(Audit.by).tuples())
    people = User.select().where(User.organisation == current_user.organisation_id, User.is_active)
    return [(who, _(USER_ROLES[who.role]), last.get(who.id)) for who in people.order_by(User.name)]


def _joining(now: datetime) -> dict:
    """What an administrator must know of agreements: what is still missing before anything may leave, and what ends."""
    here = current_user.organisation
    is_waiting = checklist.joins(here) and not here.is_ready and rights.may(current_user, "campaign.see")
    steps = checklist.steps(here, now) if is_waiting else []
    return {
        "missing": [step.missing.said_by(_) for step in steps if step.missing],
        "ending": organisations.worded(expiry.ending(here, now), now),
    }


def _ready(now: datetime) -> dict[str, int] | None:
    """How much of a municipality's preparation is in order, for those who see it."""
    here = current_user.organisation
    if here.kind != "municipality" or not rights.may(current_user, "promise.see"):
        return None
    found = readiness.of(here, now)
    return {"done": found.done, "all": found.total}


def _installation(now: datetime) -> dict:
    """What whoever looks after the installation finds: the organisations, and by which road each channel leaves."""
    roads = current_app.extensions["roads"]
    number = fn.COUNT(User.id)
    active = (User.organisation == Organisation.id) & User.is_active
    found = Organisation.select(Organisation, number.alias("accounts")).left_outer_join(User, on=active)
    shown = list(found.group_by(Organisation.id).order_by(Organisation.name))
    return {
        "is_new": len(shown) == 1 and rights.may(current_user, "organisation.change"),
        "organisations": [
            (one.name, wording.capital(_(ORGANISATION_KINDS[one.kind])), one.accounts, one.id)
            for one in shown
        ],
        "roads": [
            (
                wording.capital(_(CHANNELS[channel])),
                roads.choose(channel, is_practice=False, now=now).name.removesuffix(f":{channel}"),
            )
            for channel in READY_CHANNELS
        ],
    }


@pages.post("/practice")
@guard.signed_in
def enter_practice():
    sessions.practise(session.get("sign_in", ""), True)
    return redirect(url_for("home.index"), 303)


@pages.post("/practice/end")
@guard.signed_in
def leave_practice():
    sessions.practise(session.get("sign_in", ""), False)
    return redirect(url_for("home.index"), 303)


def live_strip() -> dict | None:
    """The real campaigns that are underway now, shown on every page of those who may see them."""
    if not rights.may(current_user, "campaign.see") or guard.is_practice():
        return None
    underway = list(lookups.campaigns_seen(False, "running", "paused"))
    if not underway:
        return None
    counts = [estimate.together(tallies.counts(campaign)) for campaign in underway]
    now = clock.now()
    waits = any(control.waits(*one, now) for one in zip(underway, counts, strict=True))
    is_one = len(underway) == 1
    return {
        "name": ", ".join(campaign.name for campaign in underway),
        "accepted": sum(row["accepted"] + row["delivered"] for row in counts),
        "total": sum(sum(row.values()) for row in counts),
        "waits": waits,
        "may_stop": any(rights.may(current_user, rights.CONTROL, campaign) for campaign in underway),
        "url": url_for("campaigns.show", id=underway[0].id) if is_one else url_for("campaigns.index"),
    }


def clock_strip() -> dict | None:
    """The request of which the promise runs out first, on every page of both its sides once half of it is gone."""
    if not rights.may(current_user, "activation.see") or guard.is_practice():
        return None
    now = clock.now()
    waiting = centre.seen_by(current_user).where(
        Activation.status.in_(("requested", "acknowledged")), ~Activation.is_practice
    )
    clocks = [(centre.clock_of(one, now), one) for one in waiting.limit(STRIPS)]
    pressing = [pair for pair in clocks if pair[0] and pair[0].css]
    if not pressing:
        return None
    promise, one = min(pressing, key=lambda pair: pair[0].due_at)
    minutes, name = promise.left_seconds // 60, one.municipality.name
    late = ngettext(
        "%(name)s: the number should have been open %(num)d minute ago",
        "%(name)s: the number should have been open %(num)d minutes ago",
        -minutes,
        name=name,
    )
    left = ngettext(
        "%(name)s: %(num)d minute left to open the number",
        "%(name)s: %(num)d minutes left to open the number",
        minutes,
        name=name,
    )
    url = url_for("activations.show", id=one.id)
    return {"said": late if promise.left_seconds < 0 else left, "url": url, "css": promise.css}
