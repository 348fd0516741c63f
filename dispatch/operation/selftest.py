"""The self-test: by every road one real message to an administrator, who sees whether it was handed over and arrived.

It is never a practice, and no organisation pays for it: like every letter of our own it stands in no ledger. What the
gateways ask for it is told before the press.
"""

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from dispatch import audit, clock, letters
from dispatch.centre.telling import mobile
from dispatch.errors import WrongMoment
from dispatch.money import prices
from dispatch.operation import troubles
from dispatch.providers.base import REASONS, Provider
from dispatch.sending import due
from dispatch.sending.roads import Roads
from dispatch.words import CHANNELS, N_, moment, translator
from models import CALL_ENDINGS, Campaign, Message, SelfTest, SelfTestLeg, User, writing

LASTS = timedelta(minutes=15)  # what was not answered by then is not
FROM_HOUR, UNTIL_HOUR = 10, 18  # o'clock in Brussels: it rings
TUESDAY, WEEK = 1, timedelta(days=7)
ARRIVED = ("delivered", *CALL_ENDINGS)
SUBJECT = N_("Self-test of Belfort")
WORDS = N_("This is a self-test of Belfort by %(channel)s. You need not do anything.")
RESULT = N_("Self-test of Belfort: %(well)s of %(all)s roads work")
RESULT_BODY = N_("Self-test of %(begun)s.\n\n%(lines)s\n")
VERDICTS = {
    "arrived": N_("arrived"),
    "handed_over": N_("handed over; this road tells nothing more"),
    "waits": N_("no answer yet"),
    "silent": N_("handed over, and no receipt came"),
    "not_left": N_("did not leave"),
    "failed": N_("failed"),
    "no_number": N_("no number to send it to"),
}
GOOD = ("arrived", "handed_over")


class Result(NamedTuple):
    """What became of the message of one road: a key of VERDICTS, a key of REASONS or "", and the seconds that it took."""

    channel: str
    road: str
    verdict: str
    code: str = ""
    seconds: int | None = None

    @property
    def is_good(self) -> bool:
        return self.verdict in GOOD


class Cost(NamedTuple):
    """What a press costs the house: messages by channel, and thousandths of a euro if the prices are known."""

    numbers: dict[str, int]
    mills: int | None


# ── Begun ───────────────────────────────────────────────────────────────


def begin(roads: Roads, *, to: User, by: User | None, now: datetime) -> SelfTest:
    """Queues one real message for each road; raises WrongMoment while one is under way, or a real campaign sends.

    A campaign that only waits, for receipts, another try or its next channel, is in nobody's way.
    """
    with writing():
        _demand_quiet(roads, now)
        test = SelfTest.create(user=to, by=by, begun_at=now)
        for road in _each(roads):
            _send(test, road, to, now)
        audit.record("selftest.begun", test, by=by, now=now, organisation=to.organisation_id)
    return test


def _demand_quiet(roads: Roads, now: datetime) -> None:
    if SelfTest.select().where(SelfTest.ended_at.is_null()).exists():
        raise WrongMoment(N_("A self-test is under way. Its result comes within a quarter of an hour."))
    sending = [
        (one, road) for road in _each(roads) for one in due.campaigns(road.channel, now, is_practice=False)
    ]
    if not sending:
        return
    campaign, _road = sending[0]
    left = max(_queued(one, road.channel, now) / road.rate for one, road in sending)
    raise WrongMoment(
        N_("“%(name)s” of %(house)s is being sent now, until about %(time)s. Test the roads after that."),
        name=campaign.name,
        house=campaign.organisation.name,
        time=f"{clock.local(now + timedelta(seconds=left, minutes=1)):%H:%M}",
    )


def _queued(campaign: Campaign, channel: str, now: datetime) -> int:
    return due.waiting_of(campaign).where(Message.channel == channel, Message.due_at <= now).count()


def _each(roads: Roads) -> list[Provider]:
    """Every real road once; those of one name share a rate, and are one."""
    return list({(road.channel, road.name): road for road in reversed(roads.real())}.values())[::-1]


def _send(test: SelfTest, road: Provider, to: User, now: datetime) -> None:
    _ = translator(to.language).gettext
    number = address(to, road.channel)
    letter = number and letters.post(
        [number],
        organisation=to.organisation,
        subject=_(SUBJECT),
        body=_(WORDS) % {"channel": _(CHANNELS[road.channel])},
        lang=to.language,
        now=now,
        channel=road.channel,
    )
    facts = {"channel": road.channel, "road": road.name, "has_receipts": road.has_receipts}
    SelfTestLeg.create(test=test, letter=letter or None, **facts)


def address(user: User, channel: str) -> str:
    """Where a person gets the message of a self-test; "" without a mobile number."""
    return user.email if channel == "email" else mobile(user.phone)


def cost(roads: Roads, to: User, now: datetime) -> Cost:
    """What a self-test would cost the house now."""
    numbers = Counter(road.channel for road in _each(roads) if address(to, road.channel))
    paid = {channel: number for channel, number in numbers.items() if channel in prices.CODES}
    is_known = paid.keys() <= prices.unit_mills(now).keys()
    return Cost(dict(numbers), prices.cost(paid, now) if is_known else None)


# ── Followed ────────────────────────────────────────────────────────────


def monthly(roads: Roads, now: datetime) -> SelfTest | None:
    """Begins the one of this month, by day in the week from its first Tuesday on, unless somebody did; to the first administrator."""
    local, people = clock.local(now), troubles.administrators()
    first = first_tuesday(local.date())
    is_time = first <= local.date() < first + WEEK and FROM_HOUR <= local.hour < UNTIL_HOUR
    if not is_time or not people:
        return None
    since = clock.from_local(datetime.combine(first, time()))
    this_month = SelfTest.select().where(SelfTest.begun_at >= since)
    if this_month.exists():
        return None
    try:
        with writing():  # another process may be first
            return None if this_month.exists() else begin(roads, to=people[0], by=None, now=now)
    except WrongMoment:
        return None  # a message is being sent: a later look tries again


def first_tuesday(day: date) -> date:
    first = day.replace(day=1)
    return first + timedelta(days=(TUESDAY - first.weekday()) % 7)


def results(test: SelfTest, now: datetime) -> list[Result]:
    """How each road did, or does so far."""
    is_over = test.ended_at is not None or now - test.begun_at >= LASTS
    sent = {
        message.letter_id: message
        for message in Message.select()
        .join(SelfTestLeg, on=SelfTestLeg.letter == Message.letter)
        .where(SelfTestLeg.test == test.id)
    }
    return [_result(leg, sent.get(leg.letter_id), is_over) for leg in test.legs.order_by(SelfTestLeg.id)]


def _result(leg: SelfTestLeg, message: Message | None, is_over: bool) -> Result:
    if not message:
        return Result(leg.channel, leg.road, "no_number")
    if message.status in ARRIVED:
        verdict = "arrived"
    elif message.status == "accepted":
        verdict = "handed_over" if not leg.has_receipts else "silent" if is_over else "waits"
    elif message.status in ("failed", "expired"):
        verdict = "not_left" if message.accepted_at is None else "failed"
    else:
        verdict = "not_left" if is_over else "waits"
    last = message.ended_at or message.accepted_at
    seconds = round((last - message.due_at).total_seconds()) if last and verdict in GOOD else None
    return Result(leg.channel, leg.road, verdict, message.code if verdict not in GOOD else "", seconds)


def last() -> SelfTest | None:
    return SelfTest.select().order_by(SelfTest.id.desc()).first()


def follow(now: datetime) -> bool:
    """Ends the test under way when every road has answered, or after a quarter of an hour, and tells its person; once."""
    test = SelfTest.select().where(SelfTest.ended_at.is_null()).first()
    if not test or any(one.verdict == "waits" for one in results(test, now)):
        return False
    with writing():
        if (
            not SelfTest.update(ended_at=now)
            .where(SelfTest.id == test.id, SelfTest.ended_at.is_null())
            .execute()
        ):
            return False
        _withdraw(test, now)
        found = results(SelfTest.get_by_id(test.id), now)
        _tell(test, found, now)
        facts = {"well": sum(one.is_good for one in found), "roads": len(found)}
        organisation = test.user.organisation_id
        audit.record("selftest.ended", test, by=None, now=now, organisation=organisation, **facts)
    return True


def _withdraw(test: SelfTest, now: datetime) -> None:
    """What never left does not surprise anybody an hour later."""
    mine = SelfTestLeg.select(SelfTestLeg.letter).where(SelfTestLeg.test == test.id)
    Message.update(status="expired", ended_at=now).where(
        Message.letter.in_(mine), Message.status == "queued"
    ).execute()


def _tell(test: SelfTest, found: list[Result], now: datetime) -> None:
    """By mail, or by SMS when the test shows that no mail leaves."""
    user, _ = test.user, translator(test.user.language).gettext
    facts = {"well": sum(one.is_good for one in found), "all": len(found)}
    mails = [one.is_good for one in found if one.channel == "email"]
    way = "sms" if mails and not any(mails) else "email"
    lines = "\n".join(f"- {in_words(one, user.language)}" for one in found)
    troubles.post(
        user,
        way,
        subject=_(RESULT) % facts,
        body=_(RESULT_BODY) % {"begun": moment(test.begun_at, user.language), "lines": lines},
        short=_(RESULT) % facts,
        now=now,
    )


def in_words(one: Result, lang: str) -> str:
    """A line such as: SMS, kannel://… : arrived (4 s)."""
    _ = translator(lang).gettext
    why = f" ({_(REASONS[one.code])})" if one.code in REASONS else ""
    took = f" ({one.seconds} s)" if one.seconds is not None else ""
    return f"{_(CHANNELS[one.channel])}, {one.road}: {_(VERDICTS[one.verdict])}{why}{took}"
