"""The ledger: a launch holds, an acceptance spends once, the end releases, and the sums agree to the mill."""

from datetime import date, timedelta
from itertools import count

import peewee
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch import letters
from dispatch.errors import Refusal
from dispatch.money import ledger, prices, statement
from dispatch.onboarding import orders
from dispatch.people import checks
from dispatch.providers.base import Outcome, Receipt
from dispatch.sending import campaigns, messages
from dispatch.sending.text import measure
from models import Audit, Bin, Campaign, LedgerLine, Message, Organisation
from tests import cast, joining, town
from tests.cast import NOON
from tests.test_checks import DOOR
from tests.test_kill import Time, launched

END = date(2028, 7, 20)
SMS = 55
NUMBERS = count(1)  # of invoices
TWO_PARTS = {"sms": {"nl": {"body": "x" * 161}}}


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def sender(app):
    joining.tariff()
    return cast.user("sender", cast.zone(), name="An Aerts")


@pytest.fixture
def platform(app):
    return cast.user("platform_admin", cast.organisation("Platform", "platform"))


@pytest.fixture
def molenakker(app):
    bin = cast.bin_named("Molenakker")
    for number in range(10, 20):
        cast.member(bin, f"Lid{number}", mobile=f"+324700000{number}")
    return bin


def prepaid(zone: Organisation, platform, mills: int, payment: str = "prepaid") -> Organisation:
    ledger.arrange(zone, payment, by=platform, now=NOON)
    if mills:
        ledger.top_up(zone, mills, expires_on=END, note=f"Factuur {next(NUMBERS)}", by=platform, now=NOON)
    return Organisation.get_by_id(zone.id)


def credit(zone: Organisation) -> tuple[int, int]:
    kept = ledger.of(zone)
    return kept.available_mills, kept.held_mills


def accepted(campaign: Campaign, number: int, time) -> list[str]:
    claimed = messages.claim("sms", campaign, limit=number, now=time(), road="r")
    references = [one.reference for one in claimed]
    messages.record([Outcome(one, "accepted") for one in references], road="r", now=time())
    return references


def assert_sums_agree(zone: Organisation) -> None:
    """By another way than the program's: every line added up, and every accepted message at its price."""
    lines = list(LedgerLine.select().where(LedgerLine.organisation == zone.id))
    assert credit(zone) == (
        sum(line.available_mills for line in lines),
        sum(line.held_mills for line in lines),
    )
    for campaign in Campaign.select().where(Campaign.organisation == zone.id):
        mine = [line for line in lines if line.campaign_id == campaign.id]
        paid = -sum(line.available_mills + line.held_mills for line in mine if line.kind == "spend")
        taken = campaign.messages.where(Message.accepted_at.is_null(False) | (Message.status == "delivered"))
        assert paid == ledger.spent(campaign) == sum(one.parts * SMS for one in taken)
        assert ledger.held_for(campaign) == sum(line.held_mills for line in mine) >= 0


# ── In advance ──────────────────────────────────────────────────────────


def test_a_package_adds_to_what_is_left_and_says_who_noted_it(app, platform):
    zone = prepaid(cast.zone(), platform, 275_000)
    assert credit(zone) == (275_000, 0)
    told = Audit.get(Audit.deed == "credit.topped_up")
    assert told.by == platform and told.facts["mills"] == 275_000
    assert LedgerLine.get().expires_on == END


@pytest.mark.parametrize("mills", [0, -55, 2_000_000_000])
def test_a_slip_is_no_package(app, platform, mills):
    with pytest.raises(Refusal, match="amount in euro"):
        ledger.top_up(cast.zone(), mills, expires_on=END, note="", by=platform, now=NOON)
    assert not LedgerLine.select().exists()


def test_a_payment_that_is_pressed_twice_is_noted_once_and_another_one_says_that_it_is(app, platform):
    heuvel = cast.organisation("Heuvel", "police_zone")
    facts = {"expires_on": None, "by": platform}
    ledger.top_up(heuvel, 275_000, note="", now=NOON, **facts)
    with pytest.raises(Refusal, match="a moment ago"):
        ledger.top_up(heuvel, 275_000, note=" ", now=NOON + timedelta(seconds=50), **facts)
    ledger.top_up(heuvel, 275_000, note="tweede", now=NOON + timedelta(seconds=50), **facts)
    ledger.top_up(heuvel, 275_000, note="", now=NOON + timedelta(minutes=3), **facts)
    ledger.correct(heuvel, -275_000, note="dubbel", by=platform, now=NOON)
    with pytest.raises(Refusal, match="a moment ago"):
        ledger.correct(heuvel, -275_000, note="dubbel", by=platform, now=NOON)
    assert ledger.of(heuvel).available_mills == 550_000


def test_a_correction_needs_its_reason_and_changes_no_line(app, platform):
    zone = prepaid(cast.zone(), platform, 275_000)
    with pytest.raises(Refusal, match="Write why"):
        ledger.correct(zone, -5_000, note=" ", by=platform, now=NOON)
    ledger.correct(zone, -5_000, note="Dubbel geboekt", by=platform, now=NOON)
    assert credit(zone) == (270_000, 0) and LedgerLine.select().count() == 2


@pytest.mark.parametrize("change", [LedgerLine.update(note="x"), LedgerLine.delete()])
def test_no_line_is_ever_changed_or_removed(app, platform, change):
    prepaid(cast.zone(), platform, 1_000)
    with pytest.raises(peewee.IntegrityError, match="append-only"):
        change.execute()


def test_the_oldest_package_is_used_up_first(app, platform, sender, molenakker, time):
    zone = prepaid(cast.zone(), platform, 300)
    ledger.top_up(zone, 1_000, expires_on=END, note="Factuur 13", by=platform, now=NOON)
    campaign = launched(sender, molenakker, texts=town.TEXTS)
    accepted(campaign, 10, time)
    assert [left for _, left in ledger.packages(zone)] == [0, 750]


# ── A launch ────────────────────────────────────────────────────────────


def test_a_launch_holds_what_it_costs_an_acceptance_spends_it_and_the_end_gives_back_the_rest(
    sender, platform, molenakker, time
):
    zone = prepaid(cast.zone(), platform, 10_000)
    campaign = launched(sender, molenakker, texts=TWO_PARTS)
    assert credit(zone) == (10_000 - 1_100, 1_100)
    accepted(campaign, 3, time)
    assert credit(zone) == (8_900, 770) and ledger.spent(campaign) == 330
    campaigns.stop(campaign, by=sender, now=time())
    ledger.release(time())
    assert credit(zone) == (10_000 - 330, 0)
    assert_sums_agree(zone)


def test_a_launch_without_cover_is_refused_and_nothing_of_it_stays(sender, platform, molenakker):
    zone = prepaid(cast.zone(), platform, 549)
    with pytest.raises(Refusal, match="costs €\xa00,55 and €\xa00,549 is left"):
        launched(sender, molenakker, texts=town.TEXTS)
    assert credit(zone) == (549, 0) and not Message.select().exists()
    assert Campaign.get().is_draft


def test_to_the_last_mill_it_may_leave(sender, platform, molenakker, time):
    zone = prepaid(cast.zone(), platform, 550)
    accepted(launched(sender, molenakker, texts=town.TEXTS), 10, time)
    assert credit(zone) == (0, 0)


def test_a_household_that_is_reached_once_is_paid_once_though_little_is_left(sender, platform, molenakker):
    cast.member(molenakker, "Huisgenoot", mobile="+32470000010")
    zone = prepaid(cast.zone(), platform, 550)
    launched(sender, molenakker, texts=town.TEXTS)
    assert credit(zone) == (0, 550)


@pytest.mark.parametrize("kind, leaves", [("warning", True), ("preventive", False)])
def test_life_goes_first_and_the_bill_after_where_that_was_arranged(
    sender, platform, molenakker, time, kind, leaves
):
    zone = prepaid(cast.zone(), platform, 100, "overdraft")
    if not leaves:
        with pytest.raises(Refusal):
            launched(sender, molenakker, texts=town.TEXTS, kind=kind)
        return
    accepted(launched(sender, molenakker, texts=town.TEXTS, kind=kind), 10, time)
    assert credit(zone) == (100 - 550, 0)


def test_who_is_billed_afterwards_holds_nothing_and_sees_what_was_spent(sender, molenakker, time):
    campaign = launched(sender, molenakker, texts=town.TEXTS)
    accepted(campaign, 10, time)
    assert ledger.spent(campaign) == 550 and credit(cast.zone()) == (-550, 0)


def test_practice_costs_nothing(sender, platform, molenakker, time):
    zone = prepaid(cast.zone(), platform, 0)
    draft = campaigns.draft(zone, by=sender, now=NOON, is_practice=True)
    wording = {"name": "Oefening", "kind": "warning", "channels": ["sms"], "texts": town.TEXTS}
    whom = {"bins": [molenakker.id]}
    draft = campaigns.write(draft, by=sender, now=NOON, version=1, audience=whom, **wording)
    campaign = campaigns.launch(draft, by=sender, now=NOON, terms_accepted=True)
    accepted(campaign, 10, time)
    assert not LedgerLine.select().exists() and credit(zone) == (0, 0)


def test_mail_is_free(sender, platform, molenakker, time):
    prepaid(cast.zone(), platform, 0)
    cast.member(molenakker, "Mail", email="mail@voorbeeld.example")
    mail = {"email": {"nl": {"subject": "Gaslek", "body": "Hou deuren en ramen dicht."}}}
    campaign = launched(sender, molenakker, texts=mail)
    [one] = messages.claim("email", campaign, limit=9, now=time(), road="r")
    messages.record([Outcome(one.reference, "accepted")], road="r", now=time())
    assert not LedgerLine.select().exists()


def test_the_price_is_that_of_the_day_on_which_it_was_accepted(sender, platform, molenakker, time):
    zone = prepaid(cast.zone(), platform, 10_000)
    campaign = launched(sender, molenakker, texts=town.TEXTS)
    accepted(campaign, 4, time)
    dearer = [price | {"mills": 70} if price["code"] == "sms" else price for price in joining.PRICES]
    orders.add_tariff(dearer, date(2026, 11, 24), by=None, now=NOON)
    time.passes(24 * 3600)
    accepted(campaign, 6, time)
    assert ledger.spent(campaign) == 4 * 55 + 6 * 70
    assert credit(zone) == (10_000 - 640, 0)


def test_what_is_unsure_stays_put_aside_for_three_days_after_the_end(sender, platform, molenakker, time):
    zone = prepaid(cast.zone(), platform, 1_000)
    campaign = launched(sender, molenakker, texts=town.TEXTS)
    claimed = messages.claim("sms", campaign, limit=10, now=time(), road="r")
    messages.record([Outcome(one.reference, "unsure") for one in claimed], road="r", now=time())
    campaigns.stop(campaign, by=sender, now=time())
    ledger.release(time())
    assert credit(zone) == (450, 550)
    messages.advance([Receipt(claimed[0].reference, "delivered")], time())
    time.passes(3 * 24 * 3600)
    ledger.release(time())
    assert credit(zone) == (1_000 - 55, 0)
    messages.advance([Receipt(claimed[1].reference, "delivered")], time())
    assert credit(zone) == (1_000 - 110, 0)
    assert_sums_agree(zone)


# ── In any order ────────────────────────────────────────────────────────

NEWS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["accepted", "retry", "rejected", "unsure"]),
            st.lists(st.integers(0, 9), min_size=1, max_size=8),
        ),
        st.tuples(
            st.sampled_from(["delivered", "failed", "claim", "release"]),
            st.lists(st.integers(0, 9), min_size=1, max_size=8),
        ),
    ),
    max_size=30,
)


@given(news=NEWS, stops_at=st.integers(0, 40))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_outcomes_come_doubled_and_late_the_sums_agree_to_the_mill(
    sender, platform, molenakker, news, stops_at
):
    time = Time()
    zone = prepaid(cast.zone(), platform, 2_000)
    Message.update(status="withheld", ended_at=NOON).where(
        Message.status.in_(("queued", "sending", "unsure"))
    ).execute()  # what the last example left
    ledger.release(NOON + ledger.DOUBT_LASTS)
    campaign = launched(sender, molenakker, texts=TWO_PARTS)
    references = [one.reference for one in campaign.messages.order_by(Message.id)]
    messages.claim("sms", campaign, limit=10, now=time(), road="r")
    for number, (word, places) in enumerate(news):
        time.passes(1)
        named = [references[place] for place in places]
        if number == stops_at:
            campaigns.stop(campaign, by=sender, now=time())
        if word == "claim":
            messages.claim("sms", campaign, limit=len(named), now=time(), road="r")
        elif word == "release":
            ledger.release(time())
        elif word in ("delivered", "failed"):
            messages.advance([Receipt(one, word) for one in named], time())
        else:
            status = "failed" if word == "rejected" else word
            messages.record([Outcome(one, status) for one in named], road="r", now=time())
        assert_sums_agree(zone)
    assert credit(zone)[0] >= 0


def test_ten_thousand_outcomes_from_four_hands_at_once_agree_to_the_mill(sender, platform, molenakker, app):
    from concurrent.futures import ThreadPoolExecutor

    from models import database

    for number in range(2_500):
        cast.member(molenakker, f"Buur{number}", mobile=f"+3247100{number:04}")
    zone = prepaid(cast.zone(), platform, 2_510 * 110)
    campaign = launched(sender, molenakker, texts=TWO_PARTS)
    while Campaign.get_by_id(campaign.id).queued_through is not None:
        campaigns.freeze(NOON)
    messages.claim("sms", campaign, limit=3_000, now=NOON, road="r")
    references = [one.reference for one in campaign.messages]

    def tell(turn: int) -> None:
        with database.connection_context():
            for begin in range(0, len(references), 100):
                part = references[begin : begin + 100]
                if turn % 2:
                    messages.record([Outcome(one, "accepted") for one in part], road="r", now=NOON)
                else:
                    messages.advance([Receipt(one, "delivered") for one in part], NOON + timedelta(seconds=1))

    with ThreadPoolExecutor(4) as hands:
        list(hands.map(tell, range(4)))
    assert credit(zone) == (0, 0) and ledger.spent(campaign) == 2_510 * 110
    assert_sums_agree(zone)


def test_vat_is_rounded_to_the_nearest_mill():
    assert [prices.vat_mills(mills, 210) for mills in (0, 55, 100, -55, 50)] == [0, 12, 21, -12, 11]


# ── A letter to members ─────────────────────────────────────────────────


@pytest.fixture
def round_of_links(molenakker):
    """What a coordinator presses: everybody of Molenakker, by SMS, for nobody has a mailbox."""
    marc = cast.user("coordinator", molenakker.organisation, bins=(molenakker,))
    return lambda now=NOON: checks.send_round(Bin.get_by_id(molenakker.id), door=DOOR, by=marc, now=now)


def take_letters(time: Time, number: int = 10) -> list[str]:
    waiting = list(Message.select().where(Message.letter.is_null(False)).order_by(Message.id).limit(number))
    for one in waiting:
        messages.claim("sms", one.letter, limit=1, now=time())
    outcomes = [Outcome(one.reference, "accepted", provider_reference=one.reference) for one in waiting]
    messages.record(outcomes, road="simulator", now=time())
    messages.record(outcomes, road="simulator", now=time())
    messages.advance([Receipt(one.reference, "delivered") for one in waiting], time())
    return [one.reference for one in waiting]


def test_a_personal_link_by_sms_costs_what_was_said_and_is_paid_once_when_it_is_taken(
    sender, platform, molenakker, round_of_links, time
):
    zone = prepaid(cast.zone(), platform, 100_000)
    due = checks.due(molenakker, NOON)
    said = checks.price(due, door=DOOR, now=NOON)
    each = measure(checks.SMS).parts  # more than 160 characters once the link stands in it
    assert said and said % (10 * SMS) == 0 and said >= 10 * each * SMS
    round_of_links()
    assert credit(zone) == (100_000, 0)
    take_letters(time)
    assert credit(zone) == (100_000 - said, 0)


def test_a_round_without_cover_sends_nothing_and_what_is_on_its_way_counts(
    sender, platform, molenakker, round_of_links, time
):
    said = checks.price(checks.due(molenakker, NOON), door=DOOR, now=NOON)
    zone = prepaid(cast.zone(), platform, said - 1)
    with pytest.raises(Refusal):
        round_of_links()
    assert not Message.select().exists()
    ledger.top_up(zone, 1, expires_on=END, note="Factuur 13", by=platform, now=NOON)
    assert round_of_links() == 10
    with pytest.raises(Refusal):
        ledger.refuse_uncovered(zone, 1)
    take_letters(time)
    assert credit(zone) == (0, 0)


def test_a_letter_to_its_own_people_costs_an_organisation_nothing(sender, platform, time):
    zone = prepaid(cast.zone(), platform, 1_000)
    letters.post(
        ["+32470000099"], organisation=zone, subject="", body="x", lang="nl", now=NOON, channel="sms"
    )
    take_letters(time)
    assert credit(zone) == (1_000, 0)


def test_whoever_is_billed_afterwards_sends_links_without_cover_and_finds_them_on_the_bill(
    sender, molenakker, round_of_links, time
):
    said = checks.price(checks.due(molenakker, NOON), door=DOOR, now=NOON)
    round_of_links()
    take_letters(time, 4)
    day = date(2026, 11, 23)
    told = statement.of_period(cast.zone(), day, day)
    [one] = told.spent
    assert (one.campaign, one.channel, one.mills) == (None, "sms", said * 4 // 10)
    assert told.by_bin == (("Molenakker", one.mills),) and told.mills == one.mills
