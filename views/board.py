"""The board: the clock, the calls, who sits there and who is needed, live, as both sides see it; and the wall."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from dispatch import clock, rights
from dispatch.centre import activation as centre
from dispatch.centre import board as gathered
from dispatch.centre import floor, pictures, reinforcements, relief, scale_up
from dispatch.centre.board import Board
from dispatch.words import LANGUAGE_NAMES
from models import Activation, Emergency, database
from views import costs, guard, lookups, sheet_page
from views.render import duration, hour, locale, mood_look

pages = Blueprint("board", __name__)

KEPT_FOR = timedelta(seconds=1)
MOST_KEPT = 200


@pages.get("/board")
@guard.needs("activation.see")
def index():
    """The board of what runs now: of the real emergency that began last, before any exercise."""
    running = floor.running(current_user)
    if not running:
        return render_template("board/empty.html")
    return _page(running[0])


@pages.get("/emergencies/<int:id>/board")
@guard.needs("activation.see")
def show(id: int):
    return _page(lookups.emergency_of(id))


def _page(emergency: Emergency):
    running = floor.running(current_user)
    tabs = [
        {
            "label": _tab(one, running),
            "url": url_for("board.show", id=one.id),
            "is_current": one.id == emergency.id,
        }
        for one in running
    ]
    return render_template(
        "board/show.html",
        **sheet_page.mood(emergency),
        tabs=tabs if len(tabs) > 1 else [],
        totals=[costs.total_of(one) for one in _seen(emergency) if not one.awaits_opening],
        **_shown(emergency) | sheet_page.shown(emergency),
    )


def _tab(one: Emergency, running: list[Emergency]) -> str:
    """The name of an emergency; beside an exercise it says which is which."""
    are_mixed = len({other.is_practice for other in running}) > 1
    return f"{one.name} ({mood_look(one.is_practice).label})" if are_mixed else one.name


def _seen(emergency: Emergency) -> list[Activation]:
    seen = {one.id for one in centre.seen_by(current_user).limit(200)}
    return [one for one in floor.activations_of(emergency) if one.id in seen]


@pages.get("/emergencies/<int:id>/board/live")
@guard.needs("activation.see")
def live(id: int):
    """What changes on the board; nothing at all while the page shows it already."""
    return _changed(id, "board/_floor.html")


@pages.get("/emergencies/<int:id>/wall")
@guard.needs("activation.see")
def wall(id: int):
    emergency = lookups.emergency_of(id)
    return render_template("board/wall.html", **sheet_page.mood(emergency), **_shown(emergency))


@pages.get("/emergencies/<int:id>/wall/live")
@guard.needs("activation.see")
def wall_live(id: int):
    return _changed(id, "board/_wall.html")


# ── Forty who ask every five seconds ────────────────────────────────────


class Kept:
    """What was made for one reader and serves the next who asks within a second."""

    def __init__(self):
        self._made: dict[tuple, tuple[datetime, str]] = {}

    def get(self, key: tuple, now: datetime, make: Callable[[], str]) -> str:
        found = self._made.get(key)
        if found and found[0] <= now < found[0] + KEPT_FOR:
            return found[1]
        if len(self._made) >= MOST_KEPT:
            self._made.clear()
        made = make()
        self._made[key] = (now, made)
        return made


_kept = Kept()


def _changed(id: int, template: str):
    emergency, now = lookups.emergency_of(id), clock.now()
    store = database.obj.database
    version = _kept.get((store, id), now, lambda: gathered.version(emergency, now))
    if request.args.get("version") == version:
        return "", 204
    # No form and no name of the reader stands in it: all of one house with one language read the same.
    reader = (current_user.organisation_id, current_user.language, current_user.role, guard.is_practice())
    return _kept.get(
        (store, id, template, *reader), now, lambda: render_template(template, **_shown(emergency))
    )


# ── What it shows ───────────────────────────────────────────────────────


def _shown(emergency: Emergency) -> dict:
    now, lang = clock.now(), str(locale())
    shown = gathered.of(emergency, now)
    asked = shown.asked
    return {
        "emergency": emergency,
        "board": shown,
        "now": now,
        "version": gathered.version(emergency, now),
        "is_live": emergency.ended_at is None,
        "faces": _faces(emergency, now),
        "calls_chart": pictures.board_calls(shown, lang),
        "staff_chart": pictures.board_staff(shown, lang),
        "rows": list(zip(shown.stretches, shown.needed, map(round, shown.there), strict=True)),
        "effects": [sentence.said_by(_) for sentence in shown.effects],
        "advice": _advice(shown),
        "asked": asked and _asked(asked, now),
        "languages": [(_(LANGUAGE_NAMES[one.language]), one) for one in shown.languages],
        "relief_at": relief.due(emergency, now) if rights.may(current_user, "call.take") else None,
        "supervises": floor.is_supervised_by(current_user, emergency),
        "wait": _wait(shown),
        "publishes": rights.may(current_user, "sheet.change"),
    }


def _faces(emergency: Emergency, now: datetime) -> list[dict]:
    """The clock of each request: for the centre of all that run, for the others of those that they see."""
    seen = {one.id for one in centre.seen_by(current_user).limit(200)}
    mine = [one for one in floor.activations_of(emergency) if one.id in seen]
    others = []
    if current_user.organisation.kind == "contact_centre":
        running = [one for one in floor.running(current_user) if one.id != emergency.id]
        others = [one for other in running for one in floor.activations_of(other) if not one.is_over]
    return [
        {
            "activation": one,
            "clock": centre.clock_of(one, now),
            "title": f"{one.municipality.name}, {one.form.get('emergency', '')}",
            "operators": one.form.get("operators") or one.agreement.operators,
            "hours": one.form.get("opening_hours") if one.form.get("arrangement") == "special" else "",
            "led": sheet_page.led_words(one, now),
            "closes": sheet_page.closing_words(one, now),
            "url": url_for("activations.show", id=one.id),
        }
        for one in sorted((*mine, *others), key=lambda one: one.is_practice)
    ]


def _advice(shown: Board) -> dict:
    advice = shown.advice
    facts = {"there": advice.present, "needed": advice.needed, "hour": hour(advice.by)}
    return {
        "short": advice.short,
        "title": ngettext("%(num)d operator short", "%(num)d operators short", advice.short),
        "there": _("%(there)s at D5, %(needed)s needed at %(hour)s.", **facts),
        "then": " ".join(_then(shown)),
        "ask": ngettext("Ask for %(num)d more", "Ask for %(num)d more", advice.short),
        "expected": round(advice.calls_per_hour),
        "seconds": round(advice.seconds_per_call),
        "is_measured": advice.is_measured,
    }


def _then(shown: Board) -> Iterator[str]:
    """What happens if nothing changes."""
    advice = shown.advice
    is_unanswered = not advice.present and shown.emergency.ended_at is None
    if is_unanswered and shown.desks["d2"]:
        yield _("Only the D2 desk is manned: whoever calls is not answered.")
    elif is_unanswered:
        yield _("Nobody sits at a telephone: whoever calls is not answered.")
    if advice.grows and advice.calls_per_hour:
        yield _(
            "If nothing changes, %(number)s callers more wait every quarter hour.", number=advice.queue_after
        )
    elif not advice.grows:
        yield _(
            "If nothing changes, at %(hour)s %(share)s %% are answered within 20 s, after %(wait)s on average.",
            hour=hour(advice.by),
            share=round(advice.in_time * 100),
            wait=duration(advice.wait_seconds) if advice.wait_seconds >= 1 else _("less than a second"),
        )


def _asked(asked, now: datetime) -> dict:
    return {
        "title": ngettext("%(num)d operator asked", "%(num)d operators asked", asked.operators),
        "words": _(
            "Asked at %(hour)s. %(house)s has not answered yet.",
            hour=hour(asked.asked_at),
            house=scale_up.bearer_at(asked.activation, now).name,
        ),
        "may_decide": reinforcements.may_decide(current_user, asked, now),
    }


def _wait(shown: Board) -> tuple[str, str]:
    """The longest wait that the exchange told of, or what is to be expected where it tells nothing."""
    if shown.longest_seconds is not None:
        return _("longest wait, last count"), duration(shown.longest_seconds)
    if shown.advice.grows:
        return _("wait, reckoned"), _("grows")
    return _("wait, reckoned"), duration(round(shown.advice.wait_seconds))
