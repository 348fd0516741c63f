"""The user table of an organisation: upload, what we understood, what will happen, and back again."""

import json

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user

from dispatch import clock, papers
from dispatch.access import pending
from dispatch.accounts import ADMINISTRATORS
from dispatch.errors import Refusal, WrongMoment
from dispatch.onboarding import user_table
from dispatch.onboarding.account_rows import COLUMN_NAMES, SENTENCES, AccountRow
from dispatch.onboarding.user_table import OUTCOMES, Line, Preview
from dispatch.people.reading import Reading
from dispatch.words import LANGUAGE_NAMES, USER_ROLES
from models import Organisation, PendingChange, UserTable
from views import guard, identity, list_reading, lookups
from views.bins import SHEETS, attached
from views.import_lines import Cell, Table, how
from views.members import worded

pages = Blueprint("user_tables", __name__)
SHOWN = 200
CELLS = {
    "name": (_l("Name"), ("full_name", "last_name", "first_name")),
    "email": (_l("E-mail"), ("email",)),
    "role": (_l("Role"), ("role",)),
    "bins": (_l("BINs"), ("bins",)),
    "phone": (_l("Phone"), ("mobile", "phone")),
    "language": (_l("Language"), ("language",)),
}
COLUMNS = [_l("Row"), *(label for label, _fields in CELLS.values())]
OUTCOME_NAMES = {
    "new": _l("new"),
    "known": _l("has an account"),
    "double": _l("double"),
    "refused": _l("refused"),
    "blank": _l("blank"),
}


@pages.get("/organisations/<int:id>/user-tables")
@guard.needs("agreement.change")
def index(id: int):
    organisation = lookups.organisation_of(id)
    return render_template(
        "user_tables/index.html",
        organisation=organisation,
        tables=[
            list_reading.told(record, user_table, _said)
            for record in user_table.tables_of(organisation).limit(25)
        ],
        now=clock.now(),
        waits=names_waiting(organisation),
    )


def names_waiting(organisation: Organisation) -> list[str]:
    """Who is to administer this organisation and waits for a second administrator's word."""
    asked = pending.of(organisation, clock.now()).where(PendingChange.kind == "user.role")
    return [change.about.name for change in asked if change.facts["role"] in ADMINISTRATORS]


@pages.get("/organisations/<int:id>/user-tables/new")
@guard.needs("user.change")
def new(id: int):
    return _new_page(lookups.organisation_of(id))


@pages.post("/organisations/<int:id>/user-tables/new")
@guard.needs("user.change")
def upload(id: int):
    organisation, file = lookups.organisation_of(id), request.files.get("file")
    if not file or not file.filename:
        return _new_page(organisation, _("Choose a file first.")), 422
    try:
        record = user_table.upload(
            organisation,
            file.read(),
            file.filename,
            by=current_user,
            now=clock.now(),
            limits=list_reading.limits(),
        )
    except Refusal as refusal:
        return _new_page(organisation, refusal.sentence.said_by(_)), 422
    return redirect(url_for("user_tables.reading", id=record.id), 303)


def _new_page(organisation: Organisation, sentence: str | None = None) -> str:
    megabytes = current_app.config["BELFORT_UPLOAD_MEGABYTES"]
    return render_template(
        "user_tables/new.html", organisation=organisation, sentence=sentence, megabytes=megabytes
    )


# ── What we understood ──────────────────────────────────────────────────


@pages.get("/user-tables/<int:id>/reading")
@guard.needs("user.change")
def reading(id: int):
    record = lookups.user_table_of(id)
    found = user_table.reading_of(record, limits=list_reading.limits())
    return render_template("user_tables/reading.html", **_understood(record, found))


@pages.post("/user-tables/<int:id>/reading")
@guard.needs("user.change")
def read_again(id: int):
    """Reads the table in another way: the fragment for htmx; else the next page, or this one once more."""
    record = lookups.user_table_of(id)
    found, sentence = list_reading.again(record, user_table, COLUMN_NAMES)
    status = 422 if sentence else 200
    if request.htmx:
        return render_template("imports/_reading.html", **_understood(record, found, sentence)), status
    if sentence:
        return render_template("user_tables/reading.html", **_understood(record, found, sentence)), status
    onward = "user_tables.reading" if request.form.get("then") == "again" else "user_tables.report"
    return redirect(url_for(onward, id=record.id), 303)


def _understood(record: UserTable, found: Reading, sentence: str = "") -> dict:
    rows = [(number, row) for number, row in found.rows if not row.is_blank][:10]
    return {
        "record": record,
        "found": found,
        "sentence": sentence,
        "steps": list_reading.steps(record, "user_tables", _("Choose a table"), "reading"),
        "again_url": url_for("user_tables.read_again", id=record.id),
        "discard_url": url_for("user_tables.discard", id=record.id),
        "notes": _missing(found),
        "rows": [_read_row(number, row) for number, row in rows],
        "row_columns": COLUMNS,
        "others": [],
        **list_reading.shown(found, COLUMN_NAMES),
    }


def _missing(found: Reading) -> list[tuple[str, str]]:
    """What the table lacks for anybody to get an account: (title, sentence)."""
    said = _("Say below which column it is. Without it nobody gets an account.")
    lacks = [] if found.has_name else [(_("No column holds a name"), said)]
    if "email" not in found.columns:
        lacks.append((_("No column holds an e-mail address"), said))
    if "role" not in found.columns:
        lacks.append((_("No column holds a role"), said))
    return lacks


def _read_row(number: int, row: AccountRow) -> tuple[int, list[Cell]]:
    """A row as it was understood; where something was left out, what stood there and why."""
    texts = {
        "name": row.name,
        "email": row.email,
        "role": _(USER_ROLES[row.role]) if row.role else "",
        "bins": ", ".join(row.bins),
        "phone": worded("phone", row.phone) if row.phone else "",
        "language": _(LANGUAGE_NAMES[row.language]) if row.language else "",
    }
    return number, [
        _cell(label, texts[name], [one for one in row.problems if one.column in fields])
        for name, (label, fields) in CELLS.items()
    ]


def _cell(label: object, text: str, problems: list) -> Cell:
    if not problems:
        return Cell(label, text or "-")
    css = "refused" if any(problem.dropped == "row" for problem in problems) else "dropped"
    stood = next((problem.value for problem in problems if problem.value), "")
    whys = dict.fromkeys(_(SENTENCES[problem.code]) for problem in problems)
    return Cell(label, (text or stood)[:200] or _("(empty)"), css, ". ".join(whys))


# ── What will happen ────────────────────────────────────────────────────


@pages.get("/user-tables/<int:id>/report")
@guard.needs("user.change")
def report(id: int):
    return _report_page(lookups.user_table_of(id))


def _report_page(record: UserTable, sentence: str = "", fault: str = "") -> str:
    found = _preview(record)
    faulty = [line for line in found.faulty if line.outcome != "refused"]
    return render_template(
        "user_tables/report.html",
        record=record,
        found=found,
        sentence=sentence,
        fault=fault,
        **identity.asked(),
        steps=list_reading.steps(record, "user_tables", _("Choose a table"), "report"),
        how=how(found),
        terms=[{"count": found.counts[name], "label": OUTCOME_NAMES[name], "url": None} for name in OUTCOMES],
        waits=[line.row.name for line in found.of("new") if line.row.role in ADMINISTRATORS],
        parts={name: _table(found.of(name)) for name in ("refused", "new", "known", "double")},
        dropped=_table(faulty),
        expect=json.dumps(found.seen),
    )


def _table(lines: list[Line]) -> Table:
    return Table(COLUMNS, [_read_row(line.number, line.row) for line in lines[:SHOWN]])


def _preview(record: UserTable) -> Preview:
    return user_table.preview_of(record, current_user, limits=list_reading.limits())


@pages.get("/user-tables/<int:id>/faulty.xlsx")
@guard.needs("user.change")
def faulty(id: int):
    record = lookups.user_table_of(id)
    header, lines = user_table.faulty_rows(_preview(record), _)
    title = _("To mend")
    content = papers.table_workbook(title, header, lines, lang=current_user.language)
    return attached(content, f"{title}-{record.organisation.slug}.xlsx", SHEETS["xlsx"])


@pages.post("/user-tables/<int:id>/commit")
@guard.needs("user.change")
def commit(id: int):
    record, expect = lookups.user_table_of(id), list_reading.expected()
    if said := identity.fault():
        return _report_page(record, fault=said), 422
    try:
        counts = user_table.commit(
            record,
            by=current_user,
            now=clock.now(),
            public_url=current_app.config["BELFORT_PUBLIC_URL"],
            limits=list_reading.limits(),
            expect=expect,
        )
    except WrongMoment as refusal:
        record = lookups.user_table_of(id)
        if not record.is_open:
            raise
        return _report_page(record, refusal.sentence.said_by(_)), 409
    current_app.extensions["jobs"].wake()
    flash(_said(counts), "done")
    return redirect(url_for("user_tables.index", id=record.organisation_id), 303)


@pages.post("/user-tables/<int:id>/discard")
@guard.needs("user.change")
def discard(id: int):
    record = lookups.user_table_of(id)
    user_table.discard(record, by=current_user, now=clock.now())
    flash(_("Nothing of %(filename)s was saved.", filename=record.filename))
    return redirect(url_for("user_tables.index", id=record.organisation_id), 303)


@pages.post("/user-tables/<int:id>/undo")
@guard.needs("user.change")
def undo(id: int):
    record = lookups.user_table_of(id)
    try:
        gone = user_table.undo(record, by=current_user, now=clock.now())
    except WrongMoment as refusal:
        flash(refusal.sentence.said_by(_), "warn")
    else:
        flash(ngettext("%(num)d account is gone again.", "%(num)d accounts are gone again.", gone), "done")
    return redirect(url_for("user_tables.index", id=record.organisation_id), 303)


def _said(counts: dict) -> str:
    parts = [
        ngettext("%(num)d new account", "%(num)d new accounts", counts["new"]),
        ngettext("%(num)d known", "%(num)d known", counts["known"]),
        ngettext("%(num)d double", "%(num)d double", counts["double"]),
        ngettext("%(num)d refused", "%(num)d refused", counts["refused"]),
    ]
    if counts.get("blank"):
        parts.append(ngettext("%(num)d empty", "%(num)d empty", counts["blank"]))
    return _("%(rows)s rows: %(parts)s.", rows=counts["rows"], parts=", ".join(parts))
