"""Follow-ups: a correction goes to exactly those whom the message reached, by the channel that reached them."""

import itertools
from datetime import timedelta
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from peewee import fn
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

import models
from dispatch.errors import Refusal, WrongMoment
from dispatch.sending import campaigns, chains, follow_ups, report
from models import RANKS, Campaign, Membership, Message, Recipient, Tally
from tests import cast
from tests.cast import NOON

TEXTS = {
    "sms": {"nl": {"body": "Hou deuren en ramen dicht."}, "fr": {"body": "Fermez portes."}},
    "email": {"nl": {"subject": "Gaslek", "body": "Hou deuren en ramen dicht."}},
}

SECONDS = itertools.count(1)


@pytest.fixture
def sender(app):
    return cast.user("sender", cast.zone())


@pytest.fixture
def molenakker(app):
    bin = cast.bin_named("Molenakker")
    for number in range(10, 16):
        cast.member(bin, f"Lid{number}", mobile=f"+324700000{number}", email=f"lid{number}@voorbeeld.example")
    return bin


def launched(sender, bin, kind="warning") -> Campaign:
    draft = campaigns.draft(sender.organisation, by=sender, now=NOON)
    wording = {"name": "Gaslek", "kind": kind, "channels": ["sms", "email"], "texts": TEXTS}
    ready = campaigns.write(draft, by=sender, now=NOON, version=1, audience={"bins": [bin.id]}, **wording)
    return campaigns.launch(ready, by=sender, now=NOON, terms_accepted=True)


def put(message: Message, status: str) -> None:
    """As if the pump and the receipts had brought it there, the counters with it."""
    for name, step in ((message.status, -1), (status, 1)):
        campaigns.tallies.count({(message.campaign_id, message.channel, name): step})
    Message.update(status=status).where(Message.id == message.id).execute()
    Campaign.update(moved_at=NOON + timedelta(seconds=next(SECONDS))).where(
        Campaign.id == message.campaign_id
    ).execute()


def stopped(campaign, sender, statuses) -> Campaign:
    for message, status in zip(list(campaign.messages.order_by(Message.id)), statuses, strict=False):
        put(message, status)
    campaigns.stop(campaign, by=sender, now=NOON)
    return Campaign.get_by_id(campaign.id)


def corrected(campaign, sender, what="correction") -> Campaign:
    draft = follow_ups.draft(campaign, what, by=sender, now=NOON)
    return campaigns.launch(draft, by=sender, now=NOON, terms_accepted=True)


def to_the_end():
    while campaigns.half_frozen().exists():
        campaigns.freeze(NOON)


def written(campaign) -> set:
    rows = Message.select(Message.channel, Message.address).where(Message.campaign == campaign.id)
    return set(rows.tuples())


def reached(campaign) -> set:
    rows = Message.select(Message.channel, Message.address)
    return set(
        rows.where(
            Message.campaign == campaign.id,
            Message.status.in_(("accepted", "delivered", "answered", "voicemail", "hung_up")),
        ).tuples()
    )


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(RANKS)), min_size=12, max_size=12), st.integers(1, 20))
def test_a_correction_goes_to_exactly_the_reached(sender, molenakker, monkeypatch, statuses, limit):
    monkeypatch.setattr(campaigns, "FROZEN_AT_ONCE", limit)
    with models.database.atomic() as undo:
        campaign = stopped(launched(sender, molenakker), sender, statuses)
        if reached(campaign):
            correction = corrected(campaign, sender)
            to_the_end()
            assert written(correction) == reached(campaign)
            whom = Recipient.select().join(Message).where(Message.campaign == correction.id)
            assert whom.count() == len(reached(campaign))
            tally = Tally.select(fn.SUM(Tally.number)).where(Tally.campaign == correction.id)
            assert tally.scalar() == len(reached(campaign))
        else:
            with pytest.raises(Refusal):
                corrected(campaign, sender)
        undo.rollback()


def test_who_is_reached_after_the_launch_of_the_correction_gets_it_too_and_nobody_twice(sender, molenakker):
    campaign = stopped(launched(sender, molenakker), sender, ["accepted", "sending", "unsure"])
    correction = corrected(campaign, sender)
    to_the_end()
    assert len(written(correction)) == 1
    later = timedelta(hours=1)
    for message in Message.select().where(Message.campaign == correction.id):
        put(message, "delivered")
    campaigns.finish(correction, NOON + later)
    assert Campaign.get_by_id(correction.id).is_running, "one of the message is still in hand"
    for message in list(campaign.messages.where(Message.status.in_(("sending", "unsure")))):
        put(message, "accepted")
    to_the_end()
    assert written(correction) == reached(campaign) and len(written(correction)) == 3
    assert Campaign.get_by_id(correction.id).people == 3


def test_what_arrives_when_the_correction_is_over_is_counted_and_said(sender, molenakker):
    campaign = stopped(launched(sender, molenakker), sender, ["accepted", "unsure"])
    correction = corrected(campaign, sender)
    assert follow_ups.uncertain(correction) == 1
    campaigns.stop(correction, by=sender, now=NOON)
    put(campaign.messages.where(Message.status == "unsure").get(), "delivered")
    assert follow_ups.missed(Campaign.get_by_id(correction.id)) == 1


@pytest.mark.parametrize("kind, number", [("warning", 1), ("news", 0)])
def test_who_left_since_still_gets_the_correction_of_a_warning(sender, molenakker, kind, number):
    campaign = stopped(launched(sender, molenakker, kind), sender, ["accepted"])
    Membership.update(paused_at=NOON).execute()
    draft = follow_ups.draft(campaign, "correction", by=sender, now=NOON)
    assert len(campaigns.audience_of(draft).mailings) == number
    if number:
        assert len(written(campaigns.launch(draft, by=sender, now=NOON, terms_accepted=True))) == 1


def test_what_is_still_being_sent_is_stopped_before_it_is_corrected(sender, molenakker):
    campaign = launched(sender, molenakker)
    with pytest.raises(Refusal, match="Stop it first"):
        corrected(campaign, sender)


def test_a_draft_is_changed_and_not_corrected(sender, molenakker):
    draft = campaigns.draft(sender.organisation, by=sender, now=NOON)
    with pytest.raises(WrongMoment):
        follow_ups.draft(draft, "correction", by=sender, now=NOON)


def test_an_edit_cannot_widen_the_correction(sender, molenakker):
    campaign = stopped(launched(sender, molenakker), sender, ["accepted"])
    draft = follow_ups.draft(campaign, "correction", by=sender, now=NOON)
    wider = {"channels": ["voice"], "audience": {"bins": []}, "kind": "news", "name": "Anders"}
    draft = campaigns.write(draft, by=sender, now=NOON, version=1, **wider)
    assert (draft.name, draft.kind, draft.channels) == ("Anders", "warning", ["sms", "email"])


def test_an_update_may_go_to_the_whole_audience_again(sender, molenakker):
    campaign = stopped(launched(sender, molenakker), sender, ["accepted"])
    update = follow_ups.draft(campaign, "update", by=sender, now=NOON, only_reached=False)
    update = campaigns.launch(update, by=sender, now=NOON, terms_accepted=True)
    assert len(written(update)) == 12
    with pytest.raises(Refusal):
        follow_ups.draft(campaign, "correction", by=sender, now=NOON, only_reached=False)


def test_what_is_begun_twice_is_one_draft_and_another_one_after_it_left(sender, molenakker, signed_in):
    campaign = stopped(launched(sender, molenakker), sender, ["accepted"])
    first = follow_ups.draft(campaign, "correction", by=sender, now=NOON)
    colleague = cast.user("sender", sender.organisation, name="Bram", email="bram@zavelstreek.example")
    page = signed_in(colleague).post(f"/campaigns/{campaign.id}/follow", what="correction")
    assert page.path == f"/campaigns/{first.id}/text" and not page.has("één ontwerp")  # nobody had touched it
    campaigns.write(first, by=colleague, now=NOON, version=1, name="Rechtzetting gaslek")
    page = signed_in(sender).post(f"/campaigns/{campaign.id}/follow", what="correction")
    assert page.path == f"/campaigns/{first.id}/text" and page.has("één ontwerp")
    assert follow_ups.draft(campaign, "update", by=sender, now=NOON) != first
    assert follow_ups.draft(campaign, "update", by=sender, now=NOON, only_reached=False) != follow_ups.draft(
        campaign, "update", by=sender, now=NOON
    )
    campaigns.launch(first, by=sender, now=NOON, terms_accepted=True)
    assert follow_ups.draft(campaign, "correction", by=sender, now=NOON) != first


def test_a_draft_that_somebody_may_not_write_is_not_given_to_them(sender, molenakker):
    campaign = stopped(launched(sender, molenakker, kind="preventive"), sender, ["accepted"])
    everybody = {"only_reached": False, "now": NOON}
    police = follow_ups.draft(campaign, "update", by=sender, **everybody)
    police = campaigns.write(police, by=sender, now=NOON, version=1, kind="warning")
    volunteer = cast.user("coordinator", sender.organisation, bins=(molenakker,))
    own = follow_ups.draft(campaign, "update", by=volunteer, **everybody)
    assert own != police and own == follow_ups.draft(campaign, "update", by=volunteer, **everybody)


def test_the_text_says_which_message_it_follows(sender, molenakker):
    campaign = launched(sender, molenakker)
    draft = follow_ups.draft(campaign, "correction", by=sender, now=NOON)
    assert "12:00" in draft.texts["sms"]["nl"]["body"] and draft.follows == campaign
    assert set(draft.texts["sms"]) == {"nl", "fr"} and draft.texts["email"]["nl"]["subject"]


def test_the_day_after_the_text_says_of_which_day_the_message_was(sender, molenakker):
    campaign = launched(sender, molenakker)
    for number, said in enumerate(("van 12:00:", "van 23/11 om 12:00:")):
        update = follow_ups.draft(
            campaign,
            "update",
            by=sender,
            now=NOON + timedelta(hours=20 * number),
            only_reached=bool(number),
        )
        assert said in update.texts["sms"]["nl"]["body"]
    assert "du 23/11 à 12:00" in update.texts["sms"]["fr"]["body"]


def test_the_page_of_a_stopped_campaign_offers_the_correction_and_one_press_begins_it(
    sender, molenakker, signed_in
):
    campaign = stopped(launched(sender, molenakker), sender, ["accepted"])
    browser = signed_in(sender)
    assert "Corrigeer" in browser.get(f"/campaigns/{campaign.id}").text
    assert len(browser.get(f"/campaigns/{campaign.id}").select("input[name=what][value=correction]")) == 1
    answer = browser.post(f"/campaigns/{campaign.id}/follow", {"what": "correction"})
    made = Campaign.get(Campaign.follows == campaign.id)
    assert made.only_reached and "12:00" in browser.get(f"/campaigns/{made.id}/text").text, answer
    page = browser.get(f"/campaigns/{made.id}/text")
    for fixed in ("kind", "channels", "bins"):  # they stay as they were, and do not stand before the text
        assert all(field.find_parent(hidden=True) for field in page.select(f"[name={fixed}]"))
    [told] = browser.get(f"/campaigns/{campaign.id}").select(f'.note a[href="/campaigns/{made.id}"]')
    assert told.text == "Gevolgd door: Rechtzetting, nog niet verstuurd"
    assert "alleen naar wie" in browser.get(f"/campaigns/{made.id}/review").text


@pytest.fixture
def links(sender, molenakker) -> list[Campaign]:
    """A message that reached three, its correction that reached two of them, and the update of that correction."""
    first = stopped(launched(sender, molenakker), sender, ["accepted"] * 3)
    correction = stopped(corrected(first, sender), sender, ["delivered"] * 2)
    update = stopped(corrected(correction, sender, "update"), sender, ["accepted"])
    return [Campaign.get_by_id(one.id) for one in (first, correction, update)]


def test_the_page_of_each_message_of_a_chain_tells_the_whole_chain(links, sender, signed_in):
    browser, correction = signed_in(sender), links[1]
    for shown in links:
        part = browser.get(f"/campaigns/{shown.id}").select("#chain")[0].get_text(" ", strip=True)
        assert all(one.name in part for one in links)
        assert "Rechtzetting van “Gaslek”" in part and f"Update van “{correction.name}”" in part
        assert "3 van 12 berichten" in part and "2 van 3 berichten" in part and "deze" in part


def test_the_list_tells_what_a_message_follows_and_what_followed_it(links, sender, signed_in):
    said = signed_in(sender).get("/campaigns").text
    follow_ups.draft(links[0], "all_clear", by=sender, now=NOON)
    assert "Rechtzetting van “Gaslek”" in said
    assert "Gevolgd door: Rechtzetting" in said and "voor 3 personen" in said
    assert "Gevolgd door: Einde alarm, nog niet verstuurd" in signed_in(sender).get("/campaigns").text


def test_the_papers_of_each_message_of_a_chain_tell_the_whole_chain(links):
    for shown in links:
        paper = BytesIO(report.paper(shown, "nl", now=NOON))
        words = " ".join(" ".join(page.extract_text() for page in PdfReader(paper).pages).split())
        book = BytesIO(report.workbook(shown, "nl", now=NOON))
        rows = CalamineWorkbook.from_filelike(book).get_sheet_by_index(0).to_python()
        assert all(one.name in words for one in links)
        for one in links:
            told = next(row for row in rows if row[:2] == [first_word(one), one.name])
            assert told[2] == (one.follows.name if one.follows_id else "") and told[4] == one.people
            assert tuple(told[5:]) == chains.reached(one)


def first_word(one: Campaign) -> str:
    return {"": "Bericht", "correction": "Rechtzetting", "update": "Update"}[one.follow_up]


def test_a_report_that_was_filed_before_its_correction_left_is_made_anew(sender, molenakker):
    campaign = stopped(launched(sender, molenakker), sender, ["accepted"] * 12)
    later = NOON + timedelta(hours=1)
    filed = report.make(campaign, now=later)
    assert report.paper(campaign, "nl", now=later) == bytes(filed.content)
    draft = follow_ups.draft(campaign, "correction", by=sender, now=later + timedelta(minutes=1))
    assert report.paper(campaign, "nl", now=later) == bytes(filed.content), "a draft tells nothing yet"
    campaigns.launch(draft, by=sender, now=later + timedelta(minutes=2), terms_accepted=True)
    assert report.paper(campaign, "nl", now=later) != bytes(filed.content)


def test_who_may_not_see_a_message_reads_nothing_of_it_in_the_chain(links, sender, signed_in):
    mine = cast.bin_named("Beekveld")
    Campaign.update(audience={"bins": [mine.id]}).where(Campaign.id == links[1].id).execute()
    neighbour = cast.user("coordinator", sender.organisation, email="beekveld@voorbeeld.example", bins=[mine])
    said = signed_in(neighbour).get(f"/campaigns/{links[1].id}").text
    assert links[1].name in said and "“Gaslek”" not in said
