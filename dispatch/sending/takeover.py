"""The lead of a campaign: a zone hands it to the national desk, or the desk takes it; from then on the zone watches."""

from datetime import datetime

from dispatch import audit, letters, rights
from dispatch.errors import NotAllowed, Refusal, WrongMoment
from dispatch.sending import approval
from dispatch.words import N_, translator
from models import BEFORE_LAUNCH, Campaign, Handover, Organisation, User, writing

UNDERWAY = ("running", "paused")
NOT_OVER = (*BEFORE_LAUNCH, *UNDERWAY)  # what can be handed over and given back; taken is only what runs
RUNS = N_("%(zone)s hands you the lead of “%(name)s”. It runs. Open Belfort to pause or stop it.")
DRAFTED = N_(
    "%(zone)s hands you the message “%(name)s”. Nothing of it was sent yet. Open Belfort to go on with it and send it."
)
SAID = {
    "handed": N_("%(name)s handed it to the national desk: %(reason)s"),
    "taken": N_("%(name)s of the national desk took it over: %(reason)s"),
    "returned": N_("%(name)s of the national desk gave it back: %(reason)s"),
}


def open_to_desk():
    """The real campaigns of all zones that are underway and that no desk leads yet, newest first."""
    here = Campaign.status.in_(UNDERWAY) & ~Campaign.is_practice & Campaign.held_by.is_null()
    return Campaign.select().where(here).order_by(Campaign.id.desc())


def led_by(desk: int):
    """The campaigns that this desk leads or once led."""
    return Handover.select(Handover.campaign).where(Handover.desk == desk)


def national_desk() -> Organisation | None:
    return Organisation.get_or_none(Organisation.is_national_desk)


def hand(campaign: Campaign, *, by: User, now: datetime, reason: str) -> None:
    """The zone gives the lead to the national desk, which is told by mail; of a draft the desk goes on with the text.

    Whom it is for stays as the zone chose, and so do its rules of four eyes: another person of the desk approves.
    """
    desk = national_desk()
    if not desk:
        raise Refusal(N_("There is no national desk in this installation. The campaign stays with you."))
    with writing():
        if not rights.may(User.get_by_id(by.id), rights.CONTROL, Campaign.get_by_id(campaign.id)):
            raise NotAllowed(N_("You do not lead this campaign. Nothing was changed."))
        if not any(Campaign.get_by_id(campaign.id).audience.values()):
            raise Refusal(N_("Choose first who gets it: the national desk cannot. Nothing was changed."))
        _pass_on(campaign, "handed", desk, None, desk.id, by=by, now=now, reason=reason)
        if desk.email:
            _tell(desk, campaign, now)


def take(campaign: Campaign, *, by: User, now: datetime, reason: str) -> None:
    """The national desk takes the lead of a zone's campaign."""
    with writing():
        _pass_on(campaign, "taken", _desk_of(by), None, by.organisation_id, by=by, now=now, reason=reason)


def give_back(campaign: Campaign, *, by: User, now: datetime, reason: str) -> None:
    """The national desk gives the lead back to the zone."""
    with writing():
        _pass_on(campaign, "returned", _desk_of(by), by.organisation_id, None, by=by, now=now, reason=reason)


def _desk_of(by: User) -> Organisation:
    person = User.get_by_id(by.id)
    if not rights.may(person, "campaign.take") or not person.organisation.is_national_desk:
        raise NotAllowed(N_("Only the national desk takes campaigns over."))
    return person.organisation


def _pass_on(campaign: Campaign, deed: str, desk, old, new, *, by: User, now: datetime, reason: str) -> None:
    """A conditional update: of a zone that hands over and a desk that takes, one is first."""
    if not reason.strip():
        raise Refusal(N_("Say why, in a few words."), field="reason")
    is_old = Campaign.held_by.is_null() if old is None else Campaign.held_by == old
    states = UNDERWAY if deed == "taken" else NOT_OVER
    here = (Campaign.id == campaign.id) & Campaign.status.in_(states) & ~Campaign.is_practice & is_old
    if not Campaign.update(held_by=new).where(here).execute():
        raise WrongMoment(N_("The campaign is no longer in the state that you saw. Nothing was changed."))
    if campaign.is_draft:
        approval.ask_elsewhere(campaign, now)
    said = reason.strip()[:2_000]
    made = Handover.create(campaign=campaign, deed=deed, desk=desk, by=by, reason=said, at=now)
    for house in {campaign.organisation_id, desk.id}:
        facts = {"organisation": house, "handover": made.id, "desk": desk.id}
        audit.record(f"campaign.{deed}", campaign, by=by, now=now, **facts)


def _tell(desk: Organisation, campaign: Campaign, now: datetime) -> None:
    _ = translator(desk.language).gettext
    facts = {"zone": campaign.organisation.name, "name": campaign.name}
    letters.post(
        [desk.email],
        organisation=campaign.organisation,
        subject=_(N_("%(zone)s hands you a campaign: %(name)s")) % facts,
        body=_(DRAFTED if campaign.is_draft else RUNS) % facts,
        lang=desk.language,
        now=now,
        page=f"/campaigns/{campaign.id}",
    )


def story(campaign: Campaign) -> list[Handover]:
    """Each time that the lead changed hands, oldest first."""
    return list(
        Handover.select(Handover, User)
        .join(User)
        .where(Handover.campaign == campaign.id)
        .order_by(Handover.id)
    )
