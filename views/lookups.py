"""Every row is found here, by the person who asks: another organisation's row does not exist."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache

from flask import abort, request
from flask_login import current_user

from dispatch import audit, rights
from dispatch.centre import agreements, exercises, preparation, victims
from dispatch.errors import NotAllowed
from dispatch.sending import inbound, takeover
from dispatch.words import N_
from models import (
    CAMPAIGN_STATUSES,
    Accession,
    Activation,
    Agreement,
    Annex,
    Bin,
    Campaign,
    Contract,
    DataCheck,
    Emergency,
    Entry,
    EntryDraft,
    Exercise,
    Import,
    Inbound,
    Inquiry,
    Lesson,
    Member,
    Membership,
    Message,
    Notice,
    Order,
    Organisation,
    PendingChange,
    Plan,
    Prepared,
    Question,
    Reception,
    SafetyZone,
    StandingQuestion,
    Tariff,
    Template,
    Token,
    User,
    UserTable,
    VictimNote,
    slots,
)
from views import guard

MIXED = N_("You are practising, and this message is real. Stop practising first. Nothing was changed.")
# What somebody who practises may still do to a real campaign: hold it back, which must never wait; write in its draft,
# of which nothing leaves; keep its text. The launch says no on its own page. Whatever is not named here is refused.
ALSO_WHILE_PRACTISING = frozenset(
    (
        "control.pause",
        "control.stop",
        "campaigns.write",
        "campaigns.autosave",
        "campaigns.measured",
        "filling.says",
        "campaigns.save_template",
        "campaigns.launch",
        "recordings.upload",
        "recordings.remove",
    )
)


def bin_of(id: int) -> Bin:
    """A BIN that this person may see."""
    return rights.bins_of(current_user).where(Bin.id == id).first() or abort(404)


def member_of(id: int) -> Member:
    """A member of a BIN that this person may see, ended memberships included; who was erased is nobody."""
    bins = [bin.id for bin in rights.bins_of(current_user)]
    seen = Membership.select(Membership.member).where(Membership.bin.in_(bins))
    here = (Member.id == id) & Member.erased_at.is_null() & Member.id.in_(seen)
    return Member.select().where(here).first() or abort(404)


def whole_member_of(id: int) -> Member:
    """The same, for deeds on all that is kept about them: 403 where another BIN of the zone knows them too."""
    member = member_of(id)
    bins = [bin.id for bin in rights.bins_of(current_user)]
    if member.memberships.where(Membership.bin.not_in(bins)).exists():
        raise NotAllowed(
            N_("Another BIN of the zone knows this person too. Ask somebody of the police zone to do this.")
        )
    return member


def membership_of(id: int) -> Membership:
    """A membership of a BIN that this person may see, ended or not."""
    here = Membership.bin.in_([bin.id for bin in rights.bins_of(current_user)])
    return Membership.select().where(Membership.id == id, here).first() or abort(404)


def check_of(id: int) -> DataCheck:
    """A personal link that was sent for a BIN that this person may see."""
    here = DataCheck.bin.in_([bin.id for bin in rights.bins_of(current_user)])
    return DataCheck.select().where(DataCheck.id == id, here).first() or abort(404)


def import_of(id: int) -> Import:
    found = Import.get_or_none(Import.id == id)
    if not found or not rights.may(current_user, "member.import", found.bin):
        abort(404)
    return found


def campaign_of(id: int, action: str = "campaign.see") -> Campaign:
    """A campaign that this person may see; 403 when seeing is all they may."""
    campaign = Campaign.get_or_none(Campaign.id == id)
    if not campaign or not rights.sees_campaign(current_user, campaign):
        abort(404)
    if not rights.may(current_user, action, campaign):
        abort(403)
    return apart(campaign)


def apart(campaign: Campaign) -> Campaign:
    """A person who practises does nothing to a real campaign by mistake: only what makes it safer, or no difference."""
    does = request.method == "POST" and request.endpoint not in ALSO_WHILE_PRACTISING
    if does and guard.is_mixed(campaign):
        raise NotAllowed(MIXED)
    return campaign


def reply_of(id: int) -> Inbound:
    """A text of a member that this person may read."""
    return inbound.of(current_user).where(Inbound.id == id).first() or abort(404)


def campaigns_seen(is_practice: bool, *statuses: str) -> Iterator[Campaign]:
    """The campaigns that this person may see, newest first: real or practice, all or in these states."""
    for campaign in _of_house(statuses).objects(Campaign, current_user.organisation_id, is_practice):
        if rights.sees_campaign(current_user, campaign):
            yield campaign


@cache
def _of_house(statuses: tuple[str, ...]) -> Prepared:
    house, mood = slots(2)
    here = (Campaign.organisation == house) | Campaign.id.in_(takeover.led_by(house))
    there = Campaign.status.in_(statuses or CAMPAIGN_STATUSES) & (Campaign.is_practice == mood)
    return Prepared(Campaign.select().where(here, there).order_by(Campaign.id.desc()))


def led_by_no_desk(id: int) -> Campaign:
    """A real campaign of any zone that is underway, for who may take it over."""
    return apart(takeover.open_to_desk().where(Campaign.id == id).first() or abort(404))


def message_of(campaign: Campaign, id: int) -> Message:
    return Message.get_or_none(Message.id == id, Message.campaign == campaign.id) or abort(404)


def message_by(reference: str) -> Message:
    """The message of a campaign that this person may see, by its reference or by that of its first call."""
    is_it = (Message.reference == reference) | (Message.first_reference == reference)
    message = Message.get_or_none(is_it, Message.campaign.is_null(False)) or abort(404)
    campaign_of(message.campaign_id)
    return message


def template_of(id: int, action: str = "campaign.see", *, is_removed: bool = False) -> Template:
    """A template of this person's organisation, or one that was removed; 403 when it is not theirs to change."""
    here = (Template.organisation == current_user.organisation_id) & Template.removed_at.is_null(
        not is_removed
    )
    template = Template.get_or_none(Template.id == id, here) or abort(404)
    if action != "campaign.see" and not rights.may(current_user, action, template):
        abort(403)
    return template


def activation_of(id: int) -> Activation:
    """An activation of this person's municipality, or one that their contact centre received."""
    activation = Activation.get_or_none(Activation.id == id)
    if not activation or not rights.sees_activation(current_user, activation):
        abort(404)
    return activation


def exercise_of(id: int) -> Exercise:
    """An exercise of this person's municipality or centre, or one whose findings their service was sent."""
    return exercises.seen_by(current_user).where(Exercise.id == id).first() or abort(404)


def lesson_of(id: int) -> Lesson:
    """A to-do of this person's organisation."""
    return Lesson.get_or_none(Lesson.id == id, Lesson.organisation == current_user.organisation_id) or abort(
        404
    )


def priced_by_centre() -> list[Agreement | Contract]:
    """The framework contracts and the agreements whose tariff this person's contact centre writes."""
    centre = current_user.organisation_id
    contracts = Contract.select().where(Contract.centre == centre).order_by(Contract.name)
    agreements = Agreement.select(Agreement, Organisation).join(
        Organisation, on=Agreement.municipality == Organisation.id
    )
    return [*contracts, *agreements.where(Agreement.centre == centre).order_by(Organisation.name)]


def emergency_of(id: int) -> Emergency:
    """An emergency of which this person sees an activation."""
    emergency = Emergency.get_or_none(Emergency.id == id)
    if not emergency or not rights.sees_emergency(current_user, emergency):
        abort(404)
    return emergency


def _of_emergency(table, id: int):
    """A row of an emergency that this person sees."""
    found = table.get_or_none(table.id == id) or abort(404)
    emergency_of(found.emergency_id)
    return found


def entry_of(id: int) -> Entry:
    return _of_emergency(Entry, id)


def question_of(id: int) -> Question:
    return _of_emergency(Question, id)


def entry_draft_of(id: int) -> EntryDraft:
    """What this person is typing for the sheet; nobody opens another one's."""
    draft = _of_emergency(EntryDraft, id)
    return draft if draft.by_id == current_user.id else abort(404)


def victim_note_of(id: int) -> VictimNote:
    """A note that this person may open; for anybody else it does not exist."""
    note = _of_emergency(VictimNote, id)
    seen = victims.seen_by(current_user, note.emergency).where(VictimNote.id == id)
    return seen.first() or abort(404)


def inquiry_of(activation: Activation, id: int) -> Inquiry:
    return Inquiry.get_or_none(Inquiry.id == id, Inquiry.activation == activation.id) or abort(404)


def notice_about(activation: Activation, id: int) -> Notice:
    here = Notice.subject == audit.subject_of(activation)
    return Notice.get_or_none(Notice.id == id, here) or abort(404)


def tokens_seen() -> list[Token]:
    """The tokens of this person's organisation, newest first."""
    query = Token.select(Token, User).join(User).where(Token.organisation == current_user.organisation_id)
    return list(query.order_by(Token.id.desc()))


def token_of(id: int) -> Token:
    return Token.get_or_none(Token.id == id, Token.organisation == current_user.organisation_id) or abort(404)


def organisation_of(id: int) -> Organisation:
    """This person's organisation, or any for whoever looks after the platform."""
    is_theirs = id == current_user.organisation_id or rights.may(current_user, "organisation.see")
    return (is_theirs and Organisation.get_or_none(Organisation.id == id)) or abort(404)


def zone_with_feed(slug: str) -> Organisation:
    """The organisation that opened a feed under this name to everybody; of any other nobody hears whether it exists."""
    here = (Organisation.slug == slug) & Organisation.feed_since.is_null(False)
    return Organisation.get_or_none(here) or abort(404)


def _of_organisation(table, id: int):
    """A row of an organisation whose agreements this person looks after."""
    found = table.get_or_none(table.id == id) or abort(404)
    organisation_of(found.organisation_id)
    return found


def accession_of(id: int) -> Accession:
    return _of_organisation(Accession, id)


def order_of(id: int) -> Order:
    return _of_organisation(Order, id)


def tariff_of(id: int) -> Tariff:
    """The prices are everybody's; who may change them is the guard's question."""
    return Tariff.get_or_none(Tariff.id == id) or abort(404)


def user_table_of(id: int) -> UserTable:
    return _of_organisation(UserTable, id)


def contract_of(id: int) -> Contract:
    return Contract.get_or_none(Contract.id == id) or abort(404)


def centre_agreement_of(id: int) -> Agreement:
    """An agreement of this person's municipality or contact centre, or any for the platform."""
    return agreements.seen_by(current_user).where(Agreement.id == id).first() or abort(404)


def centre_contract_of(id: int) -> Contract:
    """The framework contract of this person's contact centre, or any centre's for the platform."""
    is_client = current_user.organisation.kind == "municipality"  # it sees the annexes, not the contract
    seen = agreements.contracts_seen_by(current_user).where(Contract.id == id)
    return (None if is_client else seen.first()) or abort(404)


def annex_of(id: int) -> Annex:
    """A version of an annex of an agreement that this person sees, or of the contract under it."""
    annex = Annex.get_or_none(Annex.id == id) or abort(404)
    if annex.agreement_id:
        centre_agreement_of(annex.agreement_id)
        return annex
    under = agreements.seen_by(current_user).where(Agreement.contract == annex.contract_id)
    if not under.exists():
        centre_contract_of(annex.contract_id)
    return annex


def notice_of(id: int) -> Notice:
    notice = Notice.get_or_none(Notice.id == id) or abort(404)
    centre_agreement_of(notice.agreement_id)
    return notice


def _prepared(table, id: int):
    """A part of the preparation of this person's municipality that was not taken away."""
    here = (table.municipality == current_user.organisation_id) & table.removed_at.is_null()
    return table.get_or_none(table.id == id, here) or abort(404)


def taken_away_of(key: str):
    """A part that was taken out of the preparation of this person's municipality, by the key that its list gives it."""
    name, _colon, id = key.partition(":")
    table = {one._meta.table_name: one for one in preparation.PARTS}.get(name)
    if not table or not id.isdecimal():
        abort(404)
    here = (table.municipality == current_user.organisation_id) & table.removed_at.is_null(False)
    return table.get_or_none(table.id == int(id), here) or abort(404)


def plan_of(id: int) -> Plan:
    return _prepared(Plan, id)


def reception_of(id: int) -> Reception:
    return _prepared(Reception, id)


def safety_zone_of(id: int) -> SafetyZone:
    return _prepared(SafetyZone, id)


def standing_question_of(id: int) -> StandingQuestion:
    return _prepared(StandingQuestion, id)


def user_of(id: int) -> User:
    """A person of this person's organisation."""
    return User.get_or_none(User.id == id, User.organisation == current_user.organisation_id) or abort(404)


def pending_changes_seen(now: datetime) -> list[PendingChange]:
    """What waits for a second administrator here; the platform stands in for every organisation."""
    of_people = PendingChange.kind.startswith("user.")  # those of the matrix wait beside it
    waits = of_people & (PendingChange.status == "asked") & (PendingChange.expires_at > now)
    if current_user.role != "platform_admin":
        waits &= PendingChange.organisation == current_user.organisation_id
    return list(PendingChange.select().where(waits).order_by(PendingChange.id))


def pending_change_of(id: int) -> PendingChange:
    """A change that this person may see, decided or not."""
    change = PendingChange.get_or_none(PendingChange.id == id)
    is_here = change and change.organisation_id == current_user.organisation_id
    if not change or not (is_here or current_user.role == "platform_admin"):
        abort(404)
    return change


def floor_of(id: int) -> Emergency:
    """The same, for a deed on its floor: a person who practises cannot touch a real one by mistake."""
    emergency = emergency_of(id)
    if guard.is_mixed(emergency):
        raise NotAllowed(N_("You are practising and this emergency is real. Stop practising first."))
    return emergency


def within(emergency: Emergency, table, typed: str):
    """A row of this table of this emergency, by the id that a form names."""
    id = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else 0
    return table.get_or_none(table.id == id, table.emergency == emergency.id) or abort(404)


def operator_of(emergency: Emergency, typed: str) -> User:
    """A person of the centre of this emergency, by the id that a form names."""
    id = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else 0
    return User.get_or_none(User.id == id, User.organisation == emergency.centre_id) or abort(404)
