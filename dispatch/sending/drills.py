"""Who practises: when last, how long it took from opening a message to launching it, and whether that gets better."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

from dispatch import audit, letters, rights
from dispatch.errors import Refusal
from dispatch.words import N_, translator
from models import Campaign, Organisation, User, writing

MONTH = timedelta(days=30.4375)
MOST_MONTHS = 12
LOOKED_BACK = timedelta(days=3 * 365)
MEASURED = 3600  # seconds; whoever takes longer left the message and came back
COMPARED = 5  # practices before the last one
SUBJECT = N_("Practise sending a message")
BODY = N_(
    "%(last)s\n\nPractise now: choose “To the practice environment” at the start, and send a message as if it were real. "
    "Nothing really leaves.\n\n%(link)s\n"
)
NEVER = N_("You have not practised yet.")


class Practice(NamedTuple):
    """One practice that was launched; `seconds` from opening the message to launching it, None beyond an hour."""

    at: datetime
    seconds: int | None


class Drill(NamedTuple):
    """What a person practised; `trend` is how many seconds the last one took more than is usual for them."""

    user: User
    practices: list[Practice]  # newest first

    @property
    def last(self) -> Practice | None:
        return self.practices[0] if self.practices else None

    @property
    def trend(self) -> int | None:
        """Beside the median of up to five before it; less than 0 is faster."""
        return trend(self.practices)


def trend(practices: list[Practice]) -> int | None:
    """How much longer the newest took than the median of those before; None where there is nothing to compare."""
    measured = [one.seconds for one in practices if one.seconds is not None][: COMPARED + 1]
    if len(measured) < 2 or practices[0].seconds is None:
        return None
    return round(measured[0] - median(measured[1:]))


# ── The log ─────────────────────────────────────────────────────────────


def practices_of(user: User, now: datetime) -> list[Practice]:
    """The practices that this person launched, newest first."""
    return _launched(Campaign.launched_by == user.id, now)[user.id]


def log(organisation: Organisation, now: datetime) -> list[Drill]:
    """Everybody of an organisation who may send, who did not practise for the longest time first."""
    launched = _launched(Campaign.organisation == organisation.id, now)
    drills = [Drill(user, launched[user.id]) for user in _senders(organisation)]
    return sorted(drills, key=lambda one: (one.last.at if one.last else datetime.min, one.user.name))


def _launched(whose, now: datetime) -> dict[int, list[Practice]]:
    columns = Campaign.launched_by, Campaign.launched_at, Campaign.opened_at, Campaign.created_at
    here = whose & Campaign.is_practice & (Campaign.launched_at >= now - LOOKED_BACK)
    found = defaultdict(list)
    for user, launched_at, opened_at, created_at in (
        Campaign.select(*columns).where(here).order_by(Campaign.launched_at.desc()).tuples()
    ):
        seconds = int((launched_at - (opened_at or created_at)).total_seconds())
        found[user].append(Practice(launched_at, seconds if seconds <= MEASURED else None))
    return found


def _senders(organisation: Organisation) -> Iterator[User]:
    for user in User.select().where(User.organisation == organisation.id, User.is_active):
        if rights.may(user, "campaign.launch"):
            yield user


# ── Reminders ───────────────────────────────────────────────────────────


def set_rule(organisation: Organisation, months: int, *, by: User, now: datetime) -> None:
    """From now on whoever has not practised for so many months is reminded by mail; 0 reminds nobody."""
    if not 0 <= months <= MOST_MONTHS:
        raise Refusal(N_("Choose 0 to %(most)s months."), most=MOST_MONTHS, field="months")
    with writing():
        Organisation.update(practice_months=months).where(Organisation.id == organisation.id).execute()
        audit.record("drill.rule_changed", organisation, by=by, now=now, months=months)


def remind(*, public_url: str, now: datetime) -> int:
    """Mails whoever has not practised for as long as their organisation says, once in that time; returns how many."""
    return sum(
        _remind(drill, one.practice_months, public_url, now)
        for one in Organisation.select().where(Organisation.practice_months > 0)
        for drill in due(one, now)
    )


def due(organisation: Organisation, now: datetime) -> Iterable[Drill]:
    """Those who should practise and were not told so lately; a new account has as long as everybody."""
    before = now - organisation.practice_months * MONTH
    for drill in log(organisation, now):
        since = drill.last.at if drill.last else drill.user.created_at
        told = drill.user.practice_reminded_at
        if since <= before and (told is None or told <= before):
            yield drill


def _too_long(months: int, lang: str) -> str:
    sentence = translator(lang).ngettext(
        "You have not practised for %(num)d month or longer.",
        "You have not practised for %(num)d months or longer.",
        months,
    )
    return sentence % {"num": months}


def _remind(drill: Drill, months: int, public_url: str, now: datetime) -> bool:
    user, _ = drill.user, translator(drill.user.language).gettext
    last = _too_long(months, user.language) if drill.last else _(NEVER)
    told = User.practice_reminded_at
    seen = told.is_null() if user.practice_reminded_at is None else told == user.practice_reminded_at
    with writing():
        if not User.update(practice_reminded_at=now).where(User.id == user.id, seen).execute():
            return False  # of two processes that look at once one tells
        letters.post(
            [user.email],
            organisation=user.organisation,
            subject=_(SUBJECT),
            body=_(BODY) % {"last": last, "link": public_url},
            lang=user.language,
            now=now,
        )
        audit.record("drill.reminded", user, by=None, now=now, organisation=user.organisation_id)
    return True
