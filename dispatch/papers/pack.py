"""The emergency pack of an organisation: what it needs on paper when nothing else works."""

from collections.abc import Sequence

from dispatch.papers.dossier import Table
from dispatch.papers.typeset import confidential, letterhead, typeset
from dispatch.words import translator


def emergency_pack(organisation: str, made_at: str, tables: Sequence[Table], lang: str) -> bytes:
    """The pack as PDF/UA, marked confidential on every page with the moment at which it was made."""
    _ = translator(lang).gettext
    title = _("Emergency pack, %(moment)s") % {"moment": made_at}
    head = letterhead(title, organisation, lang) | {"stamp": confidential(organisation, lang)}
    chapters = [
        {"title": name, "header": list(header), "rows": [list(row) for row in rows]}
        for name, header, rows in tables
    ]
    return typeset("dossier.typ", {"head": head, "chapters": chapters, "pictures": [], "none": _("None.")})
