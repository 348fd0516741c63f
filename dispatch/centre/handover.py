"""The hand-over record of a scale-up: how things stand, as both sides sign it, and the paper that remembers it."""

from datetime import datetime

from dispatch import audit, clock, papers
from dispatch.centre import costs, notices, scale_up, telling
from dispatch.centre import form as annex3
from dispatch.centre import request as wording
from dispatch.errors import Incomplete, WrongMoment
from dispatch.onboarding.orders import euros
from dispatch.words import ACTIVATION_STATUSES, DAY_AND_HOUR, N_, InFigures, Sentence, translator
from models import Activation, Document, Emergency, Inquiry, Question, ScaleUp, User, writing

PHASES = {
    "municipal": N_("municipal phase"),
    "provincial": N_("provincial phase"),
    "federal": N_("federal phase"),
}
STATEMENT = N_("Control, liaison and costs of the information number for %(towns)s pass to %(taker)s.")


def running_cost(activation: Activation, at: datetime) -> int | None:
    """What was spent until this moment, in mills without VAT; None without a tariff."""
    reckoned = costs.bill(activation.emergency, at)
    return reckoned and reckoned.of(activation)


# ── How things stand ────────────────────────────────────────────────────


def state(activation: Activation, now: datetime) -> dict:
    """How one activation stands at this moment: what goes into the record, as plain values."""
    emergency = Emergency.get_by_id(activation.emergency_id)
    form = activation.form
    special = form.get("arrangement") == "special"
    return {
        "municipality": activation.municipality.name,
        "centre": activation.agreement.centre.name,
        "giver": scale_up.bearer_at(activation, now).name,
        "phase": scale_up.phase_at(activation, now),
        "status": activation.status,
        "number": activation.number or emergency.number,
        "hours": form.get("opening_hours", "") if special else "",
        "operators": form.get("operators", "") if special else str(activation.agreement.operators),
        "sheet_version": emergency.sheet_version,
        "open_questions": _open_questions(activation, emergency),
        "cost_mills": running_cost(activation, now),
        "liaison": scale_up.liaison_at(activation, now),
        "at": now.isoformat(),
    }


def _open_questions(activation: Activation, emergency: Emergency) -> int:
    floor = Question.select().where(Question.emergency == emergency.id, Question.answered_at.is_null())
    asked = Inquiry.select().where(Inquiry.activation == activation.id, Inquiry.answered_at.is_null())
    return floor.where(Question.dismissed_why == "").count() + asked.count()


# ── Taking it ───────────────────────────────────────────────────────────


def take(
    activation: Activation,
    *,
    liaison: dict[str, str],
    with_others: bool,
    by: User,
    now: datetime,
    is_confirmed: bool,
) -> list[ScaleUp]:
    """The higher authority takes what was offered, this activation alone or all of the emergency at once.

    One transaction: the signatures, the record, the notice to the centre and the mails. Raises Incomplete by field,
    NotAllowed, and WrongMoment when somebody took it, or took it back, meanwhile.
    """
    offers = scale_up.together(activation, by)
    offers = offers if with_others else offers[:1]
    faults = scale_up.liaison_faults(liaison)
    if not is_confirmed:
        faults["password"] = Sentence(scale_up.NOT_SHOWN)
    if faults:
        raise Incomplete(N_("Nothing was taken over yet."), faults)
    liaison = {
        part: annex3.tidy("liaison_name", liaison.get(part, "")) for part in ("name", "phone", "email")
    }
    kept = [_kept(one, liaison, now) for one in offers]
    paper = papers.record(_told(offers, kept, by, now), by.organisation.language)
    with writing():
        document = _document(offers, paper, by, now)
        for one, handover in zip(offers, kept, strict=True):
            _sign(one, handover=handover, document=document, by=by, now=now)
            _tell(one, document, by, now)
    return [ScaleUp.get_by_id(one.id) for one in offers]


def _kept(one: ScaleUp, liaison: dict, now: datetime) -> dict:
    """What both signed: how it stood when it was given and when it was taken, and who answers questions now."""
    return {**one.handover, "taken": state(one.activation, now), "liaison": liaison}


def _sign(one: ScaleUp, *, handover: dict, document, by: User, now: datetime) -> None:
    """Marks an offer as taken, in the caller's transaction; raises WrongMoment when it no longer waits."""
    waits = ScaleUp.taken_at.is_null() & ScaleUp.withdrawn_at.is_null()
    facts = {"taken_by": by, "taken_at": now, "handover": handover, "document": document}
    if not ScaleUp.update(facts).where(ScaleUp.id == one.id, waits).execute():
        raise WrongMoment(scale_up.GONE)
    audit.record(
        "activation.taken", one.activation, by=by, now=now, authority=one.authority_id, phase=one.phase
    )


def _document(offers: list[ScaleUp], paper: bytes, by: User, now: datetime) -> Document:
    mood = "exercise-" if offers[0].activation.is_practice else ""
    return Document.create(
        organisation=by.organisation,
        kind="hand_over",
        filename=f"{mood}hand-over-{by.organisation.slug}-{clock.local(now):%Y%m%d-%H%M}.pdf",
        media_type="application/pdf",
        content=paper,
        made_at=now,
    )


def _tell(one: ScaleUp, document: Document, by: User, now: datetime) -> None:
    activation = one.activation
    facts = {
        "municipality": activation.municipality.name,
        "house": one.authority.name,
        "from_at": InFigures(one.from_at, DAY_AND_HOUR),
    }
    word = telling.Word(
        Sentence(N_("%(house)s takes over: information number of %(municipality)s"), **facts),
        Sentence(
            N_(
                "From %(from_at)s on %(house)s carries control, liaison and costs of the information number of "
                "%(municipality)s. The hand-over record is enclosed. Acknowledge it on the page of the activation."
            ),
            **facts,
        ),
        Sentence(
            N_("%(house)s takes over the number of %(municipality)s from %(from_at)s. See Belfort."), **facts
        ),
    )
    notices.tell(activation, "scale_up", word, document=document, by=by, now=now)
    for house in {activation.municipality, one.given_by.organisation, one.authority}:
        telling.tell(activation, telling.of_house(house), word, now=now, document=document)


# ── The record on paper ─────────────────────────────────────────────────


def _told(offers: list[ScaleUp], kept: list[dict], by: User, now: datetime) -> dict:
    lang, first = by.organisation.language, offers[0]
    _ = translator(lang).gettext
    towns = ", ".join(one.activation.municipality.name for one in offers)
    facts = {"taker": first.authority.name, "towns": towns}
    return {
        "title": _("Hand-over record, %(emergency)s") % {"emergency": first.activation.emergency.name[:80]},
        "organisation": first.authority.name,
        "practice": first.activation.is_practice,
        "statement": _(STATEMENT) % facts,
        "figures": [
            (_("information number"), wording.phone(kept[0]["taken"]["number"]) or _("not open yet")),
            (_("new phase"), _(PHASES[first.phase])),
        ],
        "sections": [
            (_("Liaison officer from now on"), _liaison(kept[0]["liaison"], lang)),
            *[_town(*pair, lang) for pair in zip(offers, kept, strict=True)],
        ],
        "table": None,
        "signatures": [
            *[_signature(_("Given"), one.given_by, one.given_at, lang) for one in _givers(offers)],
            _signature(_("Taken"), by, now, lang),
        ],
    }


def _givers(offers: list[ScaleUp]) -> list[ScaleUp]:
    """One offer of each person who gave."""
    return list({one.given_by_id: one for one in reversed(offers)}.values())[::-1]


def _town(one: ScaleUp, kept: dict, lang: str) -> tuple[str, list[tuple[str, str]]]:
    _ = translator(lang).gettext
    passes = [
        (_("Passes at"), wording.moment(one.from_at, lang)),
        (_("Reason"), one.reason),
        (_("Given by"), f"{one.given_by.name}, {one.given_by.organisation.name}"),
        (_("Contact centre"), kept["taken"]["centre"]),
    ]
    return kept["taken"]["municipality"], passes + stands(kept["taken"], lang)


def _liaison(liaison: dict, lang: str) -> list[tuple[str, str]]:
    _ = translator(lang).gettext
    reach = "\n".join(filter(None, (wording.phone(liaison["phone"]), liaison["email"])))
    return [(_("Name"), liaison["name"]), (_("Reachable on"), reach)]


def stands(told: dict, lang: str) -> list[tuple[str, str]]:
    """How things stood, as pairs of name and value for a person; what nobody knows is left out."""
    _ = translator(lang).gettext
    cost, status = told["cost_mills"], ACTIVATION_STATUSES[told["status"]]
    pairs = [
        (_("State"), _(status)),
        (_("Number"), wording.phone(told["number"])),
        (_("Opening hours"), told["hours"]),
        (_("Operators asked for"), told["operators"]),
        (_("Version of the information sheet"), str(told["sheet_version"])),
        (_("Questions without an answer"), str(told["open_questions"])),
        (_("Cost until now, without VAT"), "" if cost is None else euros(cost, lang)),
        (_("In control until now"), told["giver"]),
        (_("Liaison officer until now"), told["liaison"]["name"]),
        (_("As it stood at"), wording.moment(datetime.fromisoformat(told["at"]), lang)),
    ]
    return [pair for pair in pairs if pair[1]]


def _signature(role: str, user: User, at: datetime, lang: str) -> tuple[str, str, str, str]:
    return role, user.name, user.organisation.name, wording.moment(at, lang)
