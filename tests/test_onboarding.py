"""Joining: the agreement, the order, the checklist, and what may not leave before or after."""

from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from dispatch import letters
from dispatch.errors import Incomplete, Refusal, WrongMoment
from dispatch.onboarding import checklist, contracts, orders
from dispatch.sending import campaigns
from dispatch.sending.pump import Pump
from models import Accession, Audit, Campaign, Contract, Message, Order, Organisation
from tests import cast, joining
from tests.cast import NOON

AFTER_THE_END = datetime(2028, 7, 20, 22, 0, 0)  # midnight in Brussels
LAST_MOMENT = AFTER_THE_END - timedelta(seconds=1)


@pytest.fixture
def zone(app):
    return joining.newcomer()


@pytest.fixture
def sender(zone):
    return cast.user("sender", zone)


@pytest.fixture
def platform(app):
    return cast.user("platform_admin", cast.organisation("Platform", "platform"))


def launch(campaign: Campaign, by, now=NOON) -> Campaign:
    return campaigns.launch(campaign, by=by, now=now, terms_accepted=True)


STEPS = ("agreement", "order", "users", "practice")


def take(step: str, zone, platform, sender) -> None:
    deeds = {
        "agreement": lambda: joining.agreement(zone, joining.contract(), platform),
        "order": lambda: joining.order(zone, platform),
        "users": lambda: joining.users(zone, platform),
        "practice": lambda: joining.practice(zone, sender),
    }
    deeds[step]()


# ── Ready ───────────────────────────────────────────────────────────────


def test_a_new_organisation_sends_nothing_real_and_hears_all_that_is_missing_and_where(zone, sender):
    draft = joining.campaign(zone, sender)
    with pytest.raises(Refusal) as refused:
        launch(draft, sender)
    said = refused.value.sentence.in_language("en")
    for words in (
        "agreement is missing",
        "order form",
        "user table",
        "practice campaign",
        "page “Agreements”",
    ):
        assert words in said
    assert Campaign.get_by_id(draft.id).is_draft and not Message.select().exists()


def test_a_new_organisation_may_practise(zone, sender):
    assert launch(joining.campaign(zone, sender, is_practice=True), sender).is_running


@pytest.mark.parametrize("left_out", STEPS)
def test_with_one_step_left_out_nothing_real_leaves(zone, sender, platform, left_out):
    for step in STEPS:
        if step != left_out:
            take(step, zone, platform, sender)
    with pytest.raises(Refusal):
        launch(joining.campaign(zone, sender), sender)
    checklist.admit(NOON)
    assert not Organisation.get_by_id(zone.id).is_ready
    assert [step.name for step in checklist.steps(zone, NOON) if not step.is_done] == [left_out]


def test_when_the_last_step_is_done_the_organisation_is_ready_and_that_is_written_down_once(
    zone, sender, platform
):
    for step in STEPS:
        take(step, zone, platform, sender)
    checklist.admit(NOON)
    checklist.admit(NOON + timedelta(minutes=1))
    assert Organisation.get_by_id(zone.id).ready_at == NOON
    assert Audit.select().where(Audit.deed == "organisation.ready").count() == 1
    assert launch(joining.campaign(zone, sender), sender).is_running


def test_the_first_launch_does_not_wait_for_the_clock_to_say_that_all_is_there(zone, sender, platform):
    for step in STEPS:
        take(step, zone, platform, sender)
    assert launch(joining.campaign(zone, sender), sender).is_running
    assert Organisation.get_by_id(zone.id).is_ready


def test_a_practice_that_was_stopped_is_no_practice(zone, sender):
    made = launch(joining.campaign(zone, sender, is_practice=True), sender)
    campaigns.stop(made, by=sender, now=NOON)
    assert not checklist.steps(zone, NOON)[-1].is_done


def test_the_practice_of_another_organisation_counts_for_nobody_else(zone, sender):
    other = joining.newcomer("Dal")
    joining.practice(other, cast.user("sender", other))
    assert not checklist.steps(zone, NOON)[-1].is_done


def test_the_platform_and_the_contact_centre_join_nothing(app, platform):
    for kind in ("platform", "contact_centre"):
        assert not checklist.joins(cast.organisation(f"Een {kind}", kind, ready_at=None))
    with pytest.raises(Refusal):
        joining.write_down(platform.organisation, joining.contract(), platform)


def test_there_is_no_limit_on_accounts(zone, platform):
    joining.users(
        zone, platform, "Naam;E-mail;Rol\n" + "".join(f"P{n};p{n}@h.example;lezer\n" for n in range(400))
    )
    assert zone.users.count() == 400


# ── The agreement ───────────────────────────────────────────────────────


def test_an_agreement_is_done_only_when_it_is_written_signed_and_exchanged(zone, platform):
    def fault() -> str:
        step = checklist.steps(zone, NOON)[0]
        return step.missing.msgid if step.missing else ""

    assert fault() == checklist.UNWRITTEN
    made = joining.write_down(zone, joining.contract(), platform)
    assert fault() == checklist.UNSIGNED
    with pytest.raises(Refusal):
        contracts.exchange(made, date(2026, 3, 9), by=platform, now=NOON)
    contracts.receive_paper(made, date(2026, 3, 4), by=platform, now=NOON)
    assert fault() == checklist.NOT_EXCHANGED
    contracts.exchange(made, date(2026, 3, 9), by=platform, now=NOON)
    assert fault() == ""


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html>%PDF-1.7 %%EOF", b"%PDF-1.7 cut off"])
def test_a_file_that_is_no_whole_pdf_is_refused_whatever_its_name(zone, platform, content):
    made = joining.write_down(zone, joining.contract(), platform)
    with pytest.raises(Refusal, match="not a whole PDF"):
        contracts.attach(made, content, "overeenkomst.pdf", by=platform, now=NOON)
    assert not Accession.get_by_id(made.id).is_signed


def test_what_both_parties_hold_is_not_changed_any_more(zone, platform):
    held = joining.agreement(zone, joining.contract(), platform)
    for deed in (
        lambda: contracts.attach(held, joining.PDF, "ander.pdf", by=platform, now=NOON),
        lambda: contracts.receive_paper(held, date(2026, 3, 10), by=platform, now=NOON),
        lambda: contracts.exchange(held, date(2026, 3, 10), by=platform, now=NOON),
    ):
        with pytest.raises(WrongMoment):
            deed()
    renewed = joining.write_down(zone, held.contract, platform, type=1)
    assert renewed.id != held.id and Accession.get_by_id(held.id).type == 2


def test_until_then_a_mistake_is_put_right_in_the_same_agreement(zone, platform):
    under = joining.contract()
    first = joining.write_down(zone, under, platform)
    again = joining.write_down(zone, under, platform, type=1)
    assert again.id == first.id and again.type == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": 3},
        {"signatory": " "},
        {"provider_signatory": ""},
        {"signed_on": date(2026, 11, 24)},
        {"type": 3, "signatory": "", "provider_signatory": "", "signed_on": None},
    ],
)
def test_an_agreement_with_a_fault_is_refused_at_its_field(zone, platform, wrong):
    with pytest.raises(Incomplete) as refused:
        joining.write_down(zone, joining.contract(), platform, **wrong)
    assert list(refused.value.faults) == list(wrong) and not Accession.select().exists()


def test_nobody_joins_under_a_contract_that_is_over(zone, platform):
    with pytest.raises(Incomplete) as refused:
        joining.write_down(zone, joining.contract(ends_on=date(2026, 11, 22)), platform)
    assert "is over" in str(refused.value.faults["contract"])


def test_a_contract_needs_a_name_of_its_own_and_an_end_after_its_beginning(app):
    joining.contract()
    for name, last in (
        ("", date(2028, 1, 1)),
        ("Raamcontract 2021", date(2028, 1, 1)),
        ("Nieuw", date(2020, 1, 1)),
    ):
        with pytest.raises(Refusal):
            joining.contract(name, last)
    assert Contract.select().count() == 1


# ── The term ────────────────────────────────────────────────────────────


@pytest.fixture
def joined(zone, sender, platform):
    for step in STEPS:
        take(step, zone, platform, sender)
    checklist.admit(NOON)
    return Organisation.get_by_id(zone.id)


def test_the_last_day_is_whole_and_the_next_one_nothing_real_is_launched(joined, sender):
    assert launch(joining.campaign(joined, sender), sender, LAST_MOMENT).is_running
    late = joining.campaign(joined, sender)
    with pytest.raises(Refusal, match="does not run today"):
        launch(late, sender, AFTER_THE_END)
    assert Campaign.get_by_id(late.id).is_draft
    assert launch(joining.campaign(joined, sender, is_practice=True), sender, AFTER_THE_END).is_running


def test_a_campaign_that_runs_past_the_end_carries_nothing_more_and_says_why(app, joined, sender):
    running = launch(joining.campaign(joined, sender), sender, LAST_MOMENT)
    pump = Pump(app.extensions["roads"], now=lambda: AFTER_THE_END)
    assert pump.turn("sms") == 0  # before anybody tidied
    pump.tidy(), pump.turn("sms")
    held = Campaign.get_by_id(running.id)
    assert held.is_paused and held.halted == "out_of_term"
    assert [message.status for message in Message.select().where(Message.campaign == running.id)] == [
        "queued"
    ]
    with pytest.raises(Refusal, match="does not run today"):
        campaigns.resume(held, by=sender, now=AFTER_THE_END)


def test_a_campaign_of_which_nothing_waits_ends_as_usual_after_the_term(app, joined, sender):
    running = launch(joining.campaign(joined, sender), sender, LAST_MOMENT)
    Pump(app.extensions["roads"], now=lambda: LAST_MOMENT).turn("sms")
    Pump(app.extensions["roads"], now=lambda: AFTER_THE_END + timedelta(minutes=5)).tidy()
    assert Campaign.get_by_id(running.id).status == "done"


def test_a_renewed_agreement_lets_the_held_campaign_go_on(app, joined, sender, platform):
    running = launch(joining.campaign(joined, sender), sender, LAST_MOMENT)
    now = AFTER_THE_END
    Pump(app.extensions["roads"], now=lambda: now).tidy()
    under = contracts.add(
        "Raamcontract 2028", "Crisiscentrum", date(2028, 7, 21), date(2032, 7, 20), by=None, now=now
    )
    made = joining.write_down(joined, under, platform)
    contracts.receive_paper(made, date(2028, 7, 20), by=platform, now=now)
    contracts.exchange(made, date(2028, 7, 20), by=platform, now=now)
    campaigns.resume(Campaign.get_by_id(running.id), by=sender, now=now)
    assert Pump(app.extensions["roads"], now=lambda: now).turn("sms") == 1


def test_an_early_end_stops_everything_of_that_contract_the_day_after(app, joined, sender, platform):
    under = Contract.get()
    contracts.end_contract(under, date(2026, 11, 23), "Ernstige problemen", by=platform, now=NOON)
    tomorrow = NOON + timedelta(days=1)
    assert launch(joining.campaign(joined, sender), sender, NOON).is_running
    with pytest.raises(Refusal):
        launch(joining.campaign(joined, sender), sender, tomorrow)
    with pytest.raises(WrongMoment):
        contracts.end_contract(under, date(2026, 12, 1), "Toch later", by=platform, now=NOON)


def test_an_early_end_of_one_agreement_leaves_the_neighbours_alone(joined, sender, platform):
    other = joining.newcomer("Dal")
    joining.agreement(other, Contract.get(), platform)
    contracts.end_accession(Accession.get(), date(2026, 11, 23), "Opgezegd", by=platform, now=NOON)
    tomorrow = NOON + timedelta(days=1)
    assert contracts.outside_term(tomorrow) == {joined.id}
    with pytest.raises(Refusal):
        launch(joining.campaign(joined, sender), sender, tomorrow)


def test_an_early_end_needs_a_reason_is_early_and_not_past(app, platform):
    under = joining.contract()
    for last_day, why in ((date(2027, 1, 1), " "), (date(2028, 7, 20), "Op tijd"), (date(2026, 11, 22), "x")):
        with pytest.raises(Refusal):
            contracts.end_contract(under, last_day, why, by=platform, now=NOON)
    assert Contract.get().ended_on is None


def test_who_sent_before_agreements_were_written_down_goes_on(app):
    """An older database: its organisations are ready, and have no agreement here."""
    zone = cast.zone()
    assert launch(joining.campaign(zone, cast.user("sender", zone)), zone.users.first()).is_running


DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@given(signed=DAYS, begins=DAYS, ends=DAYS, early=st.none() | DAYS, broken=st.none() | DAYS, today=DAYS)
def test_an_agreement_never_holds_outside_its_contract_nor_before_its_signature(
    signed, begins, ends, early, broken, today
):
    under = Contract(begins_on=begins, ends_on=ends, ended_on=early)
    made = Accession(contract=under, signed_on=signed, exchanged_on=signed, ended_on=broken)
    limits = [ends, *(day for day in (early, broken) if day)]
    assert made.holds_on(today) == (max(begins, signed) <= today <= min(limits))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(signed=DAYS, begins=DAYS, ends=DAYS, early=st.none() | DAYS, broken=st.none() | DAYS, today=DAYS)
def test_what_the_pump_asks_at_every_claim_says_the_same_as_the_agreement(
    joined, signed, begins, ends, early, broken, today
):
    Contract.update(begins_on=begins, ends_on=ends, ended_on=early).execute()
    Accession.update(signed_on=signed, ended_on=broken).execute()
    holds = Accession.get().holds_on(today)
    assert contracts.outside_term(datetime(today.year, today.month, today.day, 12)) == (
        set() if holds else {joined.id}
    )


# ── The order ───────────────────────────────────────────────────────────


def test_an_order_keeps_the_prices_of_its_day_and_its_paper(zone, platform):
    made = joining.order(zone, platform)
    assert made.lines == [["activation", 1, 200_000], ["year", 1, 788_880], ["sms", 1000, 55]]
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(bytes(made.document.content))).pages)
    for words in ("Heuvel", "An Maes, korpschef", "1.000", "788,88", "0,055", "1.043,88"):
        assert words in text.replace("\u00a0", " ")


def test_a_new_tariff_counts_from_its_day_on_and_changes_no_order(zone, platform):
    old = joining.order(zone, platform)
    dearer = [joining.PRICES[0] | {"mills": 250_000}]
    orders.add_tariff(dearer, date(2027, 1, 1), by=None, now=NOON)
    assert orders.tariff_on(date(2026, 12, 31)) == old.tariff
    assert orders.tariff_on(date(2027, 1, 1)).prices == dearer
    assert Order.get_by_id(old.id).lines[0] == ["activation", 1, 200_000]
    with pytest.raises(Refusal, match="prices changed"):
        late = {"tariff": old.tariff.id, "now": datetime(2027, 1, 2)}
        orders.place(zone, {"activation": "1"}, "An Maes", by=platform, **late)


@pytest.mark.parametrize("typed", ["-1", "1,5", "veel", "99999999999", "٣"])
def test_a_number_that_is_none_is_refused_at_its_field(zone, platform, typed):
    prices = joining.tariff()
    with pytest.raises(Incomplete) as refused:
        orders.place(zone, {"sms": typed}, "", tariff=prices.id, by=platform, now=NOON)
    assert list(refused.value.faults) == ["number-sms", "orderer"] and not Order.select().exists()


def test_an_order_of_nothing_is_none(zone, platform):
    prices = joining.tariff()
    with pytest.raises(Incomplete):
        orders.place(zone, {"sms": "0"}, "An Maes", tariff=prices.id, by=platform, now=NOON)


@pytest.mark.parametrize(
    "prices",
    [None, [], {}, ["sms"], [joining.PRICES[0] | {"mills": 0.055}], [joining.PRICES[0] | {"per": "maand"}]],
)
def test_what_are_no_prices_is_refused(app, prices):
    with pytest.raises(Refusal):
        orders.add_tariff(prices, date(2026, 1, 1), by=None, now=NOON)


def test_two_tariffs_from_one_day_on_or_two_prices_of_one_code_are_refused(app):
    joining.tariff()
    with pytest.raises(Refusal, match="already a tariff"):
        joining.tariff()
    with pytest.raises(Refusal, match="same code"):
        orders.add_tariff([joining.PRICES[0]] * 2, date(2027, 1, 1), by=None, now=NOON)


def test_letters_of_our_own_leave_outside_every_term(app, joined):
    letters.post(
        ["a@heuvel.example"], organisation=joined, subject="x", body="x", lang="nl", now=AFTER_THE_END
    )
    assert Pump(app.extensions["roads"], now=lambda: AFTER_THE_END).turn("email") == 2  # and an invitation
    letters_of = Message.select().where(Message.letter.is_null(False))
    assert {row.status for row in letters_of} <= {"accepted", "delivered"}
