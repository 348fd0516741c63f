"""The liaison officer's desk: questions with clocks, what is being typed, what rises, what contradicts, what must be checked."""

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock
from dispatch.centre import (
    calls,
    drafts,
    facts,
    floor,
    lines,
    questions,
    radar,
    scale_up,
    search,
    sheet,
    situations,
)
from dispatch.errors import Incomplete, WrongMoment
from dispatch.words import LANGUAGE_NAMES
from models import Emergency, EntryDraft, EntryVersion, Question
from views import contradictions, draft_page, guard, lookups, sheet_page, waiting
from views.render import when

pages = Blueprint("liaison", __name__)


@pages.get("/emergencies/<int:id>/desk")
@guard.needs("sheet.change")
def show(id: int):
    emergency, now = lookups.emergency_of(id), clock.now()
    stands = lines.shown(
        emergency, sheet_page.spoken(), since=emergency.sheet_version, now=now, with_waiting=True
    )
    return render_template(
        "liaison/show.html",
        **_waiting(emergency) | _radar(emergency) | sheet_page.readers(emergency),
        **sheet_page.mood(emergency),
        drafts=[draft_page.row(draft, now) for draft in drafts.mine(emergency, current_user)],
        contradictions=contradictions.worded(emergency, now),
        left=facts.settled(emergency),
        situations=[_situation(emergency, one, now) for one in sheet_page.told_situations(emergency, now)],
        rows=[_row(emergency, line, now) for line in sorted(stands, key=_is_in_order)],
        inquiries=waiting.inquiries_of(emergency, now),
        may_change=not emergency.ended_at and sheet.may_change(current_user, emergency, now),
        carriers=_carriers(emergency, now),
    )


def _carriers(emergency: Emergency, now) -> str:
    """Who decides what callers are told, where this reader only watches; "" where they decide themselves."""
    if emergency.ended_at or sheet.may_change(current_user, emergency, now):
        return ""
    houses = [scale_up.bearer_at(one, now).name for one in floor.activations_of(emergency)]
    return ", ".join(dict.fromkeys(houses))


def _is_in_order(line: lines.Line) -> bool:
    """What has to be looked at comes first."""
    return not (line.is_expired or line.version.stale)


def _row(emergency: Emergency, line: lines.Line, now) -> dict:
    mine = sheet.may_change(current_user, emergency, now, line.entry.municipality_id)
    return sheet_page.worded(line, now) | {"may_change": mine and not line.is_gone and not emergency.ended_at}


def _situation(emergency: Emergency, told: dict, now) -> dict:
    mine = sheet.may_change(current_user, emergency, now, told["activation"].municipality_id)
    return told | {"may_change": mine and not emergency.ended_at}


def _waiting(emergency: Emergency) -> dict:
    now = clock.now()
    return {
        "emergency": emergency,
        "waiting": questions.waiting(emergency, now),
        "closed": questions.closed_lately(emergency, now),
        "is_live": not emergency.ended_at,
        "may_answer": sheet.may_change(current_user, emergency, now),
    }


def _radar(emergency: Emergency) -> dict:
    seen = radar.seen(emergency, clock.now())
    worded = [one._replace(name=calls.topic_name(one.name, _)) for one in seen]
    return {"topics": worded, "radar_is_live": not emergency.ended_at}


@pages.get("/emergencies/<int:id>/desk/questions")
@guard.needs("sheet.change")
def open_questions(id: int):
    return render_template("liaison/_questions.html", **_waiting(lookups.emergency_of(id)))


@pages.get("/emergencies/<int:id>/desk/radar")
@guard.needs("sheet.change")
def rising(id: int):
    emergency = lookups.emergency_of(id)
    return render_template("liaison/_radar.html", **_radar(emergency), emergency=emergency)


@pages.post("/emergencies/<int:id>/desk/settled")
@guard.needs("sheet.change")
def settle(id: int):
    emergency = sheet_page.keep_apart(lookups.emergency_of(id))
    known = {one.key: one for one in contradictions.worded(emergency, clock.now())}
    one = known.get(request.form.get("key", ""))
    if one:
        where = (one.place, one.fact_kind, one.value)
        facts.settle(emergency, *where, by=current_user, now=clock.now())
        flash(_("Noted: it is right there. It is not shown again."))
    return _to_desk(id, "contradictions")


# ── Drafts ──────────────────────────────────────────────────────────────


@pages.post("/emergencies/<int:id>/sheet/new")
@guard.needs("sheet.change")
def new(id: int):
    emergency = sheet_page.keep_apart(lookups.emergency_of(id))
    sheet.demand(current_user, emergency, clock.now())
    return _to_draft(drafts.open_new(emergency, by=current_user, now=clock.now()))


@pages.post("/activations/<int:id>/situation")
@guard.needs("sheet.change")
def rewrite(id: int):
    """A line of the sheet in the place of what the form of this request says happened."""
    activation = lookups.activation_of(id)
    sheet_page.keep_apart(lookups.emergency_of(activation.emergency_id or 0))
    return _to_draft(situations.rewrite(activation, by=current_user, now=clock.now()))


@pages.post("/entries/<int:id>/draft")
@guard.needs("sheet.change")
def change(id: int):
    entry = lookups.entry_of(id)
    sheet.demand(current_user, sheet_page.keep_apart(entry.emergency), clock.now(), entry.municipality_id)
    version = sheet.current(id)
    if not version:
        raise WrongMoment(sheet.GONE)
    return _to_draft(drafts.open_for(entry, version, by=current_user, now=clock.now()))


@pages.get("/sheet-drafts/<int:id>")
@guard.needs("sheet.change")
def draft(id: int):
    return draft_page.page(lookups.entry_draft_of(id), is_checked=bool(request.args.get("check")))


@pages.post("/sheet-drafts/<int:id>")
@guard.needs("sheet.change")
def save(id: int):
    draft = _jotted(id)
    flash(_("Saved. Nobody else sees it yet."))
    return redirect(url_for(".draft", id=draft.id), 303)


@pages.post("/sheet-drafts/<int:id>/field")
@guard.needs("sheet.change")
def field(id: int):
    return render_template("liaison/_saved.html", saved=_jotted(id).changed_at)


@pages.post("/sheet-drafts/<int:id>/publish")
@guard.needs("sheet.change")
def publish(id: int):
    draft = _jotted(id)
    try:
        draft = _seen(draft)
        version = sheet.publish(draft, fields=draft_page.typed(), by=current_user, now=clock.now())
    except Incomplete:
        return redirect(url_for(".draft", id=id, check=1), 303)
    except sheet.Overtaken as refusal:
        flash(refusal.sentence.said_by(_), "warn")
        return _to_draft(draft)
    emergency = draft.emergency
    flash(_published(version, clock.now()), "done")
    also = [one for one in contradictions.worded(emergency, clock.now()) if one.entry == version.entry_id]
    if also:
        flash(_("What you changed still stands elsewhere. See the contradictions below."), "warn")
    return _to_desk(emergency.id, "contradictions" if also else "lines")


def _published(version: EntryVersion, now: datetime) -> str:
    number, begins = version.sheet_version, version.valid_from
    if begins > now:
        return _(
            "Published as version %(version)s. The operators see it from %(hour)s on.",
            version=number,
            hour=when(begins, now),
        )
    return _("Published as version %(version)s. The operators see it within 5 seconds.", version=number)


def _seen(draft: EntryDraft) -> EntryDraft:
    """A draft that was overtaken goes on once its author has seen by what."""
    seen = request.form.get("seen", "")
    if seen == "withdrawn":
        return drafts.detach(draft, by=current_user, now=clock.now())
    if seen.isascii() and seen.isdecimal() and int(seen) != draft.based_on:
        return drafts.rebase(draft, int(seen), by=current_user, now=clock.now())
    return draft


def _jotted(id: int) -> EntryDraft:
    draft = lookups.entry_draft_of(id)
    sheet_page.keep_apart(draft.emergency)
    return drafts.jot(draft, draft_page.typed(), by=current_user, now=clock.now())


@pages.post("/sheet-drafts/<int:id>/discard")
@guard.needs("sheet.change")
def discard(id: int):
    draft = lookups.entry_draft_of(id)
    sheet_page.keep_apart(draft.emergency)
    drafts.discard(draft, by=current_user, now=clock.now())
    flash(_("Thrown away. The sheet is as it was."))
    return _to_desk(draft.emergency_id)


# ── Withdrawing ─────────────────────────────────────────────────────────


@pages.get("/entries/<int:id>/withdraw")
@guard.needs("sheet.change")
def confirm_withdrawal(id: int):
    return _withdrawal(id)


@pages.post("/entries/<int:id>/withdraw")
@guard.needs("sheet.change")
def withdraw(id: int):
    entry, seen = lookups.entry_of(id), request.form.get("seen", "")
    sheet_page.keep_apart(entry.emergency)
    why = request.form.get("why", "")
    try:
        number = int(seen) if seen.isascii() and seen.isdecimal() else 0
        sheet.withdraw(entry, why=why, seen=number, by=current_user, now=clock.now())
    except Incomplete as refusal:
        return _withdrawal(id, refusal.faults["why"].said_by(_)), 422
    except sheet.Overtaken as refusal:
        flash(refusal.sentence.said_by(_), "warn")
        return redirect(url_for("sheet.history", id=id), 303)
    flash(_("Withdrawn. It stays on the screens for ten minutes, red and struck."), "done")
    return _to_desk(entry.emergency_id, "lines")


def _withdrawal(id: int, fault: str = "") -> str:
    entry = lookups.entry_of(id)
    sheet.demand(current_user, entry.emergency, clock.now(), entry.municipality_id)
    version = sheet.current(id)
    if not version:
        raise WrongMoment(sheet.GONE)
    lang = sheet_page.spoken() if version.answer.get(sheet_page.spoken()) else next(iter(version.answer))
    return render_template(
        "liaison/withdraw.html",
        entry=entry,
        emergency=entry.emergency,
        version=version,
        question=version.question.get(lang, ""),
        answer=version.answer[lang],
        fault=fault,
        typed=request.form.get("why", ""),
        present=lines.readers(entry.emergency)[1],
        **sheet_page.mood(entry.emergency),
    )


# ── Questions from the floor ────────────────────────────────────────────


@pages.get("/questions/<int:id>")
@guard.needs("sheet.change")
def question(id: int):
    return _question(lookups.question_of(id))


def _question(question: Question, fault: str = "") -> str:
    emergency, now = question.emergency, clock.now()
    waiting = {one.question.id: one for one in questions.waiting(emergency, now)}
    ids = search.find(emergency, question.words)
    hits = lines.shown(emergency, question.language, since=emergency.sheet_version, now=now, only=ids)
    return render_template(
        "liaison/question.html",
        question=question,
        emergency=emergency,
        waiting=waiting.get(question.id),
        others=[(other, one.question.words) for other, one in waiting.items() if other != question.id],
        may_reopen=question.answered_at and not (question.merged_into_id or emergency.ended_at),
        joined=questions.joined(question) if question.id in waiting else [],
        likely=next((one.id for one in waiting[question.id].alike), "") if question.id in waiting else "",
        hits=[sheet_page.worded(line, now) for line in hits if not line.is_gone],
        language=_(LANGUAGE_NAMES[question.language]),
        asked_at=when(question.asked_at, now),
        fault=fault,
        typed=request.form.get("why", ""),
        **sheet_page.mood(emergency),
    )


@pages.post("/questions/<int:id>/answer")
@guard.needs("sheet.change")
def answer(id: int):
    question = _open_question(id)
    sheet.demand(current_user, question.emergency, clock.now())
    if question.answered_at or question.merged_into_id:
        raise WrongMoment(questions.CLOSED)
    draft = drafts.open_new(question.emergency, by=current_user, now=clock.now(), asked=question)
    return _to_draft(draft)


@pages.post("/questions/<int:id>/point")
@guard.needs("sheet.change")
def point(id: int):
    question = _open_question(id)
    entry = lookups.entry_of(_number("entry"))
    questions.point(question, entry, by=current_user, now=clock.now())
    flash(_("Whoever asked sees this line now."), "done")
    return _to_desk(question.emergency_id)


@pages.post("/questions/<int:id>/merge")
@guard.needs("sheet.change")
def merge(id: int):
    question = _open_question(id)
    into = lookups.question_of(_number("into"))
    joined = questions.merge(question, into, by=current_user, now=clock.now())
    flash(_("One question now, asked %(num)s times.", num=joined.number), "done")
    return _to_desk(question.emergency_id)


@pages.post("/questions/<int:id>/separate")
@guard.needs("sheet.change")
def separate(id: int):
    apart = questions.separate(_open_question(id), by=current_user, now=clock.now())
    flash(_("Two questions again. Both wait for an answer."), "done")
    return _to_desk(apart.emergency_id)


@pages.post("/questions/<int:id>/reopen")
@guard.needs("sheet.change")
def reopen(id: int):
    again = questions.reopen(_open_question(id), by=current_user, now=clock.now())
    flash(_("It waits for an answer again."), "done")
    return redirect(url_for(".question", id=again.id), 303)


@pages.post("/questions/<int:id>/dismiss")
@guard.needs("sheet.change")
def dismiss(id: int):
    question = _open_question(id)
    try:
        questions.dismiss(question, why=request.form.get("why", ""), by=current_user, now=clock.now())
    except Incomplete as refusal:
        return _question(question, refusal.faults["why"].said_by(_)), 422
    flash(_("Dismissed. Whoever asked reads why."), "done")
    return _to_desk(question.emergency_id)


def _open_question(id: int) -> Question:
    question = lookups.question_of(id)
    sheet_page.keep_apart(question.emergency)
    return question


def _number(name: str) -> int:
    typed = request.form.get(name, "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else 0


def _to_draft(draft: EntryDraft):
    return redirect(url_for(".draft", id=draft.id), 303)


def _to_desk(id: int, anchor: str | None = None):
    return redirect(url_for(".show", id=id, _anchor=anchor), 303)
