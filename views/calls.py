"""Calls: noted with a digit and Enter by whoever sits at the telephone, counted for everybody, read from the exchange."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import clock
from dispatch.centre import calls, exchange, floor, presence, statistics
from dispatch.errors import Incomplete, Refusal, WrongMoment
from dispatch.words import LANGUAGE_NAMES
from models import Call, Emergency, Presence
from views import guard, lookups, sheet_page

pages = Blueprint("calls", __name__)

KEYS = (
    ("s", _l("silent call")),
    ("a", _l("abusive call")),
    ("w", _l("wrong number")),
    ("p", _l("press")),
    ("r", _l("relatives, to the D2 desk")),
    ("l", _l("relatives, to the second line")),
)
AT_D2 = {"r": _l("relatives, at this desk")}
LANGUAGE = "call_language"
LABELS = {"code": _l("Key"), "topics": _l("Topics"), "file": _l("File")}


@pages.get("/calls")
@guard.needs("call.take")
def index():
    """To the emergency where this person sits, else to the one that began last."""
    seat = presence.seat_of(current_user)
    running = floor.running(current_user)
    if not seat and not running:
        return render_template("calls/empty.html")
    return redirect(url_for(".show", id=seat.emergency_id if seat else running[0].id))


# ── Noting ──────────────────────────────────────────────────────────────


@pages.get("/emergencies/<int:id>/calls")
@guard.needs("call.take")
def show(id: int):
    return _page(lookups.emergency_of(id))


@pages.post("/emergencies/<int:id>/calls")
@guard.needs("call.take")
def note(id: int):
    emergency, now = lookups.floor_of(id), clock.now()
    typed = request.form.to_dict()
    typed["code"] = typed.get("pressed") or typed.get("code", "")
    seat = presence.seat_of(current_user, emergency)
    if typed.get("language") in LANGUAGE_NAMES:
        session[LANGUAGE] = typed["language"]
    try:
        noted = calls.read(
            emergency,
            typed,
            language=_language(),
            desk=seat.desk if seat else "d5",
        )
        call = calls.note(emergency, noted, by=current_user, now=now)
        if call.handed_to:
            return redirect(url_for("victims.index", id=id, call=call.id), 303)
    except Incomplete as refusal:
        return _page(emergency, refusal.faults), 422
    except WrongMoment as refusal:
        flash(refusal.sentence.said_by(_), "warn")
    return redirect(url_for(".show", id=id), 303)


@pages.get("/emergencies/<int:id>/calls/news")
@guard.needs("call.take")
def news(id: int):
    """What the sheet says since this person looked; nothing while the page shows that already."""
    told = sheet_page.news(lookups.emergency_of(id))
    if told["news_polls"] and request.args.get("held") == told["news_held"]:
        return "", 204
    return render_template("calls/_news.html", **told)


@pages.post("/emergencies/<int:id>/calls/undo")
@guard.needs("call.take")
def undo(id: int):
    emergency = lookups.floor_of(id)
    call = request.form.get("call", "")
    try:
        number = int(call) if call.isascii() and call.isdigit() and len(call) <= 18 else 0
        calls.undo(emergency, number, by=current_user, now=clock.now())
        flash(_("The call was taken back."))
    except WrongMoment as refusal:
        flash(refusal.sentence.said_by(_), "warn")
    return redirect(url_for(".show", id=id), 303)


def _language() -> str:
    """The language that was chosen beside the keys; one that was typed behind a key holds for that call alone."""
    return session.get(LANGUAGE) or current_user.language


def _keys(emergency: Emergency, seat: Presence | None) -> list[tuple]:
    """The letters that can be pressed at this desk, with what each notes."""
    names = dict(KEYS) | (AT_D2 if seat and seat.desk == "d2" else {})
    return [(key, names[key]) for key in calls.letters_of(emergency)]


def _page(emergency: Emergency, faults: dict | None = None) -> str:
    now, seat = clock.now(), presence.seat_of(current_user, emergency)
    latest = calls.latest_of(emergency, current_user)
    towns = calls.towns_of(emergency)
    last = latest[0] if latest else None
    told = {name: sentence.said_by(_) for name, sentence in (faults or {}).items()}
    return render_template(
        "calls/show.html",
        **sheet_page.mood(emergency),
        **sheet_page.news(emergency),
        seat=seat,
        closes=sheet_page.closes(emergency, now),
        topics=[
            (number, calls.topic_name(topic, _)) for number, topic in enumerate(calls.topics_of(emergency), 1)
        ],
        keys=_keys(emergency, seat),
        languages=[(code, _(name)) for code, name in LANGUAGE_NAMES.items()],
        typed=request.form,
        chosen_language=_language(),
        towns=[("", _("not said"))] + [(town.id, town.name) for town in towns] if len(towns) > 1 else [],
        chosen_town=request.form.get("municipality") or (last.municipality_id if last else "") or "",
        latest=[_row(call) for call in latest],
        undoable=last if last and last.at >= now - calls.UNDOABLE else None,
        is_over=emergency.ended_at is not None,
        supervises=floor.is_supervised_by(current_user, emergency),
        mine=statistics.noted_by(emergency, statistics.quarter_of(now)).get(current_user.id, 0),
        faults=told,
        summary=[(name, LABELS[name], said) for name, said in told.items()],
        now=now,
    )


def _row(call: Call) -> dict:
    words = calls.topic_name(call.topic, _) if call.topic else _(calls.KIND_NAMES[call.kind])
    soft = [_(LANGUAGE_NAMES[call.language]), call.place]
    soft += [_(calls.HANDED_NAMES[call.handed_to])] if call.handed_to else []
    return {"at": call.at, "title": words, "soft": ", ".join(part for part in soft if part)}


# ── Counted ─────────────────────────────────────────────────────────────


@pages.get("/emergencies/<int:id>/figures")
@guard.needs("activation.see")
def figures(id: int):
    """All calls of an emergency by quarter hour, topic, language, kind and place."""
    emergency, now = lookups.emergency_of(id), clock.now()
    towns = {town.id: town.name for town in calls.towns_of(emergency)}
    by_town = statistics.by_municipality(emergency)
    quarters: dict = {}
    for at, kind, number in statistics.per_quarter(emergency, emergency.began_at, now):
        quarters.setdefault(at, dict.fromkeys(calls.KIND_NAMES, 0))[kind] = number
    counted = {row.begins_at: row for row in emergency.quarters}
    return render_template(
        "calls/figures.html",
        **sheet_page.mood(emergency),
        emergency=emergency,
        total=statistics.total(emergency),
        tables=[
            (_("By kind"), [(_(calls.KIND_NAMES[k]), n) for k, n in statistics.by_kind(emergency).items()]),
            (_("By topic"), [(_topic(t), n) for t, n in statistics.by_topic(emergency)]),
            (
                _("By language"),
                [(_(LANGUAGE_NAMES[k]), n) for k, n in statistics.by_language(emergency).items()],
            ),
            (
                _("Passed on"),
                [(_(calls.HANDED_NAMES[k]), n) for k, n in statistics.handed(emergency).items()],
            ),
            (_("By municipality"), [(towns.get(k, _("not said")), n) for k, n in by_town.items()]),
            (_("By place"), statistics.by_place(emergency)),
        ],
        kinds=[_(name) for name in calls.KIND_NAMES.values()],
        quarters=[
            (at, list(quarters.get(at, dict.fromkeys(calls.KIND_NAMES, 0)).values()), counted.get(at))
            for at in sorted({*quarters, *counted}, reverse=True)
        ],
        now=now,
    )


def _topic(topic: str) -> str:
    return calls.topic_name(topic, _) or _("about none of the topics")


# ── The telephone exchange, the topics ──────────────────────────────────


@pages.get("/emergencies/<int:id>/quarters")
@guard.needs("activation.answer")
def quarters(id: int):
    return _exchange(lookups.emergency_of(id))


@pages.post("/emergencies/<int:id>/quarters")
@guard.needs("activation.answer")
def upload(id: int):
    """Says what became of every row of the file."""
    emergency = lookups.floor_of(id)
    file = request.files.get("file")
    content = file.read() if file else b""
    if not content:
        return _exchange(emergency, {"file": _("Choose the file of the telephone exchange first.")}), 422
    try:
        arrival = exchange.upload(emergency, content, file.filename or "", by=current_user, now=clock.now())
    except Refusal as refusal:
        return _exchange(emergency, {"file": refusal.sentence.said_by(_)}), 422
    return _exchange(emergency, arrival=arrival)


def _exchange(emergency: Emergency, faults: dict | None = None, arrival: exchange.Arrival | None = None):
    faults = faults or {}
    return render_template(
        "calls/exchange.html",
        **sheet_page.mood(emergency),
        emergency=emergency,
        latest=exchange.latest(emergency),
        arrival=arrival,
        left_out=[(row, sentence.said_by(_)) for row, sentence in arrival.faults] if arrival else [],
        faults=faults,
        summary=[(name, LABELS[name], said) for name, said in faults.items()],
        now=clock.now(),
    )


@pages.get("/emergencies/<int:id>/topics")
@guard.needs("activation.answer")
def topics(id: int):
    return _topics(lookups.emergency_of(id))


@pages.post("/emergencies/<int:id>/topics")
@guard.needs("activation.answer")
def choose_topics(id: int):
    emergency = lookups.floor_of(id)
    lines = request.form.get("topics", "")
    try:
        calls.choose_topics(emergency, lines, by=current_user, now=clock.now(), gettext=_)
    except Incomplete as refusal:
        return _topics(emergency, refusal.faults), 422
    flash(_("The topics are changed, on every screen."), "done")
    return redirect(url_for(".show", id=id), 303)


def _topics(emergency: Emergency, faults: dict | None = None) -> str:
    told = {name: sentence.said_by(_) for name, sentence in (faults or {}).items()}
    lines = "\n".join(calls.topic_name(topic, _) for topic in calls.topics_of(emergency))
    return render_template(
        "calls/topics.html",
        **sheet_page.mood(emergency),
        emergency=emergency,
        lines=request.form.get("topics", lines),
        faults=told,
        summary=[(name, LABELS[name], said) for name, said in told.items()],
    )
