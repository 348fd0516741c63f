"""How an uploaded list was read, and the form in which one puts that right: of members and of accounts alike."""

import json
from collections.abc import Callable, Mapping

from flask import current_app, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from dispatch.errors import Refusal, WrongMoment
from dispatch.people.reading import Reading, columns_asked
from dispatch.people.sheets import ENCODINGS, Limits
from dispatch.words import N_
from models import Uploaded
from views.import_lines import DELIMITER_NAMES, ENCODING_NAMES

STATUSES = {
    "uploaded": N_("not saved yet"),
    "committed": N_("saved"),
    "undone": N_("undone"),
    "discarded": N_("thrown away"),
}


def limits() -> Limits:
    config = current_app.config
    return Limits(bytes=config["MAX_CONTENT_LENGTH"], rows=config["BELFORT_IMPORT_ROWS"])


def asked(was: Mapping, names: Mapping[str, str]) -> dict:
    """How the form says the list must be read; another table in the file makes its columns guessed anew.

    `was` is the frame of the reading that the form showed, `names` the fields that a column can hold.
    """
    form = request.form
    found = {name: form[name] for name in ("encoding", "delimiter", "sheet") if form.get(name)}
    header_row = form.get("header_row", "").strip()
    if header_row:
        found["header_row"] = int(header_row) if header_row.isdecimal() and len(header_row) < 7 else -1
    is_other = any(found.get(name, value) != value for name, value in was.items() if name != "header_row")
    if is_other and found.get("header_row") == was["header_row"]:
        del found["header_row"]  # it was found in another table
    if all(found.get(name) == value for name, value in was.items() if value is not None):
        fields = [form.get(f"column-{index}", "") for index in range(form.get("width", 0, type=int))]
        found["columns"] = columns_asked(fields[:1000], names)
    return found


def shown(found: Reading, names: Mapping[str, str]) -> dict:
    """The file and its columns as the form shows them."""
    sheet, fields = found.sheet, {index: name for name, index in found.columns.items()}
    return {
        "columns": [
            {
                "index": index,
                "title": found.title(index),
                "examples": found.examples(index),
                "field": fields.get(index, ""),
            }
            for index in range(sheet.width)
        ],
        "choices": [("", _("not used")), *((name, _(label)) for name, label in names.items())],
        "encodings": [
            (name, label)
            for name, label in ENCODING_NAMES.items()
            if name in ENCODINGS and _is_shown(name, sheet)
        ],
        "delimiters": _delimiters(sheet.delimiter),
        "sheets": [(name, name) for name in sheet.sheets],
    }


def _is_shown(encoding: str, sheet) -> bool:
    """UTF-8 stands in the list once, as it is with or without its mark."""
    return (
        encoding == sheet.encoding
        or encoding in ("utf-16", "cp1252", "utf-8", "cp850", "mac_roman")
        and not (encoding == "utf-8" and sheet.encoding == "utf-8-sig")
    )


def _delimiters(current: str | None) -> list[tuple[str, str]]:
    known = [(sign, _(name)) for sign, name in DELIMITER_NAMES.items()]
    return known if current in DELIMITER_NAMES or current is None else [*known, (current, current)]


def again(record: Uploaded, desk, names: Mapping[str, str]) -> tuple[Reading, str]:
    """Reads it as the form asks, by the desk (imports, user_table) that knows how; or as it was, and why not."""
    try:
        was = desk.reading_of(record, limits=limits()).frame
        return desk.set_reading(record, asked(was, names), limits=limits()), ""
    except WrongMoment:
        raise
    except Refusal as refusal:
        return desk.reading_of(record, limits=limits()), refusal.sentence.said_by(_)


def steps(record: Uploaded, room: str, first: str, current: str) -> list[dict]:
    """The way from the file to what will happen, for whoever stands at `current`."""
    labels = {"new": first, "reading": _("What we understood"), "report": _("What will happen")}
    order = list(labels)
    return [
        {
            "label": label,
            "url": url_for(f"{room}.{name}", id=record.id) if name != "new" else None,
            "is_current": name == current,
            "is_done": order.index(name) < order.index(current),
        }
        for name, label in labels.items()
    ]


def told(record: Uploaded, desk, said: Callable[[dict], str]) -> dict:
    """An upload in the list: who, what became of it, and why it cannot be undone."""
    obstacle = desk.obstacle(record) if record.is_committed else None
    return {
        "record": record,
        "status": _(STATUSES[record.status]),
        "who": record.by.name if record.by else "Belfort",
        "what": said(record.counts) if record.counts else "",
        "why_not": obstacle.said_by(_) if obstacle else "",
    }


def expected() -> dict:
    """The counts that the person saw, as the page of the report wrote them into its form."""
    try:
        expect = json.loads(request.form.get("expect", ""))
    except (ValueError, RecursionError):
        raise BadRequest from None
    if not isinstance(expect, dict):
        raise BadRequest
    return expect
