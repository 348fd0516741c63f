"""How long each kind of data is kept, and the nightly round that removes what was kept long enough."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from peewee import ModelSelect, fn

from dialect import unindexed
from dispatch import audit, clock, mishaps
from dispatch.centre import victims
from dispatch.errors import WrongMoment
from dispatch.people import erasing
from dispatch.sending.report import PAPER
from dispatch.words import N_, translator
from models import (
    BEFORE_LAUNCH,
    Activation,
    Campaign,
    Chore,
    Document,
    Exercise,
    Handover,
    Import,
    Inbound,
    Letter,
    Member,
    Membership,
    Message,
    Recording,
    SignIn,
    SignInFailure,
    Template,
    User,
    UserTable,
    writing,
)

log = logging.getLogger(__name__)
CHORE = "retention"
NIGHT = range(2, 5)  # hours of Brussels
AT_ONCE = 2_000  # messages in one transaction: some 20 ms
MONTH = timedelta(days=30.4375)
FAILURES_KEPT = timedelta(days=1)
KINDS = {
    "messages": N_("campaigns whose messages lose names and addresses"),
    "letters": N_("letters that lose their text and address"),
    "replies": N_("texts of members that lose their words and number"),
    "members": N_("members without a membership who are erased"),
    "drafts": N_("abandoned drafts of campaigns"),
    "forms": N_("abandoned activation forms"),
    "recordings": N_("recordings that nothing says any more"),
    "file_names": N_("lists of members that lose the name of their file"),
    "table_names": N_("user tables that lose the name of their file"),
    "sign_ins": N_("sessions"),
    "failures": N_("failed sign-ins"),
    "victims": N_("notes of the D2 desk that are emptied"),
}


@dataclass(frozen=True)
class Keeping:
    """How long what is kept: months after the end of a campaign, a membership or a draft; days after a sign-in."""

    messages_months: int = 12
    ended_months: int = 12
    drafts_months: int = 12
    letters_months: int = 24
    sign_ins_days: int = 90
    victim_days: int = 30  # after the emergency ended

    def in_words(self, lang: str) -> list[tuple[str, str]]:
        """(what, how long) for the record of processing."""
        _ = translator(lang).gettext
        months = _("%(num)d months")
        return [
            (_("Names and addresses in messages"), months % {"num": self.messages_months}),
            (_("Members after their last membership"), months % {"num": self.ended_months}),
            (_("Drafts that nobody touches"), months % {"num": self.drafts_months}),
            (_("Recordings"), _("as long as a message or a template says them, and as long as a draft")),
            (_("Names of uploaded files"), months % {"num": self.drafts_months}),
            (_("Letters to a contact centre"), months % {"num": self.letters_months}),
            (_("Texts that members sent back"), months % {"num": self.letters_months}),
            (_("Sessions of accounts"), _("%(num)d days") % {"num": self.sign_ins_days}),
            (_("Notes of the D2 desk after the emergency"), _("%(num)d days") % {"num": self.victim_days}),
            (_("Uploaded lists"), _("until they are imported, and at most 7 days")),
            (_("Counts, states and the audit"), _("for ever, without names of members")),
        ]


# ── What is due ─────────────────────────────────────────────────────────


def due(now: datetime, keeping: Keeping) -> dict[str, int]:
    """How much of each kind would go now; changes nothing."""
    return {kind: query.count() for kind, query in _due(now, keeping).items()}


def _due(now: datetime, keeping: Keeping) -> dict:
    long_ago = now - keeping.messages_months * MONTH
    old_drafts = now - keeping.drafts_months * MONTH
    return {
        "messages": Campaign.select().where(
            Campaign.forgotten_at.is_null(),
            Campaign.ended_at < long_ago,
            Campaign.status.in_(("done", "stopped")),
            Campaign.queued_through.is_null(),
        ),
        "letters": _letters(now - keeping.letters_months * MONTH),
        "replies": Inbound.select().where(
            Inbound.number != "", Inbound.at < now - keeping.letters_months * MONTH
        ),
        "members": _left(now - keeping.ended_months * MONTH),
        "drafts": _abandoned(old_drafts),
        "forms": _forms(old_drafts),
        "recordings": _unsaid(old_drafts),
        "file_names": Import.select().where(Import.filename != "", Import.created_at < old_drafts),
        "table_names": UserTable.select().where(UserTable.filename != "", UserTable.created_at < old_drafts),
        "sign_ins": SignIn.select().where(SignIn.began_at < now - timedelta(days=keeping.sign_ins_days)),
        "victims": victims.due(now, keeping.victim_days),
        "failures": SignInFailure.select().where(SignInFailure.last_at < now - FAILURES_KEPT),
    }


def _forms(before: datetime):
    """Forms that nobody touched, but for those with which an exercise began: it tells what became of it."""
    begun = Exercise.select(Exercise.activation).where(Exercise.activation.is_null(False))
    old = (Activation.status == "draft") & (Activation.changed_at < before)
    return Activation.select().where(old, Activation.id.not_in(begun))


def _letters(before: datetime):
    in_hand = Message.status.in_(("queued", "sending", "unsure"))
    open_ones = Message.select(Message.letter).where(Message.letter.is_null(False), in_hand)
    return Letter.select().where(Letter.created_at < before, Letter.body != "", Letter.id.not_in(open_ones))


def _abandoned(before: datetime):
    """The drafts that nobody touched; one that was handed over is kept for who led it."""
    kept = Campaign.id.not_in(Handover.select(Handover.campaign))
    return Campaign.select().where(Campaign.status.in_(BEFORE_LAUNCH), Campaign.changed_at < before, kept)


def _unsaid(before: datetime):
    """The old recordings that no message with a receiver, no draft and no template says."""
    old = Recording.select(Recording.organisation).where(Recording.created_at < before)
    campaigns = Campaign.select(Campaign.texts).where(
        Campaign.organisation.in_(old), Campaign.forgotten_at.is_null()
    )
    templates = Template.select(Template.texts).where(
        Template.organisation.in_(old), Template.removed_at.is_null()
    )
    said = {
        text.get("recording")
        for table in (campaigns, templates)
        for (texts,) in table.tuples()
        for text in texts.get("voice", {}).values()
    }
    return Recording.select().where(Recording.created_at < before, Recording.key.not_in(said))


def _left(before: datetime):
    """The members whose last membership ended before this."""
    gone = (
        Membership.select(Membership.member)
        .group_by(Membership.member)
        .having(
            fn.COUNT(Membership.id) == fn.COUNT(Membership.ended_at),
            fn.MAX(Membership.ended_at) < before,
        )
    )
    return Member.select().where(Member.erased_at.is_null(), Member.id.in_(gone))


# ── The round ───────────────────────────────────────────────────────────


def nightly(now: datetime, keeping: Keeping) -> bool:
    """Makes the round once a night, in whichever process comes first; returns whether it was this one."""
    local = clock.local(now)
    if local.hour not in NIGHT or not _is_first(local.date()):
        return False
    go_round(now, keeping)
    return True


def _is_first(today: date) -> bool:
    with writing():
        Chore.insert(name=CHORE, done_on=date.min).on_conflict_ignore().execute()
        mine = Chore.update(done_on=today).where(Chore.name == CHORE, Chore.done_on < today)
        return bool(mine.execute())


def go_round(now: datetime, keeping: Keeping) -> None:
    """Removes what is due, in short transactions, each of which writes down what it removed.

    Killed in between, the next night does the rest; a kind that fails holds up no other.
    """
    found = _due(now, keeping)
    for kind, forget in ROUND.items():
        with mishaps.Contained(log, f"retention of {kind}"):
            forget(found[kind], now)


def _forget_messages(campaigns: Iterable[Campaign], now: datetime) -> None:
    for campaign in list(campaigns):
        first, last = (
            Message.select(fn.MIN(Message.id), fn.MAX(Message.id))
            .where(Message.campaign == campaign.id)
            .tuples()
            .get()
        )
        number = sum(_forget_part(campaign, start) for start in range(first or 1, (last or 0) + 1, AT_ONCE))
        with writing():
            here = (Campaign.id == campaign.id) & Campaign.forgotten_at.is_null()
            if Campaign.update(forgotten_at=now).where(here).execute():
                Document.delete().where(Document.kind == PAPER, Document.campaign == campaign.id).execute()
                _write_down(campaign, campaign.organisation_id, now, messages=number)


def _forget_part(campaign: Campaign, start: int) -> int:
    is_its = unindexed(Message.campaign) == campaign.id  # the plus keeps it to the few rows of the range
    with writing():
        return erasing.to_nobody(is_its & Message.id.between(start, start + AT_ONCE - 1))


def _forget_letters(letters: Iterable[Letter], now: datetime) -> None:
    for letter in list(letters):
        with writing():
            if Letter.update(body="", subject="").where(Letter.id == letter.id, Letter.body != "").execute():
                number = erasing.to_nobody(Message.letter == letter.id)
                _write_down(None, letter.organisation_id, now, letter=letter.id, messages=number)


def _forget_replies(replies: ModelSelect, now: datetime) -> None:
    of_house: dict[int | None, list[int]] = {}
    for reply in list(replies):
        of_house.setdefault(reply.organisation_id, []).append(reply.id)
    for organisation, ids in of_house.items():
        with writing():
            if number := erasing.forget_replies(Inbound.id.in_(ids) & (Inbound.number != "")):
                _write_down(None, organisation, now, replies=number)


def _forget_members(members: Iterable[Member], now: datetime) -> None:
    for member in list(members):
        try:
            erasing.erase(member, by=None, now=now)
        except WrongMoment:
            continue  # a campaign to them still runs: another night


def _discard_drafts(drafts: Iterable[Campaign], now: datetime) -> None:
    for draft in list(drafts):
        with writing():
            here = (Campaign.id == draft.id) & Campaign.status.in_(BEFORE_LAUNCH)
            if Campaign.delete().where(here, Campaign.changed_at == draft.changed_at).execute():
                _write_down(None, draft.organisation_id, now, campaign=draft.id)


def _discard_forms(forms: Iterable[Activation], now: datetime) -> None:
    for form in list(forms):
        with writing():
            here = (Activation.id == form.id) & (Activation.status == "draft")
            if Activation.delete().where(here, Activation.changed_at == form.changed_at).execute():
                _write_down(None, form.municipality_id, now, activation=form.id)


def _forget_recordings(recordings: Iterable[Recording], now: datetime) -> None:
    for recording in list(recordings):
        with writing():
            if Recording.delete().where(Recording.id == recording.id).execute():
                _write_down(None, recording.organisation_id, now, recording=recording.id)


def _forget_file_names(uploads: ModelSelect, now: datetime) -> None:
    """People call a file after whom it holds; what was done with it stays."""
    of_house: dict[int, list[int]] = {}
    for upload in list(uploads):
        of_house.setdefault(upload.organisation_id, []).append(upload.id)
    for organisation, ids in of_house.items():
        with writing():
            table = uploads.model
            number = table.update(filename="").where(table.id.in_(ids), table.filename != "").execute()
            if number:
                _write_down(None, organisation, now, file_names=number)


def _forget_sign_ins(sign_ins, now: datetime) -> None:
    with writing():
        counted = (
            sign_ins.select(User.organisation, fn.COUNT(SignIn.id)).join(User).group_by(User.organisation)
        )
        for organisation, number in list(counted.tuples()):
            _write_down(None, organisation, now, sign_ins=number)
        SignIn.delete().where(SignIn.id.in_(sign_ins.select(SignIn.id))).execute()


def _forget_failures(failures, now: datetime) -> None:
    with writing():
        keys = failures.select(SignInFailure.key)
        number = SignInFailure.delete().where(SignInFailure.key.in_(keys)).execute()
        if number:
            _write_down(None, None, now, failures=number)


def _empty_victim_notes(notes, now: datetime) -> None:
    by_centre: dict[int, list] = {}
    for note in notes:
        by_centre.setdefault(note.emergency.centre_id, []).append(note)
    for centre, theirs in by_centre.items():
        with writing():
            _write_down(None, centre, now, victim_notes=victims.purge(theirs, now))


def _write_down(on, organisation: int | None, now: datetime, **facts) -> None:
    audit.record("retention.applied", on, by=None, now=now, organisation=organisation, **facts)


ROUND = {
    "messages": _forget_messages,
    "letters": _forget_letters,
    "replies": _forget_replies,
    "members": _forget_members,
    "drafts": _discard_drafts,
    "forms": _discard_forms,
    "recordings": _forget_recordings,
    "file_names": _forget_file_names,
    "table_names": _forget_file_names,
    "sign_ins": _forget_sign_ins,
    "failures": _forget_failures,
    "victims": _empty_victim_notes,
}
