"""Importing a list: upload, what we understood, what will happen, and back again."""

import json
from math import ceil

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from dispatch import clock, papers
from dispatch.errors import Refusal, WrongMoment
from dispatch.people import imports
from dispatch.people.preview import Preview
from dispatch.people.reading import COLUMN_NAMES, Reading
from models import Bin, Import, User
from views import guard, import_lines, list_reading, lookups
from views.bins import SHEETS, attached

pages = Blueprint("imports", __name__)

CUT = 25
PAGE = 100


@pages.get("/bins/<int:id>/imports")
@guard.needs("member.import")
def index(id: int):
    bin = lookups.bin_of(id)
    found = Import.select(Import, User).left_outer_join(User).where(Import.bin == bin.id)
    records = list(found.order_by(Import.id.desc()).limit(CUT))
    return render_template(
        "imports/index.html",
        bin=bin,
        imports=[list_reading.told(record, imports, _said) for record in records],
        now=clock.now(),
    )


@pages.get("/bins/<int:id>/imports/new")
@guard.needs("member.import")
def new(id: int):
    return _new_page(lookups.bin_of(id))


@pages.post("/bins/<int:id>/imports/new")
@guard.needs("member.import")
def upload(id: int):
    bin, file = lookups.bin_of(id), request.files.get("file")
    if not file or not file.filename:
        return _new_page(bin, _("Choose a file first.")), 422
    try:
        record = imports.upload(
            bin, file.read(), file.filename, by=current_user, now=clock.now(), limits=list_reading.limits()
        )
    except Refusal as refusal:
        return _new_page(bin, refusal.sentence.said_by(_)), 422
    return redirect(url_for("imports.reading", id=record.id), 303)


@pages.get("/imports/<int:id>/reading")
@guard.needs("member.import")
def reading(id: int):
    record = lookups.import_of(id)
    found = imports.reading_of(record, limits=list_reading.limits())
    return render_template("imports/reading.html", **_understood(record, found))


@pages.post("/imports/<int:id>/reading")
@guard.needs("member.import")
def read_again(id: int):
    """Reads the list in another way: the fragment for htmx; else the next page, or this one once more."""
    record = lookups.import_of(id)
    found, sentence = list_reading.again(record, imports, COLUMN_NAMES)
    status = 422 if sentence else 200
    if request.htmx:
        return render_template("imports/_reading.html", **_understood(record, found, sentence)), status
    if sentence:
        return render_template("imports/reading.html", **_understood(record, found, sentence)), status
    onward = "imports.reading" if request.form.get("then") == "again" else "imports.report"
    return redirect(url_for(onward, id=record.id), 303)


@pages.get("/imports/<int:id>/report")
@guard.needs("member.import")
def report(id: int):
    return _report_page(lookups.import_of(id))


@pages.get(
    "/imports/<int:id>/report/<any(refused, dropped, odd, changed, double, new, unchanged, absent):part>"
)
@guard.needs("member.import")
def rows(id: int, part: str):
    """All rows of one outcome, a hundred a page."""
    record = lookups.import_of(id)
    found = imports.preview_of(record, limits=list_reading.limits())
    lines = import_lines.lines_of(found, part)
    pages_ = max(1, ceil(len(lines) / PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages_)
    shown = lines[(page - 1) * PAGE : page * PAGE]
    return render_template(
        "imports/rows.html",
        record=record,
        part=part,
        number=len(lines),
        table=import_lines.table(found, part, shown),
        number_of_page=page,
        pages=pages_,
        page_url=lambda n: url_for("imports.rows", id=record.id, part=part, page=n),
    )


@pages.get("/imports/<int:id>/faulty.xlsx")
@guard.needs("member.import")
def faulty(id: int):
    record = lookups.import_of(id)
    header, lines = imports.faulty_rows(imports.preview_of(record, limits=list_reading.limits()), _)
    title = _("To mend")
    content = papers.table_workbook(
        title, header, lines, practice=guard.is_practice(), lang=current_user.language
    )
    return attached(content, f"{title}-{record.bin.slug}.xlsx", SHEETS["xlsx"])


@pages.post("/imports/<int:id>/commit")
@guard.needs("member.import")
def commit(id: int):
    record = lookups.import_of(id)
    expect = list_reading.expected()
    end_absent = bool(request.form.get("end_absent"))
    try:
        counts = imports.commit(
            record,
            by=current_user,
            now=clock.now(),
            limits=list_reading.limits(),
            end_absent=end_absent,
            expect=expect,
        )
    except WrongMoment as refusal:
        record = lookups.import_of(id)
        if not record.is_open:
            raise
        return _report_page(record, refusal.sentence.said_by(_)), 409
    flash(_said(counts), "done")
    return redirect(url_for("bins.show", id=record.bin_id, saved=record.id), 303)


@pages.post("/imports/<int:id>/discard")
@guard.needs("member.import")
def discard(id: int):
    record = lookups.import_of(id)
    imports.discard(record, by=current_user, now=clock.now())
    flash(_("Nothing of %(filename)s was saved.", filename=record.filename))
    return redirect(url_for("bins.show", id=record.bin_id), 303)


@pages.post("/imports/<int:id>/undo")
@guard.needs("member.import")
def undo(id: int):
    record = lookups.import_of(id)
    try:
        touched = imports.undo(record, by=current_user, now=clock.now())
    except WrongMoment as refusal:
        flash(refusal.sentence.said_by(_), "warn")
    else:
        sentence = ngettext("%(num)d member is as before.", "%(num)d members are as before.", touched)
        flash(_("The import of %(filename)s is undone.", filename=record.filename) + " " + sentence, "done")
    return redirect(url_for("imports.index", id=record.bin_id), 303)


def _new_page(bin: Bin, sentence: str | None = None) -> str:
    megabytes = current_app.config["BELFORT_UPLOAD_MEGABYTES"]
    return render_template("imports/new.html", bin=bin, sentence=sentence, megabytes=megabytes)


def _understood(record: Import, found: Reading, sentence: str = "") -> dict:
    """What the page about the reading shows: how the file was read, its columns, and ten rows as they come out."""
    rows = [(number, row) for number, row in found.rows if not row.is_blank][:10]
    return {
        "record": record,
        "found": found,
        "sentence": sentence,
        "steps": list_reading.steps(record, "imports", _("Choose a list"), "reading"),
        "again_url": url_for("imports.read_again", id=record.id),
        "discard_url": url_for("imports.discard", id=record.id),
        "notes": _missing(found),
        "rows": [import_lines.read_row(number, row) for number, row in rows],
        "row_columns": import_lines.READ_COLUMNS,
        "others": imports.other_sheets(record, found, limits=list_reading.limits()),
        **list_reading.shown(found, COLUMN_NAMES),
    }


def _missing(found: Reading) -> list[tuple[str, str]]:
    """What the list lacks for anybody to be kept: (title, sentence)."""
    lacks = []
    if not found.has_name:
        said = _("Say below which column it is. A row without a name cannot be kept.")
        lacks.append((_("No column holds a name"), said))
    if not found.has_reach:
        said = _("Say below which column it is. Who cannot be reached cannot be kept.")
        lacks.append((_("No column holds a number or an e-mail address"), said))
    return lacks


def _report_page(record: Import, sentence: str = "") -> str:
    found = imports.preview_of(record, limits=list_reading.limits())
    tables = {
        part: import_lines.table(found, part, import_lines.lines_of(found, part)[:CUT])
        for part in ("refused", "dropped", "odd", "changed", "double")
    }
    numbers = {part: len(import_lines.lines_of(found, part)) for part in import_lines.PARTS}
    return render_template(
        "imports/report.html",
        record=record,
        found=found,
        sentence=sentence,
        steps=list_reading.steps(record, "imports", _("Choose a list"), "report"),
        how=import_lines.how(found),
        terms=import_lines.terms(record, found),
        tables=tables,
        numbers=numbers,
        expect=json.dumps(found.seen),
        absent=_named(found),
        others=imports.other_sheets(record, found.reading, limits=list_reading.limits()),
    )


def _named(found: Preview) -> str:
    """The first of those who are not in the list."""
    names = [f"{row.first_name} {row.last_name}".strip() for row in found.absent[:3]]
    more = len(found.absent) - len(names)
    return ", ".join(names) + (
        " " + ngettext("and %(num)d other", "and %(num)d others", more) if more else ""
    )


def _said(counts: dict) -> str:
    parts = [
        ngettext("%(num)d new", "%(num)d new", counts["added"]),
        ngettext("%(num)d changed", "%(num)d changed", counts["updated"]),
        ngettext("%(num)d unchanged", "%(num)d unchanged", counts["unchanged"]),
        ngettext("%(num)d double", "%(num)d double", counts["doubles"]),
        ngettext("%(num)d refused", "%(num)d refused", counts["refused"]),
    ]
    if counts.get("blank"):
        parts.append(ngettext("%(num)d empty", "%(num)d empty", counts["blank"]))
    if counts.get("ended"):
        parts.append(ngettext("%(num)d membership ended", "%(num)d memberships ended", counts["ended"]))
    return _("%(rows)s rows: %(parts)s.", rows=counts["rows"], parts=", ".join(parts))
