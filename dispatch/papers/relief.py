"""The relief sheet of the contact centre: for whoever takes over at the telephone."""

from dispatch.papers.typeset import letterhead, typeset
from dispatch.words import translator


def relief_sheet(data: dict, lang: str) -> bytes:
    """The sheet as PDF/UA in one language. Shape of `data`, every value a str in that language:

    centre, emergency, made_at      whose, of what, at which moment
    practice                        bool
    number                          that callers ring; "" while it is not open
    figures                         [(word, figure)], two to four
    change, planned                 the next change of shift and how many are planned then; "" when nothing is
    seats                           [(operator, desk, languages, since)]
    instructions                    [(municipality, what the population must do, liaison officer and number)]
    changes                         [(hour, question, what changed)] of the information sheet, newest first
    questions                       [(waiting, times asked, words)], the oldest first
    relatives                       [(since, which call, who took it over)] who were not called back yet
    calls                           [(kind or topic, number)] of the last hour
    """
    _ = translator(lang).gettext
    title = _("Relief sheet, %(emergency)s") % data
    chapters = [
        (
            _("What callers must do"),
            [_("Municipality"), _("To the population"), _("Liaison officer")],
            data["instructions"],
        ),
        (
            _("Last changes of the information sheet"),
            [_("Hour"), _("Question"), _("What changed")],
            data["changes"],
        ),
        (_("Open questions"), [_("Waits"), _("Times asked"), _("Question")], data["questions"]),
        (
            _("Relatives who must still be called back"),
            [_("Since"), _("Call"), _("Taken over by")],
            data["relatives"],
        ),
        (_("Calls of the last hour"), [_("Kind or topic"), _("Calls")], data["calls"]),
        (
            _("Who sits at the telephone"),
            [_("Operator"), _("Desk"), _("Languages"), _("Since")],
            data["seats"],
        ),
    ]
    return typeset(
        "relief.typ",
        {
            "head": letterhead(title, data["centre"], lang, practice=data["practice"]),
            "figures": data["figures"],
            "facts": [(word, value) for word, value in _facts(data, lang) if value],
            "chapters": [
                {"title": name, "header": header, "rows": [list(row) for row in rows]}
                for name, header, rows in chapters
            ],
            "none": _("None."),
            "taken": _("Taken over by: name, hour and signature"),
        },
    )


def _facts(data: dict, lang: str) -> list[tuple[str, str]]:
    _ = translator(lang).gettext
    planned = _("%(change)s, then %(planned)s operators planned") % data if data["change"] else ""
    return [
        (_("As it stood"), data["made_at"]),
        (_("Number"), data["number"]),
        (_("Next change"), planned),
    ]
