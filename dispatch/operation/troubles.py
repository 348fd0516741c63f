"""What does not work in the house itself: found by looking, told to the administrators once, and once when it is well again.

A trouble is told when it has lasted a while, and is over when it has been well for a while: a road that comes and goes is
one trouble. Any number of processes may look at once. Of a road a process knows only what it tried itself, so a road is
well again once it has carried, and not because a process that never tried it finds nothing wrong.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from dispatch import audit, letters
from dispatch.centre.telling import mobile
from dispatch.operation import backups, health
from dispatch.operation.backups import Folders
from dispatch.sending.roads import Roads
from dispatch.words import CHANNELS, N_, moment, translator
from models import Audit, Organisation, Trouble, User, writing

LASTS = timedelta(minutes=1)
CALM = timedelta(minutes=10)
BACKUP_WITHIN = timedelta(hours=26)  # one a night, and two hours for a slow disk
HEARTBEAT_WITHIN = timedelta(minutes=5)
WHAT = {
    "road": N_("The road %(subject)s for %(channel)s carries nothing"),
    "backup": N_("There is no new backup that can be read back"),
    "disk": N_("The disk is almost full"),
    "heartbeat": N_("The watchman elsewhere does not hear us"),
    "clock": N_("The clock of the machine was set back"),
}
TO_DO = {
    "road": N_(
        "Messages go by the next road of the list, or wait. Look at the provider's own status page and at the settings, or "
        "call the provider."
    ),
    "backup": N_("Look whether the folder of BELFORT_BACKUPS is there and has space, then run: flask backup"),
    "disk": N_("Make space, or give the machine a larger disk. On a full disk nothing can be sent any more."),
    "heartbeat": N_(
        "Look whether the address of BELFORT_HEARTBEAT answers, and whether this machine reaches it."
    ),
    "clock": N_("Let the machine take its time from a time server again."),
}
SUBJECT, WELL_SUBJECT = N_("Belfort: %(what)s"), N_("Belfort: well again")
BODY = N_(
    "%(what)s, since %(since)s.\n\n%(to_do)s\n\nYou are told once. When it is well again you hear it too.\n"
)
WELL_BODY = N_("“%(what)s” is over since %(well)s. It began at %(since)s.\n")
SHORT = N_("Belfort: %(what)s, since %(since)s.")
WELL_SHORT = N_("Belfort: well again since %(well)s: %(what)s.")


class Signs(NamedTuple):
    """What only the process that pumps knows: since when a deed of the clock fails, None while it works."""

    backup_failed_at: datetime | None = None
    heartbeat_failed_at: datetime | None = None


class Finding(NamedTuple):
    """One part of the house: well, not well since a moment, or unknown (None) to this process."""

    kind: str
    subject: str  # of a road its channel and its name
    is_well: bool | None
    since: datetime | None = None


# ── Looking ─────────────────────────────────────────────────────────────


def findings(roads: Roads, folders: Folders, signs: Signs, now: datetime) -> list[Finding]:
    """How every part stands, as far as this process can tell."""
    beat = signs.heartbeat_failed_at
    return [
        *(_of_road(roads, road) for road in roads.real()),
        *([Finding("backup", "", *_of_backups(signs, now))] if folders.first else ()),
        Finding("disk", "", health.free_bytes() >= health.LEAST_FREE),
        Finding("heartbeat", "", beat is None or now - beat < HEARTBEAT_WITHIN, beat),
        Finding("clock", "", health.is_clock_sane(now)),
    ]


def _of_road(roads: Roads, road) -> Finding:
    subject, carried_at = f"{road.channel} {road.name}", roads.carried_at(road)
    if broke_at := roads.broke_at(road):
        return Finding("road", subject, False, broke_at)
    return Finding("road", subject, True if carried_at else None, carried_at)


def _of_backups(signs: Signs, now: datetime) -> tuple[bool, datetime | None]:
    """Whether the last one could be read back, and is of this night."""
    tested, broken = backups.last("backup.tested"), backups.last("backup.broken")
    if broken and (not tested or broken.id > tested.id):
        return False, broken.at
    first = tested or Audit.select(Audit.at).order_by(Audit.id).first()
    is_old = first is not None and now - first.at > BACKUP_WITHIN
    return not is_old and signs.backup_failed_at is None, signs.backup_failed_at or (
        first.at if is_old else None
    )


# ── Writing down and telling ────────────────────────────────────────────


def look(found: Iterable[Finding], now: datetime) -> int:
    """Begins, goes on with and ends troubles by what was found; returns how many were told, or told to be over."""
    told = 0
    for one in found:
        if one.is_well is False:
            told += _goes_on(one, now)
        elif one.is_well:
            told += _is_well(one, now)
    return told


def open_troubles() -> list[Trouble]:
    """What does not work now, or only just works again; the oldest first."""
    return list(Trouble.select().where(Trouble.ended_at.is_null()).order_by(Trouble.began_at, Trouble.id))


def _open(one: Finding) -> tuple:
    return Trouble.kind == one.kind, Trouble.subject == one.subject, Trouble.ended_at.is_null()


def _goes_on(one: Finding, now: datetime) -> bool:
    known = Trouble.get_or_none(*_open(one))
    if known and known.told_at and not known.well_since:
        return False  # the usual look: nothing to write
    with writing():
        row = {"kind": one.kind, "subject": one.subject, "began_at": one.since or now}
        Trouble.insert(row).on_conflict_ignore().execute()
        Trouble.update(well_since=None).where(*_open(one)).execute()
        is_due = Trouble.told_at.is_null(), Trouble.began_at <= now - LASTS
        if not Trouble.update(told_at=now).where(*_open(one), *is_due).execute():
            return False
        trouble = Trouble.get(*_open(one))
        _tell(trouble, now, SUBJECT, BODY, SHORT)
        audit.record("trouble.told", trouble, by=None, now=now, kind=one.kind)
    return True


def _is_well(one: Finding, now: datetime) -> bool:
    known = Trouble.get_or_none(*_open(one))
    if not known or (one.kind == "road" and one.since <= known.began_at):
        return False
    with writing():
        Trouble.update(well_since=now).where(*_open(one), Trouble.well_since.is_null()).execute()
        is_calm = Trouble.well_since <= now - CALM
        if not Trouble.update(ended_at=now).where(*_open(one), is_calm).execute():
            return False
        trouble = Trouble.get_by_id(known.id)
        if trouble.told_at:
            _tell(trouble, now, WELL_SUBJECT, WELL_BODY, WELL_SHORT)
        audit.record("trouble.ended", trouble, by=None, now=now, kind=one.kind)
    return trouble.told_at is not None


def _tell(trouble: Trouble, now: datetime, subject: str, body: str, short: str) -> None:
    """To each administrator in their language, by a channel that is not the broken one."""
    way = way_round(_channel(trouble))
    for user in administrators():
        _ = translator(user.language).gettext
        facts = in_words(trouble, user.language)
        post(user, way, subject=_(subject) % facts, body=_(body) % facts, short=_(short) % facts, now=now)


def post(user: User, way: str, *, subject: str, body: str, short: str, now: datetime) -> None:
    """A word to one administrator; by mail where there is no mobile number, though it may have to wait."""
    number = mobile(user.phone) if way == "sms" else ""
    letters.post(
        [number or user.email],
        organisation=user.organisation,
        subject=subject,
        body=short if number else body,
        lang=user.language,
        now=now,
        page="/status",
        channel="sms" if number else "email",
    )


def way_round(channel: str = "") -> str:
    """By which channel administrators hear of something: by mail, but by SMS where no mail leaves."""
    broken = {_channel(one) for one in open_troubles()} | {channel}
    return "sms" if "email" in broken and "sms" not in broken else "email"


def administrators() -> list[User]:
    """Whoever keeps the platform; those who have an account and were let in."""
    here = User.role == "platform_admin", User.is_active, User.password_hash != ""  # nosec B105 # nobody has it empty but who was only invited
    query = User.select(User, Organisation).join(Organisation).where(*here)
    return list(query.where(Organisation.kind == "platform").order_by(User.id))


# ── In words ────────────────────────────────────────────────────────────


def in_words(trouble: Trouble, lang: str) -> dict[str, str]:
    """{what, since, well, to_do} in one language."""
    _ = translator(lang).gettext
    channel, _space, name = trouble.subject.partition(" ")
    facts = {"subject": name, "channel": _(CHANNELS[channel]) if channel else ""}
    return {
        "what": _(WHAT[trouble.kind]) % facts,
        "since": moment(trouble.began_at, lang),
        "well": moment(trouble.well_since, lang),
        "to_do": _(TO_DO[trouble.kind]),
    }


def _channel(trouble: Trouble) -> str:
    return trouble.subject.partition(" ")[0]
