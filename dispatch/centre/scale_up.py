"""Scale-up (annex 7): a higher authority takes control, liaison and costs of an activation from a moment on.

Whoever is in control gives, the higher authority takes; both show who they are, and what was handed over is kept as
both signed it. Before the first one that was taken the municipality itself carries everything.
"""

from datetime import datetime, timedelta

from dispatch import audit, rights
from dispatch.centre import authority
from dispatch.centre import form as annex3
from dispatch.centre.moves import fresh, milestones
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from dispatch.people import numbers
from dispatch.words import N_, Sentence
from models import PHASES, Activation, Emergency, Organisation, ScaleUp, User, writing

KIND_OF = {"provincial": "province", "federal": "federal_service"}
AHEAD = timedelta(hours=24)  # how far ahead a moment of handing over may lie
NOT_SHOWN = N_("Type your password or a code again. It shows that it is you.")
GONE = N_("It was taken already, or taken back.")
NOT_YET = N_("Nothing was handed over yet.")
NOT_IN_CONTROL = N_("%(house)s is in control of this activation. Only they may do this.")


# ── Who carries it ──────────────────────────────────────────────────────


def taken(activation: Activation) -> list[ScaleUp]:
    """The scale-ups that hold, in the order of the moments from which they do."""
    found = ScaleUp.select(ScaleUp, Organisation).join(Organisation)
    here = (ScaleUp.activation == activation.id) & ScaleUp.taken_at.is_null(False)
    return list(found.where(here).order_by(ScaleUp.from_at, ScaleUp.id))


def bearers(activation: Activation) -> list[tuple[datetime, Organisation]]:
    """Who carries control and costs, each with the moment from which on; first the municipality, from the receipt.

    [] for a draft. Two moments that are equal leave the earlier one without any time at all.
    """
    first = next((one.at for one in milestones(activation) if one.status == "requested"), None)
    if first is None:
        return []
    return [(first, activation.municipality), *((one.from_at, one.authority) for one in taken(activation))]


def holding(activation: Activation, at: datetime) -> ScaleUp | None:
    """The scale-up by which a higher authority carries it at this moment; None while the municipality does."""
    return next((one for one in reversed(taken(activation)) if one.from_at <= at), None)


def bearer_at(activation: Activation, at: datetime) -> Organisation:
    """The authority that carries control and costs at this moment."""
    holds = holding(activation, at)
    return holds.authority if holds else activation.municipality


def phase_at(activation: Activation, at: datetime) -> str:
    """municipal, provincial or federal."""
    holds = holding(activation, at)
    return holds.phase if holds else "municipal"


def liaison_at(activation: Activation, at: datetime) -> dict[str, str]:
    """Name, phone and email of whoever answers the questions of the centre at this moment."""
    form = activation.form
    named = {part: form.get(f"liaison_{part}", "") for part in ("name", "phone", "email")}
    holds = holding(activation, at)
    return holds.handover["liaison"] if holds else named


def demand_control(activation: Activation, by: User, now: datetime) -> None:
    """Raises NotAllowed unless this person decides for the authority that is in control at this moment."""
    house = bearer_at(activation, now)
    if house.id == activation.municipality_id:
        if by.organisation_id != house.id:
            raise NotAllowed(NOT_IN_CONTROL, house=house.name)
        return authority.demand_asking(activation.municipality, by, now)
    if by.organisation_id != house.id or not rights.may(by, "activation.take"):
        raise NotAllowed(NOT_IN_CONTROL, house=house.name)


def carries(user: User, emergency: Emergency, now: datetime) -> bool:
    """Whether this person's house carries a request of this emergency: it decides what callers are told."""
    shared = emergency.activations.where(Activation.status.not_in(("draft", "refused")))
    return any(bearer_at(one, now).id == user.organisation_id for one in shared)


def may_control(activation: Activation, by: User, now: datetime) -> bool:
    try:
        demand_control(activation, by, now)
    except NotAllowed:
        return False
    return True


def demand_begun(activation: Activation) -> None:
    """Raises WrongMoment while the form was not submitted: there is no emergency yet to hand over."""
    if activation.is_draft:
        raise WrongMoment(N_("This form was not submitted yet: there is nothing to hand over."))


# ── Giving ──────────────────────────────────────────────────────────────


def authorities(activation: Activation, now: datetime) -> list[Organisation]:
    """Whom it can be handed to: every province and federal service that stands above the present phase."""
    above = PHASES[PHASES.index(phase_at(activation, now)) + 1 :]
    kinds = [KIND_OF[phase] for phase in above]
    found = Organisation.select().where(Organisation.kind.in_(kinds))
    return sorted(found, key=lambda one: (kinds.index(one.kind), one.name))


def reach(activation: Activation, by: User, now: datetime) -> list[Activation]:
    """The activations of the same emergency that this person's house controls and that are under way: this one first."""
    under_way = Activation.status.not_in(("draft", "closed", "refused"))
    others = Activation.select().where(
        Activation.emergency == activation.emergency_id, Activation.id != activation.id, under_way
    )
    return [activation, *(one for one in others.order_by(Activation.id) if may_control(one, by, now))]


def offer(
    activations: list[Activation],
    *,
    to: Organisation | None,
    from_at: datetime | None,
    reason: str,
    states: list[dict],
    by: User,
    now: datetime,
    is_confirmed: bool,
) -> list[ScaleUp]:
    """Hands these activations to a higher authority, which still has to take them; `states` is what handover.state
    told of each at this moment.

    Raises Incomplete by field, NotAllowed, and WrongMoment where one is over or already on its way to somebody.
    """
    for one in activations:
        demand_control(one, by, now)
    reason = annex3.tidy("extra", reason)[: annex3.LONGEST_TEXT]
    faults = _faults(activations, to, from_at, reason, now)
    if not is_confirmed:
        faults["password"] = Sentence(NOT_SHOWN)
    if faults:
        raise Incomplete(NOT_YET, faults)
    with writing():
        return [
            _offer(fresh(one), to, max(from_at, _earliest(one)), reason, state, by, now)
            for one, state in zip(activations, states, strict=True)
        ]


def _offer(
    activation: Activation,
    to: Organisation,
    from_at: datetime,
    reason: str,
    state: dict,
    by: User,
    now: datetime,
) -> ScaleUp:
    demand_control(activation, by, now)
    if activation.is_draft or activation.is_over or offered(activation):
        raise WrongMoment(N_("This is over, or it is already on its way to another authority."))
    made = ScaleUp.create(
        activation=activation,
        phase=_phase_of(to),
        authority=to,
        from_at=from_at,
        reason=reason,
        handover={"state": state},
        given_by=by,
        given_at=now,
    )
    audit.record("activation.offered", activation, by=by, now=now, authority=to.id, phase=made.phase)
    return made


def _phase_of(house: Organisation) -> str:
    return next(phase for phase, kind in KIND_OF.items() if kind == house.kind)


def _faults(activations, to, from_at, reason: str, now: datetime) -> dict[str, Sentence]:
    faults = {}
    if to is None or any(to not in authorities(one, now) for one in activations):
        faults["authority"] = Sentence(N_("Choose to which higher authority it goes."))
    if from_at is None:
        faults["from_at"] = Sentence(
            N_("Write the hour as 02:51, or with the day as 21/11 02:51. What you typed was kept.")
        )
    elif not _earliest(activations[0]).replace(second=0, microsecond=0) <= from_at <= now + AHEAD:
        faults["from_at"] = Sentence(
            N_(
                "Costs and control pass at this moment: not before the request or the last handing over, "
                "and at most a day ahead. What you typed was kept."
            )
        )
    if not reason:
        faults["reason"] = Sentence(N_("Write why, and who declared the higher phase."))
    return faults


def _earliest(activation: Activation) -> datetime:
    return bearers(activation)[-1][0]


def offered(activation: Activation) -> ScaleUp | None:
    """What was given and neither taken nor taken back."""
    waits = ScaleUp.taken_at.is_null() & ScaleUp.withdrawn_at.is_null()
    return ScaleUp.select().where((ScaleUp.activation == activation.id) & waits).first()


def waiting(activations: list[Activation]) -> set[int]:
    """The ids of those that were given and neither taken nor taken back."""
    here = ScaleUp.activation.in_([one.id for one in activations])
    waits = ScaleUp.taken_at.is_null() & ScaleUp.withdrawn_at.is_null()
    return {id for (id,) in ScaleUp.select(ScaleUp.activation).where(here & waits).tuples()}


def withdraw(activation: Activation, *, by: User, now: datetime) -> None:
    """Takes an offer back that nobody took; whoever gave it stays in control."""
    demand_control(activation, by, now)
    waits = ScaleUp.taken_at.is_null() & ScaleUp.withdrawn_at.is_null()
    with writing():
        if not ScaleUp.update(withdrawn_at=now).where(ScaleUp.activation == activation.id, waits).execute():
            raise WrongMoment(GONE)
        audit.record("activation.offer_withdrawn", activation, by=by, now=now)


# ── Taking ──────────────────────────────────────────────────────────────


def demand_taking(activation: Activation, by: User) -> ScaleUp:
    """The offer that this person may take; raises NotAllowed, and WrongMoment when there is none any more."""
    waiting = offered(activation)
    if not waiting:
        raise WrongMoment(GONE)
    if by.organisation_id != waiting.authority_id or not rights.may(by, "activation.take"):
        raise NotAllowed(
            N_("Only a liaison officer or administrator of %(house)s takes this."),
            house=waiting.authority.name,
        )
    return waiting


def together(activation: Activation, by: User) -> list[ScaleUp]:
    """All offers of the same emergency that wait for this person's house, that of this activation first."""
    mine = demand_taking(activation, by)
    others = (
        ScaleUp.select(ScaleUp, Activation)
        .join(Activation)
        .where(
            ScaleUp.authority == mine.authority_id,
            ScaleUp.id != mine.id,
            ScaleUp.taken_at.is_null() & ScaleUp.withdrawn_at.is_null(),
            Activation.emergency == activation.emergency_id,
        )
    )
    return [mine, *others.order_by(ScaleUp.id)]


def liaison_faults(typed: dict[str, str]) -> dict[str, Sentence]:
    """What is wrong in the liaison officer whom the authority names."""
    faults = {}
    if not typed.get("name", "").strip():
        faults["liaison_name"] = Sentence(N_("Write whom the centre may call with its questions."))
    try:
        numbers.parse(typed.get("phone", ""))
    except numbers.InvalidNumber as fault:
        faults["liaison_phone"] = Sentence(annex3.KEPT, fault=Sentence(numbers.SENTENCES[fault.code]))
    if typed.get("email") and not annex3.is_email(typed["email"]):
        faults["liaison_email"] = Sentence(
            N_("This is not an e-mail address: one looks like name@example.be. What you typed was kept.")
        )
    return faults


def demand_confirmed(is_confirmed: bool) -> None:
    if not is_confirmed:
        raise Refusal(NOT_SHOWN, field="password")
