"""The written notice that annex 1 changes: what changes, and the whole list as it will be."""

from dispatch.papers.typeset import letterhead, typeset
from dispatch.words import translator


def annex_notice(data: dict, lang: str) -> bytes:
    """The notice as PDF/UA in one language. Shape of `data`, every value a str in that language:

    municipality, centre                 who tells, whom
    version, from_on, sent_at, by        of annex 1; the day it begins; the moment and the person of this notice
    agreement                            the day on which the agreement was signed
    changes                              ["Added: …", "Removed: …"]
    persons                              [(order, name, function, numbers one a line)]
    """
    _ = translator(lang).gettext
    return typeset(
        "notice.typ",
        {
            "head": letterhead(
                _("Notice: annex 1 of %(municipality)s changes") % data, data["municipality"], lang
            ),
            "opening": _(
                "%(municipality)s tells %(centre)s in writing, by the agreement of %(agreement)s, that the persons "
                "who may activate the contact centre change on %(from_on)s."
            )
            % data,
            "facts": [
                (_("From"), data["municipality"]),
                (_("To"), data["centre"]),
                (_("Annex 1"), _("version %(version)s") % data),
                (_("In force from"), data["from_on"]),
                (_("Sent"), data["sent_at"]),
                (_("By"), data["by"]),
            ],
            "changes_title": _("What changes"),
            "changes": data["changes"],
            "persons_title": _("Who may activate from then on"),
            "header": [_("Order"), _("Name"), _("Function"), _("Call back on")],
            "persons": data["persons"],
            "closing": _(
                "Until %(centre)s acknowledges this notice, both parties see it as not yet read. Whoever is not on "
                "this list may not activate from %(from_on)s on."
            )
            % data,
        },
    )
