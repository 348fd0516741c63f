"""The memory of deeds, for auditors: who did what to what, when and from where; narrowed, and taken along."""

from datetime import date, datetime, time, timedelta

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock, deeds
from dispatch.deeds import DEEDS, Question
from dispatch.words import moment
from models import Organisation, User
from views import bins, guard, render

pages = Blueprint("audit", __name__)
PAGE = 50
NAMES = ("organisation", "who", "deed", "thing", "since", "until")


@pages.get("/audit")
@guard.needs("audit.see")
def index():
    asked = {name: request.args.get(name, "").strip() for name in NAMES}
    before = request.args.get("before", type=int)
    rows = deeds.found(_question(asked), before=before, most=PAGE + 1)
    given = {name: value for name, value in asked.items() if value}
    return render_template(
        "audit/index.html",
        h1=_("Audit"),
        asked=asked,
        rows=[_line(row) for row in rows[:PAGE]],
        older_url=url_for("audit.index", **given, before=rows[PAGE - 1].id) if len(rows) > PAGE else None,
        newest_url=url_for("audit.index", **given) if before else None,
        export_url=lambda kind: url_for("audit.export", kind=kind, **given),
        deeds=[("", _("All deeds")), *sorted(((code, _(said)) for code, said in DEEDS.items()), key=_said)],
        such_as=_(deeds.THINGS["campaign"], id=12),
        people=[("", _("Everybody")), *_people()],
        organisations=[("", _("All organisations")), *_organisations()] if _sees_all() else [],
    )


@pages.get("/audit/export.<any(csv, xlsx):kind>")
@guard.needs("audit.see")
def export(kind: str):
    asked = {name: request.args.get(name, "").strip() for name in NAMES}
    now, lang, practice = clock.now(), str(render.locale()), guard.is_practice()
    content = deeds.export(_question(asked), kind, lang, by=current_user, now=now, practice=practice)
    return bins.attached(content, f"audit-{clock.local(now):%Y-%m-%d}.{kind}", bins.SHEETS[kind])


def _line(row) -> dict:
    lang = str(render.locale())
    return {"id": row.id, "at": moment(row.at, lang), **deeds.in_words(row, lang)}


def _question(asked: dict[str, str]) -> Question:
    """What the address asks, within what this person may see; what cannot be read leaves it open."""
    return Question(
        organisation=_number(asked["organisation"]) if _sees_all() else current_user.organisation_id,
        who=_number(asked["who"]),
        deed=asked["deed"],
        thing=deeds.subject_in(asked["thing"].lower(), str(render.locale())),
        since=_midnight(asked["since"]),
        until=_midnight(asked["until"], days=1),
    )


def _number(typed: str) -> int | None:
    return int(typed) if typed.isdecimal() and len(typed) < 19 else None


def _midnight(typed: str, days: int = 0) -> datetime | None:
    """The beginning of a day in Brussels, or of one so many days later."""
    try:
        day = date.fromisoformat(typed) + timedelta(days=days)
        return clock.from_local(datetime.combine(day, time.min))
    except (ValueError, OverflowError):
        return None


def _sees_all() -> bool:
    return current_user.organisation.kind == "platform"


def _people() -> list[tuple[int, str]]:
    people = User.select().order_by(User.name)
    if not _sees_all():
        people = people.where(User.organisation == current_user.organisation_id)
    return [(user.id, user.name) for user in people]


def _organisations() -> list[tuple[int, str]]:
    return [(one.id, one.name) for one in Organisation.select().order_by(Organisation.name)]


def _said(choice: tuple[str, str]) -> str:
    return choice[1].casefold()
