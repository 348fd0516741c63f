"""What one administrator asks and another must confirm before it is done: nobody makes themselves mighty alone.

A deed that needs this registers itself with `does(kind)` and is asked with `ask(kind, …)`. It runs in the transaction of
the confirmation, so that it is done once or not at all.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from dispatch import audit, letters, rights
from dispatch.errors import NotAllowed, WrongMoment
from dispatch.words import N_, translator
from models import Organisation, PendingChange, User, writing

LASTS = timedelta(days=7)
DEEDS: dict[str, Callable[..., None]] = {}
TAKES: dict[str, str] = {}  # which right it takes to confirm a kind
ONLY_ANOTHER = N_(
    "Another administrator must confirm this: not you who asked it, and not the person whom it is about."
)
SUBJECT = N_("A change waits for your word")
BODY = N_(
    "Hello %(name)s,\n\nAn administrator asked a change that a second one must confirm. "
    "Sign in and look under Users or Rights, within seven days."
)
OVER = N_("This change was decided already, or nobody confirmed it within seven days.")


def does(kind: str, right: str = "user.change") -> Callable:
    """The function is the deed of this kind: called as deed(change, by=, now=) when a second person confirms."""

    def register(deed: Callable[..., None]) -> Callable[..., None]:
        DEEDS[kind], TAKES[kind] = deed, right
        return deed

    return register


def ask(
    kind: str,
    *,
    organisation: Organisation,
    by: User,
    now: datetime,
    about: User | None = None,
    unwritten: dict | None = None,
    **facts,
) -> PendingChange:
    """Asks a change; the same one, asked twice, is one. `facts` are ids and codes.

    unwritten: what the deed needs beside them and the audit may not hold, such as an address.
    """
    if kind not in DEEDS:
        raise KeyError(kind)
    kept = facts | (unwritten or {})
    with writing():
        same = (PendingChange.kind == kind) & (PendingChange.about == (about.id if about else None))
        for open_one in of(organisation, now).where(same):
            if open_one.facts == kept and open_one.asked_by_id == by.id:
                return open_one
        change = PendingChange.create(
            organisation=organisation,
            kind=kind,
            about=about,
            facts=kept,
            asked_by=by,
            asked_at=now,
            expires_at=now + LASTS,
        )
        audit.record("change.asked", change, by=by, now=now, organisation=organisation, kind=kind, **facts)
        _tell(change, now)
    return change


def of(organisation: Organisation, now: datetime):
    """The changes of an organisation that wait for a second administrator, oldest first."""
    waits = PendingChange.status == "asked", PendingChange.expires_at > now
    return (
        PendingChange.select()
        .where(PendingChange.organisation == organisation.id, *waits)
        .order_by(PendingChange.id)
    )


def may_confirm(user: User, change: PendingChange) -> bool:
    """Another administrator of the same organisation, or the platform's, who stands in where there is only one."""
    is_another = user.id not in (change.asked_by_id, change.about_id)
    is_near = user.organisation_id == change.organisation_id or user.role == "platform_admin"
    return is_another and is_near and rights.may(user, TAKES[change.kind])


def confirm(change: PendingChange, *, by: User, now: datetime) -> None:
    """Does what was asked; raises NotAllowed to who asked or gains, WrongMoment when it was decided or is too old."""
    with writing():
        if not may_confirm(User.get_by_id(by.id), change):  # as their rights are now
            raise NotAllowed(ONLY_ANOTHER)
        _decide(change, "confirmed", by=by, now=now)
        DEEDS[change.kind](change, by=by, now=now)


def confirmers(change: PendingChange) -> list[User]:
    """Who could confirm it now: those who sign in, here or at the platform."""
    people = User.select().where(User.is_active, User.password_hash != "")  # nosec B105 # the invitation was taken up
    near = (User.organisation == change.organisation_id) | (User.role == "platform_admin")
    return [user for user in people.where(near) if may_confirm(user, change)]


def confirm_alone(change: PendingChange, *, now: datetime) -> None:
    """The administrator of the machine stands in where there is no second one; raises NotAllowed where there is."""
    with writing():
        if confirmers(change):
            raise NotAllowed(N_("Another administrator can confirm this on the pages. Nothing was changed."))
        _decide(change, "confirmed", by=None, now=now)
        DEEDS[change.kind](change, by=None, now=now)


def refuse(change: PendingChange, *, by: User, now: datetime) -> None:
    """Drops what was asked: the one who asked may too."""
    if by.id != change.asked_by_id and not may_confirm(by, change):
        raise NotAllowed(ONLY_ANOTHER)
    with writing():
        _decide(change, "refused", by=by, now=now)


def _tell(change: PendingChange, now: datetime) -> None:
    """Mails the other administrators that somebody waits for them."""
    for other in User.select().where(User.organisation == change.organisation_id, User.is_active):
        if may_confirm(other, change):
            say = translator(other.language).gettext
            letters.post(
                [other.email],
                organisation=change.organisation,
                subject=say(SUBJECT),
                body=say(BODY) % {"name": other.name},
                lang=other.language,
                now=now,
                page="/users",
            )


def drop_asked_by(user: User, *, by: User | None, now: datetime) -> None:
    """What somebody asked who has left waits no longer; in the caller's transaction."""
    theirs = (PendingChange.asked_by == user.id) | (PendingChange.about == user.id)
    dropped = {"status": "refused", "decided_by": by, "decided_at": now}
    PendingChange.update(dropped).where(PendingChange.status == "asked", theirs).execute()


def _decide(change: PendingChange, status: str, *, by: User | None, now: datetime) -> None:
    waits = PendingChange.id == change.id, PendingChange.status == "asked", PendingChange.expires_at > now
    if not PendingChange.update(status=status, decided_by=by, decided_at=now).where(*waits).execute():
        raise WrongMoment(OVER)
    audit.record(f"change.{status}", change, by=by, now=now, organisation=change.organisation_id)
