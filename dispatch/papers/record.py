"""What one party tells the other in writing, or both sign: a hand-over record, a closing, a reopening."""

from dispatch.papers.typeset import letterhead, typeset
from dispatch.words import translator


def record(data: dict, lang: str) -> bytes:
    """One paper as PDF/UA in one language. Shape of `data`, every value a str worded in that language:

    title, organisation                  of the head
    practice                             bool
    statement                            the sentence that says what this paper does
    figures                              [(word, value)], two or three that answer at a glance
    sections                             [(title, [(word, value)])]; a value of "" is said as "not filled in"
    table                                (title, header, rows), or None
    signatures                           [(as what, name, house, moment)]: who signed, and when
    """
    _ = translator(lang).gettext
    sections = [
        {"title": title, "facts": [(word, value or _("not filled in")) for word, value in facts]}
        for title, facts in data["sections"]
    ]
    title, header, rows = data["table"] or ("", [], [])
    return typeset(
        "record.typ",
        {
            "head": letterhead(data["title"], data["organisation"], lang, practice=data["practice"]),
            "statement": data["statement"],
            "figures": data["figures"],
            "sections": sections,
            "table": {"title": title, "header": header, "rows": rows},
            "signed": _("Signed"),
            "signatures": data["signatures"],
        },
    )
