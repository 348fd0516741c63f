"""The test of the first Thursday of the month: planned once, laid ready a week ahead as a draft, launched by a person."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from dispatch import audit, clock, letters, rights
from dispatch.errors import Incomplete, NotAllowed
from dispatch.money import prices
from dispatch.onboarding.orders import euros
from dispatch.sending import campaigns, estimate
from dispatch.words import N_, Sentence, long_day, translator
from models import CHANNELS, Bin, Campaign, MonthlyTest, Organisation, User, writing

THURSDAY = 3
AHEAD = timedelta(days=7)
KIND = "other"
TEXTS = {
    "nl": ("Test", "Dit is een test van de alarmering. U hoeft niets te doen. Antwoord niet op dit bericht."),
    "fr": ("Test", "Ceci est un test de l'alerte. Vous ne devez rien faire. Ne répondez pas à ce message."),
    "de": ("Test", "Dies ist ein Test der Alarmierung. Sie müssen nichts tun. Bitte antworten Sie nicht."),
    "en": (
        "Test",
        "This is a test of the alert system. You need not do anything. Do not reply to this message.",
    ),
}
NAME = N_("Monthly test of %(day)s")
SUBJECT = N_("The test of %(day)s is ready")
BODY = N_(
    "The monthly test of %(day)s is laid ready as a draft: %(what)s, for %(people)s people. %(cost)s\n\nIt does not leave by "
    "itself. On that day somebody opens it, looks, and presses the button:\n\n%(link)s\n"
)
PRACTICE, REAL = N_("a practice, nothing really leaves"), N_("a real message")
FREE = N_("It costs nothing.")
PRICED = N_("It costs about %(amount)s, without VAT.")
UNPRICED = N_(
    "It is charged as %(parts)s SMS parts and %(minutes)s started minutes of calls; no prices are known here."
)


class Cost(NamedTuple):
    """What a test is charged: people reached, SMS parts, started minutes of calls, and thousandths of a euro if known."""

    people: int
    parts: int
    minutes: int
    mills: int | None


# ── The day ─────────────────────────────────────────────────────────────


def first_thursday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(THURSDAY - first.weekday()) % 7)


def next_test(today: date) -> date:
    """The first Thursday of a month that is today or comes next."""
    here = first_thursday(today.year, today.month)
    if today <= here:
        return here
    after = date(today.year, today.month, 28) + timedelta(days=4)
    return first_thursday(after.year, after.month)


# ── The plan ────────────────────────────────────────────────────────────


def plan_of(organisation: Organisation) -> MonthlyTest | None:
    return MonthlyTest.get_or_none(MonthlyTest.organisation == organisation.id)


def plan(
    organisation: Organisation,
    *,
    is_practice: bool,
    channels: Iterable[str],
    bins: Iterable[int],
    by: User,
    now: datetime,
) -> MonthlyTest:
    """Plans the test of every month, in the name and with the rights of whoever plans it."""
    ours = {id for (id,) in Bin.select(Bin.id).where(Bin.organisation == organisation.id).tuples()}
    chosen = [channel for channel in CHANNELS if channel in set(channels)]
    whom = sorted(ours & set(bins))
    faults = {}
    if not chosen:
        faults["channels"] = Sentence(N_("Choose at least one channel."))
    if not whom:
        faults["bins"] = Sentence(N_("Choose at least one BIN."))
    if faults:
        raise Incomplete(N_("Nothing was planned. Something is missing."), faults)
    rights.demand(by, "campaign.compose", KIND, chosen, {"bins": whom})
    row = {
        "is_practice": is_practice,
        "channels": chosen,
        "bins": whom,
        "by": by.id,
        "changed_at": now,
        "fault": "",
    }
    with writing():
        known = MonthlyTest.update(row).where(MonthlyTest.organisation == organisation.id).execute()
        if not known:
            MonthlyTest.insert(row | {"organisation": organisation.id}).execute()
        facts = {"practice": is_practice, "channels": chosen, "bins": whom}
        audit.record("test.planned", organisation, by=by, now=now, **facts)
    return plan_of(organisation)


def unplan(organisation: Organisation, *, by: User, now: datetime) -> None:
    """No test is laid ready any more; a draft that is there already stays."""
    with writing():
        if MonthlyTest.delete().where(MonthlyTest.organisation == organisation.id).execute():
            audit.record("test.unplanned", organisation, by=by, now=now)


def cost(test: MonthlyTest, on: date) -> Cost:
    """What the test would be charged on a day, with the lists as they are now and the prices of that day."""
    draft = Campaign(organisation=test.organisation, is_practice=test.is_practice, **_wording(test, on))
    size = estimate.estimate(draft, campaigns.audience_of(draft), dict.fromkeys(CHANNELS, 1))
    mills = 0 if test.is_practice else _mills(size, on)
    return Cost(size.people, size.parts, size.minutes, mills)


def _mills(size: estimate.Estimate, on: date) -> int | None:
    noon = clock.from_local(datetime.combine(on, time(12)))
    parts = {leg.channel: leg.parts for leg in size.legs if leg.channel in prices.CODES and leg.parts}
    return prices.cost(parts, noon) if parts.keys() <= prices.unit_mills(noon).keys() else None


def _wording(test: MonthlyTest, on: date) -> dict:
    lang = test.organisation.language
    said = {
        "sms": {code: {"body": body} for code, (_subject, body) in TEXTS.items()},
        "voice": {code: {"body": body} for code, (_subject, body) in TEXTS.items()},
        "email": {code: {"subject": subject, "body": body} for code, (subject, body) in TEXTS.items()},
    }
    return {
        "name": translator(lang).gettext(NAME) % {"day": _day(on, lang)},
        "kind": KIND,
        "channels": test.channels,
        "texts": {channel: said[channel] for channel in test.channels},
        "audience": {"bins": test.bins, "streets": [], "members": []},
        "fallback_language": lang,
    }


def is_test(campaign: Campaign) -> bool:
    """Whether it says what the monthly test says and no word more: who changed it made a message of their own."""
    if campaign.kind != KIND or not campaign.channels:
        return False
    texts = [text for channel in campaign.channels for text in campaign.texts.get(channel, {}).values()]
    return any(map(campaigns.has_text, texts)) and all(map(_is_ours, filter(campaigns.has_text, texts)))


def _is_ours(text: dict[str, str]) -> bool:
    """Whether a text is one of TEXTS; nobody knows what a recording says."""
    bodies = {body for _subject, body in TEXTS.values()}
    subjects = {subject for subject, _body in TEXTS.values()} | {""}
    is_known = text.get("body") in bodies and text.get("subject", "") in subjects
    return is_known and not text.get("recording")


# ── Laid ready ──────────────────────────────────────────────────────────


def lay_ready(*, public_url: str, now: datetime) -> int:
    """Makes the draft of each planned test a week ahead, once, and mails who must launch it. Nothing is sent."""
    thursday = next_test(clock.local(now).date())
    if clock.local(now).date() < thursday - AHEAD:
        return 0
    is_due = MonthlyTest.ready_for.is_null() | (MonthlyTest.ready_for < thursday)
    tests = list(MonthlyTest.select(MonthlyTest, Organisation).join(Organisation).where(is_due))
    return sum(_lay(test, thursday, public_url, now) for test in tests)


def _lay(test: MonthlyTest, thursday: date, public_url: str, now: datetime) -> bool:
    here = MonthlyTest.organisation == test.organisation_id
    unready = MonthlyTest.ready_for.is_null() | (MonthlyTest.ready_for < thursday)
    try:
        with writing():
            if not MonthlyTest.update(ready_for=thursday, fault="").where(here, unready).execute():
                return False
            draft = _draft(test, thursday, now)
            _tell(test, draft, thursday, public_url, now)
            facts = {"organisation": test.organisation_id, "day": str(thursday)}
            audit.record("test.laid_ready", draft, by=None, now=now, **facts)
    except NotAllowed:  # whoever planned it has no right to it any more: the page says so
        with writing():
            MonthlyTest.update(fault="not_allowed").where(here).execute()
        return False
    return True


def _draft(test: MonthlyTest, thursday: date, now: datetime) -> Campaign:
    if not test.by.is_active:
        raise NotAllowed(N_("This account is closed."))
    whose = {"by": test.by, "now": now}
    begun = campaigns.draft(test.organisation, is_practice=test.is_practice, is_laid_ready=True, **whose)
    return campaigns.write(begun, version=begun.version, **whose, **_wording(test, thursday))


def _tell(test: MonthlyTest, draft: Campaign, thursday: date, public_url: str, now: datetime) -> None:
    lang = test.by.language
    _, price = translator(lang).gettext, cost(test, thursday)
    facts = {
        "day": _day(thursday, lang),
        "what": _(PRACTICE if test.is_practice else REAL),
        "people": price.people,
        "cost": cost_in_words(price, lang),
        "link": f"{public_url}/campaigns/{draft.id}/text",
    }
    letters.post(
        [test.by.email],
        organisation=test.organisation,
        subject=_(SUBJECT) % facts,
        body=_(BODY) % facts,
        lang=lang,
        now=now,
    )


def cost_in_words(price: Cost, lang: str) -> str:
    _ = translator(lang).gettext
    if price.mills is None:
        return _(UNPRICED) % {"parts": price.parts, "minutes": price.minutes}
    return _(PRICED) % {"amount": euros(price.mills, lang)} if price.mills else _(FREE)


def _day(on: date, lang: str) -> str:
    return long_day(on, lang)
