"""The statement of an activation: provisional while it is open, then drawn up once and never reckoned again."""

from collections.abc import Iterator
from datetime import date, datetime

from peewee import fn

from dispatch import again, audit, letters, papers, rights
from dispatch.centre import billing, costs, moves
from dispatch.centre import prices as tariff
from dispatch.centre.request import day, moment
from dispatch.errors import NotAllowed, Refusal, WrongMoment
from dispatch.onboarding.orders import euros
from dispatch.words import N_, translator
from models import Activation, Document, Organisation, Statement, User, writing

KIND = "closing_statement"
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_REASON = 2000
WHATS = {
    "staff": N_("Operators %(desk)s, %(rate)s"),
    "minimum": N_("Minimum time of operators %(desk)s, %(rate)s"),
    "opening": N_("Minimum opening, operators %(desk)s, %(rate)s"),
    "telephone": N_("Telephone"),
    "activation": N_("Activation of the number"),
}
RULES = (
    N_(
        "An operator counts for each quarter hour of the clock in which they were there, at the desk where they first sat in it."
    ),
    N_(
        "The rate is that of the clocks of Brussels when the quarter hour begins: holiday, else weekend, else night or day."
    ),
    N_("What an operator lacks of the minimum time follows directly on the last quarter hour."),
    N_(
        "Until the minimum opening is over, the agreed number of operators is paid also while the number is closed."
    ),
    N_("Who bears a quarter hour is who bears it when it begins."),
    N_(
        "Staff and telephone of a shared emergency follow the tariff of the activation that was requested first."
    ),
    N_(
        "Only talking is rounded, half a thousandth of a euro upwards, once for each line. The parts of a shared line add up to it."
    ),
)
DEMONSTRATION = N_("Demonstration amounts: no agreement has these prices.")
NO_TARIFF = N_("There is no tariff: annex 4 of the agreement was not written down yet.")
SUBJECT = N_("Closing statement of the information number: %(municipality)s, %(emergency)s")
LETTER = N_(
    "%(centre)s drew up the closing statement of the information number of %(municipality)s: %(total)s, without VAT.\n\n"
    "The statement is enclosed, and stands on the page of the activation."
)


# ── What is reckoned ────────────────────────────────────────────────────


def reckon(activation: Activation, now: datetime) -> dict[int, dict]:
    """What each bearer pays until now, by the id of the bearer: as a statement keeps it. {} before the opening.

    Raises Refusal where there is no tariff.
    """
    reckoned = costs.bill(activation.emergency, now) if activation.emergency_id else None
    if not reckoned:
        raise Refusal(NO_TARIFF)
    found: dict[int, dict] = {}
    for line, bearer, part in reckoned.parts(activation):
        content = found.setdefault(bearer.id, _content(activation, bearer, reckoned))
        _add(content, line, part)
        content["mills"] += part
    return found


def _content(activation: Activation, bearer: Organisation, reckoned: costs.Bill) -> dict:
    openings = moves.openings(activation)
    closed_at = openings[-1][1]
    return {
        "bearer": bearer.name,
        "municipality": activation.municipality.name,
        "centre": activation.agreement.centre.name,
        "emergency": activation.emergency.name,
        "telephone": activation.number,
        "opened_at": openings[0][0].isoformat(),
        "closed_at": closed_at.isoformat() if closed_at else "",
        "until": reckoned.until.isoformat(),
        "annex": reckoned.annex.id,
        "version": reckoned.annex.version,
        "from_on": reckoned.annex.from_on.isoformat(),
        "split": reckoned.prices.split,
        "is_demonstration": reckoned.prices.is_demonstration,
        "spans": [],
        "mills": 0,
    }


def _add(content: dict, line: billing.Line, part: int) -> None:
    begins_at = line.span.begins_at.isoformat()
    parties = [party.activation.municipality.name for party in line.span.parties]
    key = {"begins_at": begins_at, "parties": parties}
    span = next((one for one in content["spans"] if {**one, "lines": 0} == {**key, "lines": 0}), None)
    if span is None:
        span = key | {"lines": []}
        content["spans"].append(span)
    span["lines"].append([line.what, line.desk, line.rate, line.number, line.price, line.mills, part])


# ── Drawing up ──────────────────────────────────────────────────────────


def of_activation(activation: Activation) -> list[Statement]:
    return list(activation.statements.order_by(Statement.number))


def seen_by(user: User, activation: Activation) -> list[Statement]:
    """The statements that this person may read: the centre's and the municipality's all, an authority's own."""
    house = user.organisation_id
    if house in (activation.municipality_id, activation.agreement.centre_id):
        return of_activation(activation)
    return [one for one in of_activation(activation) if one.bearer_id == house]


def draw_up(activation: Activation, *, by: User, now: datetime) -> list[Statement]:
    """One statement for each bearer of a closed activation, kept as PDF and XLSX and mailed to them.

    Raises WrongMoment while it is open, or when it was done already: then only a correction helps.
    """
    _judge(activation, by)
    if of_activation(activation):
        raise WrongMoment(N_("The statement was drawn up already. What is wrong in it takes a correction."))
    return _keep(activation, "", by, now)


def correct(activation: Activation, reason: str, *, by: User, now: datetime) -> list[Statement]:
    """New statements in the place of the last ones, which stay; each says which one it corrects and why.

    Pressed again a moment later for the same reason and the same amounts, they are those that were just drawn up.
    """
    _judge(activation, by)
    reason = reason.strip()[:LONGEST_REASON]
    if not reason:
        raise Refusal(N_("Write what was wrong: it stands on the new statement."), field="reason")
    if not (last := of_activation(activation)):
        raise WrongMoment(N_("There is no statement to correct yet."))
    stands = {one.bearer_id: one for one in last}
    is_pressed_again = again.same(Statement.made_at, now, activation=activation, reason=reason, by=by)
    if is_pressed_again and _is_as_reckoned(stands, reckon(activation, now)):
        return list(stands.values())
    return _keep(activation, reason, by, now)


def _is_as_reckoned(stands: dict[int, Statement], contents: dict[int, dict]) -> bool:
    """Whether each bearer has a last statement of what it bears now; whoever bears nothing any more has one of nothing."""
    told = {bearer: one.mills for bearer, one in stands.items() if one.mills}
    return told == {bearer: content["mills"] for bearer, content in contents.items() if content["mills"]}


def _judge(activation: Activation, by: User) -> None:
    if not rights.may(by, "activation.answer") or by.organisation_id != activation.agreement.centre_id:
        raise NotAllowed(N_("Only the contact centre of the agreement draws up a statement."))
    if Activation.get_by_id(activation.id).status != "closed":
        raise WrongMoment(N_("The number is not closed yet: until then every amount is provisional."))


def _keep(activation: Activation, reason: str, by: User, now: datetime) -> list[Statement]:
    before = {one.bearer_id: one for one in of_activation(activation)}
    contents = reckon(activation, now)
    for bearer in before.keys() - contents.keys():  # who bears nothing any more hears that too
        contents[bearer] = before[bearer].content | {"spans": [], "mills": 0}
    first = max((one.number for one in before.values()), default=0) + 1
    drawn = [
        _Drawn(activation, bearer, content, number, before.get(bearer), reason, now)
        for number, (bearer, content) in enumerate(contents.items(), start=first)
    ]
    with writing():
        last = activation.statements.select(fn.MAX(Statement.number)).scalar() or 0
        if last != first - 1:
            raise WrongMoment(N_("Somebody else drew up a statement at this moment. This is how it stands."))
        kept = [one.keep(by) for one in drawn]
        for made in kept:
            deed = "statement.corrected" if made.corrects_id else "statement.drawn_up"
            facts = {"activation": made.activation_id, "bearer": made.bearer_id, "mills": made.mills}
            audit.record(deed, made, by=by, now=now, **facts)
    return kept


class _Drawn:
    """One statement on paper, before it is kept: making it takes its time, so outside the transaction."""

    def __init__(self, activation, bearer, content, number, corrects, reason, now):
        self.activation = activation
        self.bearer = Organisation.get_by_id(bearer)
        self.content = content
        self.facts = {"number": number, "corrects": corrects, "reason": reason, "made_at": now}
        self.lang = self.bearer.language
        data = told(content, self.lang, practice=activation.is_practice, **self.facts)
        self.files = {
            "document": (papers.statement_paper(data, self.lang), "pdf", PDF),
            "workbook": (papers.statement_workbook(data, self.lang), "xlsx", XLSX),
        }

    def keep(self, by: User) -> Statement:
        """In the caller's transaction: the files, the statement, and the mail to whoever pays."""
        kept = {name: self._document(*file) for name, file in self.files.items()}
        made = Statement.create(
            activation=self.activation,
            bearer=self.bearer,
            annex=self.content["annex"],
            content=self.content,
            mills=self.content["mills"],
            by=by,
            **kept,
            **self.facts,
        )
        self._post(made)
        return made

    def _document(self, content: bytes, ending: str, media_type: str) -> Document:
        return Document.create(
            organisation=self.bearer,
            kind=KIND,
            filename=filename(self.activation, self.facts["number"], ending),
            media_type=media_type,
            content=content,
            made_at=self.facts["made_at"],
        )

    def _post(self, made: Statement) -> None:
        if not self.bearer.email:
            return  # it stands on the page of the activation
        _ = translator(self.lang).gettext
        mark = f" ({_('demonstration amount')})" if self.content["is_demonstration"] else ""
        facts = self.content | {"total": euros(made.mills, self.lang) + mark}
        subject, body = _(SUBJECT) % facts, _(LETTER) % facts
        if self.activation.is_practice:
            subject = _("EXERCISE - %(subject)s") % {"subject": subject}
        letters.post(
            [self.bearer.email],
            organisation=self.activation.agreement.centre,
            subject=subject,
            body=body,
            lang=self.lang,
            now=made.made_at,
            page=f"/activations/{self.activation.id}/costs",
            document=made.document,
            is_practice=self.activation.is_practice,
        )


def filename(activation: Activation, number: int | str, ending: str) -> str:
    mood = "exercise-" if activation.is_practice else ""
    return f"{mood}statement-{activation.id}-{number or 'provisional'}.{ending}"


def take(activation: Activation, kind: str, *, by: User, now: datetime, number: int = 0) -> None:
    """Writes down that somebody took a statement along as a file; 0 is the provisional one."""
    with writing():
        audit.record("statement.taken", activation, by=by, now=now, format=kind, number=number)


# ── In words ────────────────────────────────────────────────────────────


def told(
    content: dict,
    lang: str,
    *,
    practice: bool,
    number: int = 0,
    corrects: Statement | None = None,
    reason: str = "",
    made_at: datetime | None = None,
) -> dict:
    """A statement worded in one language, in the shape of papers.statement_paper; nothing is reckoned."""
    return {
        **{name: content[name] for name in ("bearer", "municipality", "centre", "emergency", "mills")},
        "number": str(number or ""),
        "practice": practice,
        "made_at": moment(made_at, lang) if made_at else "",
        "facts": list(_facts(content, lang, corrects, reason, made_at)),
        "warning": translator(lang).gettext(DEMONSTRATION) if content["is_demonstration"] else "",
        "spans": [_span(span, content, lang) for span in content["spans"]],
        "total": euros(content["mills"], lang),
        "rules": [translator(lang).gettext(rule) for rule in RULES],
    }


def _facts(content: dict, lang: str, corrects, reason, made_at) -> Iterator[tuple[str, str]]:
    _ = translator(lang).gettext
    at = {name: content[name] and moment(datetime.fromisoformat(content[name]), lang) for name in MOMENTS}
    yield _("Paid by"), content["bearer"]
    yield _("Activation of"), content["municipality"]
    yield _("What happened"), content["emergency"]
    yield _("Information number"), content["telephone"]
    yield _("Open since"), at["opened_at"]
    yield _("Closed"), at["closed_at"] or _("not yet")
    yield _("Reckoned until"), at["until"]
    yield (
        _("Tariff"),
        _("annex 4, version %(version)s, in force from %(day)s")
        % {"version": content["version"], "day": day(date.fromisoformat(content["from_on"]), lang)},
    )
    if made_at:
        yield _("Drawn up"), moment(made_at, lang)
    if corrects:
        yield _("Corrects"), _("statement %(number)s") % {"number": corrects.number}
        yield _("Why"), reason


MOMENTS = ("opened_at", "closed_at", "until")


def _span(span: dict, content: dict, lang: str) -> dict:
    _ = translator(lang).gettext
    shared = ""
    if len(span["parties"]) > 1:
        shared = _("Shared by %(names)s: %(how)s.") % {
            "names": ", ".join(span["parties"]),
            "how": _(tariff.SPLITS[content["split"]]),
        }
    since = moment(datetime.fromisoformat(span["begins_at"]), lang)
    rows = [_row(line, lang) for line in span["lines"]]
    return {"title": _("From %(moment)s") % {"moment": since}, "shared": shared, "rows": rows}


def _row(line: list, lang: str) -> tuple:
    what, desk, rate, number, price, mills, part = line
    _ = translator(lang).gettext
    words = {"desk": desk.upper(), "rate": _(tariff.RATES[rate]) if rate else ""}
    return (
        _(WHATS[what]) % words,
        quantity(what, number, lang),
        euros(price, lang),
        euros(mills, lang),
        euros(part, lang),
        part,
    )


def quantity(what: str, number: int, lang: str) -> str:
    words = translator(lang)
    if what == "telephone":
        return words.gettext("%(minutes)d min %(seconds)d s") % {
            "minutes": number // 60,
            "seconds": number % 60,
        }
    if what == "activation":
        return str(number)
    return words.ngettext("%(num)d quarter hour", "%(num)d quarter hours", number) % {"num": number}
