"""Four eyes: another person reads a message before it leaves, is asked in turn, and in an emergency is passed over."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from dispatch import audit, letters, rights
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from dispatch.people import audience
from dispatch.sending import contacts, doubt, follow_ups, quiet
from dispatch.sending.moves import move
from dispatch.words import KINDS as KIND_WORDS
from dispatch.words import N_, Sentence, translator
from models import KINDS, Approval, Campaign, FourEyes, Organisation, User, writing

GOOD = ("approved", "overridden")
# Before the next person is asked, where nobody chose otherwise: a warning cannot wait, news can.
DEADLINE_MINUTES = {"warning": 5, "preventive": 60, "news": 24 * 60, "other": 60}


# ── What an organisation asks ───────────────────────────────────────────


def rule_for(organisation: Organisation | int, kind: str) -> FourEyes:
    """What is asked before this kind leaves; an organisation that never chose asks nothing."""
    found = FourEyes.get_or_none(FourEyes.organisation == organisation, FourEyes.kind == kind)
    usual = 60 * DEADLINE_MINUTES[kind]
    return found or FourEyes(organisation=organisation, kind=kind, deadline_seconds=usual, version=0)


def rules_of(organisation: Organisation) -> list[FourEyes]:
    return [rule_for(organisation, kind) for kind in KINDS]


def is_needed(campaign: Campaign) -> bool:
    return rule_for(campaign.organisation_id, campaign.kind).is_needed


def set_up(
    organisation: Organisation,
    rules: dict[str, dict],
    hours: tuple[str, str],
    *,
    hours_were: tuple[str, str],
    by: User,
    now: datetime,
) -> None:
    """Keeps what each kind needs and the quiet hours: all of it, or nothing.

    rules: the facts of `set_rule` by kind. Raises Incomplete with the sentence of each wrong field, and WrongMoment when
    somebody else changed one of them meanwhile.
    """
    faults: dict[str, Sentence] = {}
    with writing():
        for kind, facts in rules.items():
            with _noted(faults):
                set_rule(organisation, kind, **facts, by=by, now=now)
        with _noted(faults):
            quiet.set_hours(organisation, *hours, were=hours_were, by=by, now=now)
        if faults:
            raise Incomplete(N_("Nothing was saved yet."), faults)


@contextmanager
def _noted(faults: dict[str, Sentence]) -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        if not refusal.field:
            raise
        faults[refusal.field] = refusal.sentence


def set_rule(
    organisation: Organisation,
    kind: str,
    *,
    is_needed: bool,
    deadline_seconds: int,
    ladder: list[int],
    version: int,
    by: User,
    now: datetime,
) -> None:
    """Keeps what this kind needs, if that is something else; WrongMoment when it was changed since `version`."""
    here = (FourEyes.organisation == organisation.id) & (FourEyes.kind == kind)
    facts = {"is_needed": is_needed, "deadline_seconds": deadline_seconds, "ladder": ladder}
    if not 60 <= deadline_seconds <= 86_400:
        raise Refusal(N_("The deadline is between 1 minute and 24 hours."), field=f"{kind}-minutes")
    with writing():
        if not rights.may(User.get_by_id(by.id), "approval.change"):
            raise NotAllowed(N_("You have no right to set up approval. Nothing was changed."))
        old = rule_for(organisation, kind)
        if old.version != version:
            raise WrongMoment(N_("Somebody else changed this in the meantime. Nothing of yours was saved."))
        if all(getattr(old, name) == value for name, value in facts.items()):
            return
        known = {user.id for user in _people(organisation.id)}
        if not set(ladder) <= known:
            raise NotAllowed(N_("Somebody on the list does not work here. Nothing was changed."))
        if version:
            FourEyes.update(**facts, version=version + 1).where(here, FourEyes.version == version).execute()
        else:
            FourEyes.create(organisation=organisation, kind=kind, **facts)
        audit.record(
            "approval.changed", organisation, by=by, now=now, organisation=organisation, kind=kind, **facts
        )


# ── Asked ───────────────────────────────────────────────────────────────


def ask(campaign: Campaign, *, by: User, now: datetime, link: str) -> Approval:
    """Submits it to the first on the ladder, in the caller's transaction. An exercise bothers nobody.

    Raises Refusal where nobody could answer: what waits for nobody waits for ever.
    """
    last = latest(campaign)
    if last and last.status == "rejected" and last.version == campaign.version:
        raise Refusal(N_("This text was rejected. Change it before you ask again."))
    if not approvers(campaign):
        raise Refusal(
            N_(
                "Nobody who did not write this message may approve it. Ask an administrator to give somebody else that right. Nothing was sent."
            )
        )
    move(campaign, "submitted", by=by, now=now)
    asked = Approval.create(campaign=campaign, version=campaign.version, asked_by=by, asked_at=now, link=link)
    if not campaign.is_practice:
        _ask_next(asked, campaign, now)
    return asked


def climb(now: datetime) -> None:
    """Asks the next on the ladder of each approval that nobody gave in time; once, whoever else looks too."""
    here = (Approval.status == "asked") & (Approval.due_at <= now) & (Campaign.status == "submitted")
    due = Approval.select(Approval, Campaign).join(Campaign).where(here)
    for asked in list(due):
        with writing():
            here = (
                (Approval.id == asked.id) & (Approval.status == "asked") & (Approval.due_at == asked.due_at)
            )
            if Approval.update(due_at=None).where(here).execute():
                _ask_next(asked, asked.campaign, now)


def _ask_next(asked: Approval, campaign: Campaign, now: datetime) -> None:
    rule = rule_for(campaign.organisation_id, campaign.kind)
    able = [user for user in approvers(campaign) if user.id not in asked.asked]
    chosen = _next(able, rule)
    everybody = [*asked.asked, *(user.id for user in chosen)]
    due_at = now + timedelta(seconds=rule.deadline_seconds) if chosen else None
    Approval.update(asked=everybody, due_at=due_at).where(Approval.id == asked.id).execute()
    facts = {"organisation": campaign.organisation_id, "asked": [user.id for user in chosen]}
    audit.record("approval.asked" if chosen else "approval.unanswered", campaign, by=None, now=now, **facts)
    for user in chosen:
        _tell(user, asked, campaign, now, is_last=len(chosen) == len(able))


def _next(able: list[User], rule: FourEyes) -> list[User]:
    """Of those who were not asked yet the next on the ladder; after the last of them everybody else, at once."""
    by_id = {user.id: user for user in able}
    ladder = [by_id[id] for id in rule.ladder if id in by_id]
    return ladder[:1] or able


def approvers(campaign: Campaign) -> list[User]:
    """Everybody who could approve it now."""
    return [user for user in _people(_leader(campaign)) if may_approve(user, campaign)]


def _leader(campaign: Campaign) -> int:
    """The house whose people read it: its zone, or the desk to which it was handed."""
    return campaign.held_by_id or campaign.organisation_id


def ask_elsewhere(campaign: Campaign, now: datetime) -> None:
    """The lead changed hands: whoever may approve now is asked at once, in the caller's transaction."""
    here = (Approval.campaign == campaign.id) & (Approval.status == "asked")
    Approval.update(due_at=now).where(here).execute()


def _people(organisation: int):
    return User.select().where(User.organisation == organisation, User.is_active).order_by(User.name)


def may_approve(user: User, campaign: Campaign) -> bool:
    return rights.may(user, "campaign.approve", campaign) and not wrote(user, campaign)


def wrote(user: User, campaign: Campaign) -> bool:
    """Whether these are two of the same eyes; in an exercise one plays both parts."""
    return not campaign.is_practice and user.id in (campaign.author_id, campaign.written_by_id)


ASKS = N_("%(who)s asks you to read and approve a message before it is sent.\n\n%(link)s")
GOES_ON = N_("If nobody answers in time, the next person is asked.")
ENDS_HERE = N_("Nobody else is asked after you.")


def _tell(user: User, asked: Approval, campaign: Campaign, now: datetime, *, is_last: bool) -> None:
    _ = translator(user.language).gettext
    facts = {
        "kind": _(KIND_WORDS[campaign.kind]),
        "name": campaign.name,
        "who": asked.asked_by.name,
        "link": asked.link,
    }
    subject = _(N_("Please approve: %(kind)s “%(name)s”")) % facts
    body = f"{_(ASKS) % facts}\n\n{_(ENDS_HERE if is_last else GOES_ON)}"
    post = {"organisation": campaign.organisation, "lang": user.language, "now": now, "subject": subject}
    letters.post([user.email], body=body, **post)
    if user.phone.startswith("+"):
        short = _(N_("Belfort: please approve the %(kind)s of %(who)s: %(link)s")) % facts
        letters.post([user.phone], body=short, channel="sms", **post)


# ── Answered ────────────────────────────────────────────────────────────


def latest(campaign: Campaign) -> Approval | None:
    return Approval.select().where(Approval.campaign == campaign.id).order_by(Approval.id.desc()).first()


def story(campaign: Campaign) -> list[Approval]:
    """Every time that approval was asked, or passed over, oldest first."""
    return list(Approval.select().where(Approval.campaign == campaign.id).order_by(Approval.id))


MAGNITUDE = ("bins", "people", "messages")


def magnitude(campaign: Campaign) -> dict[str, int]:
    """How much it is at this moment: BINs, people who get something, messages. Whom a message reached is no BIN."""
    if campaign.only_reached:
        return _much(0, follow_ups.audience_of(campaign), campaign)
    whose = campaign.organisation_id, campaign.audience, campaign.channels
    bins = {*campaign.audience.get("bins", ()), *(id for id, _street in campaign.audience.get("streets", ()))}
    return _much(len(bins), audience.resolve(*whose, kind=campaign.kind), campaign)


def _much(bins: int, whom: audience.Audience, campaign: Campaign) -> dict[str, int]:
    messages = sum(mailing.channel in campaign.channels for mailing in whom.mailings)
    return dict(zip(MAGNITUDE, (bins, whom.reached, messages), strict=True))


def _holds(campaign: Campaign, confirmed: dict[str, int]) -> bool:
    """Whether it is still for as many as somebody confirmed. Whom a message reached grows with each receipt that comes
    late, and nobody can widen it: a correction does not wait for another tick.
    """
    return set(confirmed) == set(MAGNITUDE) if campaign.only_reached else confirmed == magnitude(campaign)


def approve(
    campaign: Campaign,
    *,
    by: User,
    now: datetime,
    version: int,
    confirmed: dict[str, int],
    ticked: Iterable[str] = (),
) -> None:
    """Another person takes responsibility: for this text, for how many people, for each number and link in it."""
    ticked = sorted(set(ticked))
    with writing():
        campaign = Campaign.get_by_id(campaign.id)
        _refuse_approver(campaign, by)
        if version != campaign.version:
            raise WrongMoment(
                N_("The message was changed after you read it. It is not approved: read it again.")
            )
        if faults := _unread(campaign, confirmed, ticked):
            raise Incomplete(N_("It is not approved yet. Something is missing."), faults)
        _answer(campaign, "approved", by=by, now=now, magnitude=confirmed, ticked=ticked)


def _refuse_approver(campaign: Campaign, by: User) -> None:
    rights.demand(by, "campaign.approve", campaign.kind, campaign.channels, campaign.audience, on=campaign)
    if by.organisation_id != _leader(campaign) or wrote(by, campaign):
        raise NotAllowed(N_("You wrote this yourself. Somebody else has to approve it."))


def _unread(campaign: Campaign, confirmed: dict[str, int], ticked: list[str]) -> dict[str, Sentence]:
    found = {}
    if open_ones := [value for value in contacts.unverified(campaign) if value not in ticked]:
        found["ticked"] = contacts.to_tick(open_ones)
    if not _holds(campaign, confirmed):
        found["magnitude"] = Sentence(N_("Confirm for how many people it is. The number may have changed."))
    return found


def send_back(campaign: Campaign, *, by: User, now: datetime, reason: str, is_rejected: bool = False) -> None:
    """Back to the writer with a reason; what was rejected cannot be asked again before its text changes."""
    with writing():
        campaign = Campaign.get_by_id(campaign.id)
        _refuse_approver(campaign, by)
        _answer(campaign, "rejected" if is_rejected else "sent_back", by=by, now=now, reason=_said(reason))


def _answer(campaign: Campaign, status: str, *, by: User, now: datetime, **facts) -> None:
    here = (Approval.campaign == campaign.id) & (Approval.status == "asked")
    values = {"status": status, "decided_by": by.id, "decided_at": now, "due_at": None} | facts
    move(campaign, status, by=by, now=now)
    Approval.update(**values).where(here).execute()


def _said(reason: str) -> str:
    if not reason.strip():
        raise Refusal(N_("Say why, in a few words."), field="reason")
    return reason.strip()[:2_000]


def withdraw(campaign: Campaign, *, by: User | None, now: datetime) -> None:
    """An edit takes the approval away, in the edit's transaction; a draft that nobody was asked about has none."""
    if campaign.status == "draft":
        return
    move(campaign, "withdrawn", by=by, now=now)
    here = (Approval.campaign == campaign.id) & Approval.status.in_(("asked", *GOOD))
    values = {"status": "withdrawn", "decided_by": by and by.id, "decided_at": now, "due_at": None}
    Approval.update(values).where(here).execute()


def withdraw_calls(organisation: Organisation, *, by: User | None, now: datetime) -> None:
    """What is said around a call is part of what was approved: other words take it away, in the caller's transaction."""
    here = (Campaign.organisation == organisation.id) & Campaign.status.in_(("submitted", "approved"))
    for campaign in list(Campaign.select().where(here)):
        if "voice" in campaign.channels:
            withdraw(campaign, by=by, now=now)


def override(campaign: Campaign, *, by: User, now: datetime, version: int, reason: str) -> None:
    """In an emergency, whoever holds that right goes on without approval; it stands in the report for ever."""
    with writing():
        campaign = Campaign.get_by_id(campaign.id)
        person = User.get_by_id(by.id)
        if not rights.may(person, "campaign.override", campaign):
            raise NotAllowed(N_("You have no right to send without approval. Nothing was changed."))
        if version != campaign.version:
            raise WrongMoment(
                N_("The message was changed after you read it. Nothing was sent: read it again.")
            )
        if not is_needed(campaign):
            raise Refusal(N_("This message needs nobody's approval. Send it as it is."))
        reason = _said(reason)
        move(campaign, "overridden", by=by, now=now)
        here = (Approval.campaign == campaign.id) & Approval.status.in_(("asked", "approved"))
        Approval.update(status="withdrawn", decided_by=by.id, decided_at=now, due_at=None).where(
            here
        ).execute()
        Approval.create(
            campaign=campaign,
            version=campaign.version,
            status="overridden",
            asked_by=by,
            asked_at=now,
            decided_by=by,
            decided_at=now,
            reason=reason,
            magnitude=magnitude(campaign),
        )


# ── At the launch ───────────────────────────────────────────────────────


def demand(campaign: Campaign, policy: str) -> None:
    """Raises NotAllowed unless it needs no approval or has one for exactly this text, policy and so many people."""
    if not is_needed(campaign):
        return
    last = latest(campaign)
    if not last or last.status not in GOOD or last.version != campaign.version or not campaign.is_approved:
        raise NotAllowed(N_("This message needs the approval of somebody else first. Nothing was sent."))
    if last.status == "approved" and policy != doubt.policy_of(campaign):
        raise NotAllowed(
            N_(
                "It was approved with another choice of what becomes of unsure messages. Nothing was sent: ask for approval again."
            )
        )
    if last.status == "approved" and not _holds(campaign, last.magnitude):
        raise Refusal(
            N_(
                "Since it was approved the number of people or messages has changed. Nothing was sent: ask for approval again."
            )
        )


def overridden(campaign: Campaign) -> Approval | None:
    """The passing over of approval with which it was launched, if it was."""
    last = latest(campaign)
    return last if last and last.status == "overridden" else None
