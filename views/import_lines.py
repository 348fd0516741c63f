"""The rows of an import as the report shows them: each fault beside its cell, old beside new."""

from dataclasses import dataclass, field

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import rights
from dispatch.people import rows
from dispatch.people.matching import Line
from dispatch.people.preview import Absent, Preview
from dispatch.people.reading import COLUMN_NAMES
from dispatch.people.rows import CleanRow, Problem
from dispatch.words import N_
from models import Import
from views.members import worded

PARTS = ("refused", "dropped", "odd", "changed", "double", "new", "unchanged", "absent")
CELLS = {
    "name": (_l("Name"), ("full_name", "last_name", "first_name")),
    "mobile": (_l("Mobile"), ("mobile",)),
    "phone": (_l("Phone"), ("phone",)),
    "email": (_l("E-mail"), ("email",)),
    "address": (_l("Address"), ("address", "street", "house_number", "box", "postcode", "town")),
    "other": (_l("Other"), ("language", "role", "basis", "basis_on", "basis_source")),
}
READ_COLUMNS = [_l("Row"), *(label for label, _fields in CELLS.values())]
SHARED = {
    "mobile": _l("same mobile number"),
    "phone": _l("same phone number"),
    "email": _l("same e-mail address"),
    "address": _l("same address"),
}


ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252",
    "cp850": "DOS",
    "mac_roman": "Mac",
}
DELIMITER_NAMES = {";": N_("semicolons"), ",": N_("commas"), "\t": N_("tabs"), "|": N_("vertical bars")}


@dataclass
class Cell:
    """One cell; `css` "refused" or "dropped" with `why`, or "old" and "new" for what changes."""

    label: object
    text: str
    css: str = ""
    why: str = ""


@dataclass
class Table:
    columns: list
    rows: list[tuple[object, list[Cell]]] = field(default_factory=list)


def lines_of(found: Preview, part: str) -> list[Line] | list[Absent]:
    if part in ("dropped", "odd"):
        return getattr(found, part)
    return found.absent if part == "absent" else found.of(part)


def table(found: Preview, part: str, lines: list) -> Table:
    """These lines of one part of the report, ready to be laid out."""
    if part == "changed":
        columns = [_("Row"), _("Name"), _("Field"), _("With us now"), _("In your list")]
        return Table(columns, [row for line in lines for row in _changed(line, columns)])
    if part == "double":
        columns = [_("Row"), _("Name"), _("Same as"), _("Why"), _("What we do")]
        return Table(columns, [_double(line, found, columns) for line in lines])
    if part == "absent":
        return Table([_("Name")], [(f"{row.first_name} {row.last_name}".strip(), []) for row in lines])
    if part == "odd":
        columns = [_("Row"), _("Name"), _("Field"), _("In your list")]
        return Table(columns, [row for line in lines for row in _odd(line, columns)])
    told = [(line.number, read_row(line.number, line.row)[1]) for line in lines]
    has_other = any(cells[-1].css for _number, cells in told)
    kept = len(CELLS) if has_other else len(CELLS) - 1
    return Table(READ_COLUMNS[: kept + 1], [(number, cells[:kept]) for number, cells in told])


def read_row(number: int, row: CleanRow) -> tuple[int, list[Cell]]:
    """A row as it was understood; where something was left out, what stood there and why."""
    values = row.values
    texts = {
        "name": ", ".join(filter(None, (values["last_name"], values["first_name"]))),
        "mobile": worded("mobile", values["mobile"]),
        "phone": worded("phone", values["phone"]),
        "email": values["email"],
        "address": _address(row),
        "other": _other(row),
    }
    return number, [
        _cell(label, texts[name], [problem for problem in row.problems if problem.column in fields])
        for name, (label, fields) in CELLS.items()
    ]


def _cell(label: object, text: str, problems: list[Problem]) -> Cell:
    if not problems:
        return Cell(label, text or "-")
    css = "refused" if any(problem.dropped == "row" for problem in problems) else "dropped"
    stood = list(dict.fromkeys(problem.value for problem in problems if problem.value))
    whys = dict.fromkeys(_(rows.SENTENCES[problem.code]) for problem in problems)
    shown = " / ".join(filter(None, (text, *stood)))
    return Cell(label, shown[:200] or _("(empty)"), css, ". ".join(whys))


def _address(row: CleanRow) -> str:
    values = row.values
    number = "/".join(filter(None, (values["house_number"], values["box"])))
    street = " ".join(filter(None, (values["street"], number)))
    town = " ".join(filter(None, (values["postcode"], values["town"])))
    return ", ".join(filter(None, (street, town)))


def _other(row: CleanRow) -> str:
    """Language and role, where the list says them and they are not the usual ones."""
    values, given = row.values, row.given
    told = [worded("language", values["language"])] if "language" in given else []
    if "role" in given and values["role"] != "member":
        told.append(worded("role", values["role"]))
    if values["basis"]:
        told += [worded("basis", values["basis"]), values["basis_on"], values["basis_source"]]
    return ", ".join(filter(None, told))


def _name(line: Line) -> str:
    return ", ".join(filter(None, (line.values["last_name"], line.values["first_name"])))


def _changed(line: Line, columns: list) -> list[tuple[object, list[Cell]]]:
    """One row of the table for each field that changes."""
    differences = [
        (_(COLUMN_NAMES[name]), worded(name, old), worded(name, new))
        for name, (old, new) in line.differences.items()
    ]
    if line.is_back:
        differences.insert(0, (_("Membership"), _("ended"), _("member again")))
    return [
        (
            line.number,
            [
                Cell(columns[1], _name(line)),
                Cell(columns[2], label),
                Cell(columns[3], old or "-", "old" if old else ""),
                Cell(columns[4], new, "new"),
            ],
        )
        for label, old, new in differences
    ]


def _odd(line: Line, columns: list) -> list[tuple[object, list[Cell]]]:
    """One row of the table for each field to look at."""
    return [
        (
            line.number,
            [
                Cell(columns[1], _name(line)),
                Cell(columns[2], _(COLUMN_NAMES[one.column])),
                Cell(columns[3], one.value, why=_(rows.SENTENCES[one.code])),
            ],
        )
        for one in line.row.oddities
    ]


def _double(line: Line, found: Preview, columns: list) -> tuple[object, list[Cell]]:
    """Of whom a row is the double, by what we saw it, and what becomes of it."""
    if line.same_row:
        whom, deed = _("row %(row)s", row=line.same_row), _("merged")
    else:
        whom, deed = _bins(line.same_bins), _("one member, %(num)s BINs", num=len(line.same_bins) + 1)
    told = [
        _("%(field)s: %(new)s added", field=_(COLUMN_NAMES[name]), new=worded(name, new))
        for name, (_old, new) in line.differences.items()
    ]
    told += [
        _(
            "%(field)s: %(old)s stays, not %(new)s",
            field=_(COLUMN_NAMES[name]),
            old=worded(name, old),
            new=worded(name, new),
        )
        for name, (old, new) in line.kept.items()
    ]
    cells = [
        Cell(columns[1], _name(line)),
        Cell(columns[2], whom),
        Cell(columns[3], str(SHARED.get(line.shared, ""))),
        Cell(columns[4], ". ".join((deed, *told))),
    ]
    return line.number, cells


def _bins(ids: tuple[int, ...]) -> str:
    """The BINs of a member by name, as far as this person may know them."""
    seen = {bin.id: bin.name for bin in rights.bins_of(current_user)}
    names = dict.fromkeys(seen.get(id, _("another BIN of the zone")) for id in ids)
    return ", ".join(names) or _("a former member")


def how(found: Preview) -> str:
    sheet = found.reading.sheet
    titles = _("titles on row %(row)s", row=sheet.header_row) if sheet.header_row else _("without titles")
    if sheet.sheet:
        return _("Read from the sheet %(sheet)s, %(titles)s.", sheet=sheet.sheet, titles=titles)
    signs = _(DELIMITER_NAMES.get(sheet.delimiter, sheet.delimiter))
    encoding = ENCODING_NAMES[sheet.encoding]
    return _(
        "Read as %(encoding)s with %(signs)s, %(titles)s.", encoding=encoding, signs=signs, titles=titles
    )


def terms(record: Import, found: Preview) -> list[dict]:
    """Every outcome with its count; each leads to its rows."""
    counts = found.counts
    told = [
        ("new", counts["added"], _("new")),
        ("changed", counts["updated"], _("changed")),
        ("unchanged", counts["unchanged"], _("unchanged")),
        ("double", counts["doubles"], _("double")),
        ("refused", counts["refused"], _("refused")),
    ]
    terms = [
        {
            "count": number,
            "label": label,
            "url": url_for("imports.rows", id=record.id, part=part) if number else None,
        }
        for part, number, label in told
    ]
    return [*terms, {"count": counts["blank"], "label": _("blank"), "url": None}]
