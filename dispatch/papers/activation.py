"""The activation form of annex 3: what the contact centre must know to open the information number."""

from dispatch.papers.typeset import letterhead, typeset
from dispatch.words import translator


def activation_form(data: dict, lang: str) -> bytes:
    """The form as PDF/UA in one language; unsubmitted (no `received_at`) it is marked a draft on every page.

    Every value is a str, worded in that language, local time (Brussels); "" is said as "not filled in".
    Shape of `data`:

    municipality, centre                        who asks, whom
    practice                                    bool
    received_at, open_by                        moment of receipt and the end of the promised hour; "" in a draft
    missing                                     list of str, what still misses, by name; [] once submitted
    emergency, place, description               what happened, where, in ordinary words for the operators
    phase, declared_by, declared_at             the phase in words, by whom and when it was declared
    recommendations                             to the population; may have several lines
    liaison, deputy                             {"name", "phone", "email"}
    calls                                       "D5, general information" or with D2, in words
    second_line                                 where calls of D2 are passed on; "" is left out
    arrangement                                 the ordinary or the special arrangement, in words
    opening_hours, operators, languages, wanted_open_at     "" in the ordinary arrangement; then left out
    extra                                       what else was written; "" is left out
    submitted_by, authority                     the person, and why they may ("authorised person, annex 1 of 2 October")
    callback_phone, callback_code               where the centre calls back and the code it asks for
    """
    _ = translator(lang).gettext
    title = _("Activation form, %(municipality)s") % {"municipality": data["municipality"]}
    draft = not data["received_at"]
    return typeset(
        "activation.typ",
        {
            "head": letterhead(title, data["municipality"], lang, practice=data["practice"], draft=draft),
            "request": _request(data, lang),
            "figures": _figures(data, lang),
            "missing": _missing(data, lang),
            "sections": [_said(section, lang) for section in _sections(data, lang)],
        },
    )


def _request(data: dict, lang: str) -> str:
    _ = translator(lang).gettext
    if not data["received_at"]:
        sentence = _(
            "%(municipality)s is preparing a request for an information number. It has not been submitted."
        )
    elif data["practice"]:
        sentence = _("%(municipality)s practises: no information number is opened.")
    else:
        sentence = _("%(municipality)s asks %(centre)s to open an information number.")
    return sentence % {"municipality": data["municipality"], "centre": data["centre"]}


def _figures(data: dict, lang: str) -> list[tuple[str, str]]:
    _ = translator(lang).gettext
    pairs = [
        (_("received"), data["received_at"]),
        (_("open by"), data["open_by"]),
        (_("call-back code"), data["callback_code"]),
    ]
    return [pair for pair in pairs if pair[1]]


def _missing(data: dict, lang: str) -> str:
    _ = translator(lang).gettext
    return _("Still missing: %(names)s.") % {"names": ", ".join(data["missing"])} if data["missing"] else ""


def _sections(data: dict, lang: str) -> list[tuple[str, list]]:
    _ = translator(lang).gettext
    return [
        (_("1. Emergency"), _emergency(data, lang)),
        (_("2. Phase"), _phase(data, lang)),
        (_("3. Recommendations"), [(_("To the population"), data["recommendations"])]),
        (_("4. Liaison officer"), _liaison(data, lang)),
        (_("5. Opening and operators"), _arrangement(data, lang)),
        (_("6. Identity"), _identity(data, lang)),
    ]


def _emergency(data: dict, lang: str) -> list[tuple[str, str]]:
    _ = translator(lang).gettext
    return [
        (_("What happened"), data["emergency"]),
        (_("Place"), data["place"]),
        (_("Description for the operators"), data["description"]),
    ]


def _phase(data: dict, lang: str) -> list[tuple[str, str]]:
    _ = translator(lang).gettext
    return [
        (_("Phase"), data["phase"]),
        (_("Declared by"), data["declared_by"]),
        (_("Declared at"), data["declared_at"]),
    ]


def _liaison(data: dict, lang: str) -> list[tuple[str, str]]:
    _ = translator(lang).gettext
    return [(_("Liaison officer"), _reachable(data["liaison"])), (_("Deputy"), _reachable(data["deputy"]))]


def _reachable(person: dict) -> str:
    return "\n".join(line for line in (person["name"], person["phone"], person["email"]) if line)


def _arrangement(data: dict, lang: str) -> list[tuple[str, str]]:
    _ = translator(lang).gettext
    special = [
        (_("Second line for victims and relatives"), data["second_line"]),
        (_("Wanted opening time"), data["wanted_open_at"]),
        (_("Opening hours"), data["opening_hours"]),
        (_("Operators"), data["operators"]),
        (_("Languages"), data["languages"]),
        (_("Extra"), data["extra"]),
    ]
    always = [(_("Arrangement"), data["arrangement"]), (_("Calls"), data["calls"])]
    return always + [pair for pair in special if pair[1]]


def _identity(data: dict, lang: str) -> list[tuple[str, str]]:
    _ = translator(lang).gettext
    return [
        (_("Submitted by"), data["submitted_by"]),
        (_("Authority"), data["authority"]),
        (_("Call back on"), data["callback_phone"]),
        (_("Call-back code"), data["callback_code"]),
    ]


def _said(section: tuple[str, list], lang: str) -> dict:
    _ = translator(lang).gettext
    title, facts = section
    return {"title": title, "facts": [(word, value or _("not filled in")) for word, value in facts]}
