"""The final report of a campaign: a paper to keep and a workbook to count in."""

from dispatch.papers.tables import Book
from dispatch.papers.typeset import letterhead, typeset
from dispatch.pictures.on_paper import on_paper
from dispatch.words import MESSAGE_STATUSES, translator

MESSAGE_COLUMNS = ("name", "address", "channel", "status", "sent_at", "settled_at", "reason")


def campaign_report(data: dict, lang: str) -> bytes:
    """The final report as PDF/UA in one language; every word in `data` is already in that language.

    Moments are worded local times (Brussels), absent ones "". Shape of `data`:

    name, organisation, kind, status, sender    str; status is the campaign's word ("finished")
    composed                                    str, how long it took from opening to launch; "" when nobody opened it
    filled                                      list of (label, words), what stood in the placeholders
    confirmed                                   str, how many people confirmed it; "" when nobody was asked
    approval                                    str, who approved it and when; "" when nobody had to
    handovers                                   list of str, who took the lead over, when and why
    alarm                                       str, why it left without approval, in red; "" when it did not
    chain                                       list of (what, name, name of what it follows, moment, people, messages, accepted or
                                                delivered), all that belongs to it and itself; [] when it stands alone
    practice                                    bool
    launched_at, ended_at, made_at              str; made_at is the moment these figures were true
    audience                                    str, who it was meant for ("BIN Beekveld, Stationsstraat")
    texts       list of {"language": "nl" | "fr" | "de" | "en", "caption": str ("Dutch, SMS"), "subject": str, "body": str}
    channels    list of str, the columns of the totals ("SMS", "e-mail")
    totals      list of {"status": code of words.MESSAGE_STATUSES, "word": str, "counts": [int for each channel]};
                any order, shown in the order of the codes
    reached, not_reached                        int, people with a message accepted or delivered, or none; together the audience
    curve       list of {"at": str ("02:45:10"), "seconds": number since launch, "accepted": int, "delivered": int},
                by time; both counts grow and accepted includes delivered
    failures    list of {"reason": str, "channel": str, "count": int}
    policy                                      str, what becomes of a message that may not have arrived
    decisions   list of {"at": str, "said": str}, what was decided about them, by whom
    messages    list of {"name", "address", "channel", "status", "sent_at", "settled_at", "reason"}, all str
    """
    _ = translator(lang).gettext
    title = _("Report: %(name)s") % {"name": data["name"]}
    return typeset(
        "campaign.typ",
        {
            "head": letterhead(title, data["organisation"], lang, practice=data["practice"]),
            "words": _headings(lang),
            "figures": _figures(data, lang),
            "reached": _reached(data, lang),
            "alarm": data["alarm"],
            "facts": _facts(data, lang),
            "totals": _totals(data, lang),
            "chain": [[*map(str, link)] for link in data["chain"]],
            "chain_header": _chain_header(lang),
            "texts": data["texts"],
            "failures": [[row["reason"], row["channel"], row["count"]] for row in data["failures"]],
            "failure_header": [_("Reason"), _("Channel"), _("Count")],
            "delivery": on_paper(data["delivery"]),
            "reaches": [on_paper(one) for one in data["reaches"] if one],
            "messages": _message_rows(data),
            "message_header": _message_header(lang),
        },
    )


def campaign_workbook(data: dict, lang: str) -> bytes:
    """The same report as XLSX: a sheet with the overview and a sheet with each message; `data` as for the paper."""
    _ = translator(lang).gettext
    with Book(data["name"], data["practice"], lang) as book:
        book.add_chapters(_("Overview"), _chapters(data, lang))
        book.add_table(_("Messages"), _message_header(lang), _message_rows(data))
    return book.bytes()


def _chapters(data: dict, lang: str) -> list[tuple[str, list]]:
    _ = translator(lang).gettext
    words, totals = _headings(lang), _totals(data, lang)
    counted = [[row["word"], *row["counts"], row["sum"]] for row in totals["rows"]]
    people = [
        [_("People with a message accepted or delivered"), data["reached"]],
        [_("People without"), data["not_reached"]],
    ]
    failures = [[row["reason"], row["channel"], row["count"]] for row in data["failures"]]
    chain = [(words["chain"], [_chain_header(lang), *map(list, data["chain"])])] if data["chain"] else []
    return [
        (data["name"], [[_("Organisation"), data["organisation"]], *_facts(data, lang), *people]),
        *chain,
        (words["totals"], [totals["header"], *counted, totals["foot"]]),
        (words["texts"], [[text["caption"], text["subject"], text["body"]] for text in data["texts"]]),
        (words["failures"], [[_("Reason"), _("Channel"), _("Count")], *failures]),
        (words["curve"], [_curve_header(lang), *_curve_rows(data["curve"])]),
    ]


def _headings(lang: str) -> dict[str, str]:
    _ = translator(lang).gettext
    return {
        "totals": _("Per channel"),
        "chain": _("What belongs to it"),
        "texts": _("What was said"),
        "failures": _("What failed, and why"),
        "curve": _("How fast it went"),
        "reach": _("How far it reached"),
        "messages": _("Each message"),
        "none": _("None."),
    }


def _chain_header(lang: str) -> list[str]:
    _ = translator(lang).gettext
    names = [_("What"), _("Name"), _("Follows"), _("Launched")]
    return [*names, _("People"), _("Messages"), _("Accepted or delivered")]


def _figures(data: dict, lang: str) -> list[tuple[str, str]]:
    _ = translator(lang).gettext
    messages = sum(sum(row["counts"]) for row in data["totals"])
    return [
        (_("people with a message accepted or delivered"), str(data["reached"])),
        (_("people without"), str(data["not_reached"])),
        (_("messages"), str(messages)),
    ]


def _reached(data: dict, lang: str) -> str:
    ngettext = translator(lang).ngettext
    people = data["reached"] + data["not_reached"]
    sentence = ngettext(
        "For %(reached)d of %(num)d person a message was accepted or delivered, for %(missed)d none was.",
        "For %(reached)d of %(num)d people a message was accepted or delivered, for %(missed)d none was.",
        people,
    )
    return sentence % {"num": people, "reached": data["reached"], "missed": data["not_reached"]}


def _facts(data: dict, lang: str) -> list[tuple[str, str]]:
    _ = translator(lang).gettext
    return [
        (_("Kind of message"), data["kind"]),
        (_("Audience"), data["audience"]),
        (_("Sent by"), data["sender"]),
        *([(_("Approved by"), data["approval"])] if data["approval"] else []),
        *([(_("Without approval"), data["alarm"])] if data["alarm"] else []),
        *((_("Lead"), said) for said in data["handovers"]),
        *((label, said) for label, said in data["filled"]),
        (_("Launched"), data["launched_at"]),
        *([(_("Order of the channels"), data["in_turn"])] if data["in_turn"] else []),
        *([(_("Confirmed"), data["confirmed"])] if data["confirmed"] else []),
        *([(_("From opening to launch"), data["composed"])] if data["composed"] else []),
        (_("Ended"), data["ended_at"] or _("not yet")),
        (_("State"), data["status"]),
        (_("If we cannot know whether it arrived"), data["policy"]),
        *((_("Unsure, decided at %(at)s") % decided, decided["said"]) for decided in data["decisions"]),
        (_("Figures of"), data["made_at"]),
    ]


def _totals(data: dict, lang: str) -> dict:
    _ = translator(lang).gettext
    order = list(MESSAGE_STATUSES)
    rows = sorted(data["totals"], key=lambda row: order.index(row["status"]))
    sums = [sum(counts) for counts in zip(*(row["counts"] for row in rows), strict=True)]
    return {
        "header": [_("State"), *data["channels"], _("Together")],
        "rows": [{**row, "sum": sum(row["counts"])} for row in rows],
        "foot": [_("Together"), *sums, sum(sums)],
    }


def _curve_header(lang: str) -> list[str]:
    _ = translator(lang).gettext
    return [_("Time"), _("Accepted or delivered"), _("Delivered")]


def _curve_rows(curve: list[dict]) -> list[list]:
    return [[point["at"], point["accepted"], point["delivered"]] for point in curve]


def _message_header(lang: str) -> list[str]:
    _ = translator(lang).gettext
    return [
        _("Name"),
        _("Number or address"),
        _("Channel"),
        _("State"),
        _("Left at"),
        _("Settled at"),
        _("What happened"),
    ]


def _message_rows(data: dict) -> list[list[str]]:
    return [[message[column] for column in MESSAGE_COLUMNS] for message in data["messages"]]
