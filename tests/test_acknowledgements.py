"""Who confirmed a message: once each, by whichever road came first, and nothing more leaves to them."""

import re
from datetime import timedelta
from email import message_from_bytes

import pytest

from dispatch.providers import confirming, open_road
from dispatch.providers.base import Content, Outgoing, Receipt, Reply
from dispatch.providers.letter import write
from dispatch.sending import acknowledgements, campaigns, inbound, lanes, receipts, report
from models import Acknowledgement, Campaign, Inbound, Message
from tests import cast
from tests.cast import NOON
from tests.test_follow_ups import put

LATER = NOON + timedelta(minutes=3)
HERE, KEY = "https://belfort.example", "sleutel"
TEXTS = {
    "sms": {"nl": {"body": "Gaslek: hou ramen dicht."}},
    "voice": {"nl": {"body": "Gaslek: hou ramen dicht."}},
    "email": {"nl": {"subject": "Gaslek", "body": "Hou ramen dicht."}},
}


@pytest.fixture
def sender(app):
    return cast.user("sender", cast.zone())


@pytest.fixture
def molenakker(app):
    """Els and Jan share a telephone; Piet has his own."""
    bin = cast.bin_named("Molenakker")
    for name, digit in (("Els", 1), ("Jan", 1), ("Piet", 2)):
        mail = f"{name.lower()}@voorbeeld.example"
        cast.member(bin, name, mobile=f"+3247000001{digit}", email=mail)
    return bin


def launched(sender, bin, channels=("sms",), *, is_practice=False, **wording) -> Campaign:
    draft = campaigns.draft(sender.organisation, by=sender, now=NOON, is_practice=is_practice)
    wording = {"asks_acknowledgement": True} | wording
    wording |= {"name": "Gaslek", "kind": "warning", "channels": list(channels), "texts": TEXTS}
    ready = campaigns.write(draft, by=sender, now=NOON, version=1, audience={"bins": [bin.id]}, **wording)
    return campaigns.launch(ready, by=sender, now=NOON, terms_accepted=True)


def to(campaign, channel, ending) -> Message:
    here = (Message.channel == channel) & Message.address.startswith(ending)
    return campaign.messages.where(here).get()


def says(number, text="JA", reference="1", at=LATER) -> None:
    inbound.take("kannel", [Reply(reference, number, text)], at)


def confirmed(campaign) -> dict[str, str]:
    rows = Acknowledgement.select().where(Acknowledgement.campaign == campaign.id)
    return {row.member.last_name: row.channel for row in rows}


# ── By reply ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["1", "JA", "ja!", "Oui.", "ok", "J", "Yes"])
def test_a_yes_by_text_message_counts_for_everybody_behind_that_number(sender, molenakker, text):
    campaign = launched(sender, molenakker)
    put(to(campaign, "sms", "+32470000011"), "delivered")
    says("+32470000011", text)
    assert confirmed(campaign) == {"Els": "sms", "Jan": "sms"}
    assert Inbound.get().handled_at == LATER and Inbound.get().campaign == campaign


def test_words_that_are_no_yes_are_read_by_a_person_and_count_for_nobody(sender, molenakker):
    campaign = launched(sender, molenakker)
    put(to(campaign, "sms", "+32470000011"), "delivered")
    says("+32470000011", "ja maar waar?")
    assert confirmed(campaign) == {} and Inbound.get().handled_at is None


def test_a_yes_answers_the_latest_message_that_asked_for_it(sender, molenakker):
    asked = launched(sender, molenakker)
    put(to(asked, "sms", "+32470000012"), "delivered")
    unasked = launched(sender, molenakker, asks_acknowledgement=False)
    put(to(unasked, "sms", "+32470000012"), "delivered")
    says("+32470000012")
    assert confirmed(asked) == {"Piet": "sms"} and confirmed(unasked) == {}


def test_a_yes_of_long_after_or_to_an_exercise_counts_for_nobody(sender, molenakker):
    practice = launched(sender, molenakker, is_practice=True)
    put(to(practice, "sms", "+32470000012"), "delivered")
    says("+32470000012")
    real = launched(sender, molenakker)
    put(to(real, "sms", "+32470000012"), "delivered")
    says("+32470000012", reference="2", at=NOON + timedelta(days=8))
    assert not Acknowledgement.select().exists()


def test_who_confirms_twice_counts_once_and_for_the_first(sender, molenakker, app):
    campaign = launched(sender, molenakker, ["sms", "email"])
    put(to(campaign, "sms", "+32470000012"), "delivered")
    acknowledgements.by_link(to(campaign, "email", "piet@").reference, LATER)
    says("+32470000012")
    says("+32470000012", reference="2")
    assert confirmed(campaign) == {"Piet": "email"}
    assert acknowledgements.counted(campaign) == {"email": 1}


# ── By telephone ────────────────────────────────────────────────────────


def test_a_key_on_the_telephone_confirms_and_a_call_that_was_only_taken_does_not(sender, molenakker):
    campaign = launched(sender, molenakker, ["voice"])
    first, second = to(campaign, "voice", "+32470000011"), to(campaign, "voice", "+32470000012")
    for call in (first, second):
        put(call, "accepted")
    receipts.take([Receipt(first.reference, "delivered", "confirmed")], LATER)
    receipts.take([Receipt(second.reference, "answered", "answered")], LATER)
    assert confirmed(campaign) == {"Els": "voice", "Jan": "voice"}


def test_nothing_is_counted_for_a_message_that_does_not_ask(sender, molenakker):
    campaign = launched(sender, molenakker, ["voice"], asks_acknowledgement=False)
    call = to(campaign, "voice", "+32470000011")
    put(call, "accepted")
    receipts.take([Receipt(call.reference, "delivered", "confirmed")], LATER)
    acknowledgements.by_link(call.reference, LATER)
    assert confirmed(campaign) == {}


# ── And then nothing more ───────────────────────────────────────────────


def test_whoever_confirmed_drops_out_of_the_queue_and_the_counters_follow(sender, molenakker):
    campaign = launched(sender, molenakker, ["sms", "voice"])
    put(to(campaign, "sms", "+32470000011"), "delivered")
    says("+32470000011")
    spared, called = to(campaign, "voice", "+32470000011"), to(campaign, "voice", "+32470000012")
    assert (spared.status, spared.code, called.status) == ("withheld", "acknowledged", "queued")
    table = campaigns.tallies.counts(campaign)["voice"]
    assert (table["queued"], table["withheld"]) == (1, 1)


def test_a_call_that_is_also_for_somebody_who_did_not_confirm_is_still_made(sender, molenakker):
    campaign = launched(sender, molenakker, ["voice", "email"])
    acknowledgements.by_link(to(campaign, "email", "els@").reference, LATER)
    assert to(campaign, "voice", "+32470000011").status == "queued", "Jan did not confirm"
    acknowledgements.by_link(to(campaign, "email", "jan@").reference, LATER)
    assert to(campaign, "voice", "+32470000011").status == "withheld"


def test_what_is_in_hand_is_left_to_whoever_has_it(sender, molenakker):
    campaign = launched(sender, molenakker, ["sms", "voice"])
    put(to(campaign, "sms", "+32470000011"), "delivered")
    put(to(campaign, "voice", "+32470000011"), "sending")
    says("+32470000011")
    assert to(campaign, "voice", "+32470000011").status == "sending"


# ── Asked for ───────────────────────────────────────────────────────────


def test_the_sentence_that_asks_stands_behind_the_text_and_is_paid_for(sender, molenakker):
    bare = {"sms": {"nl": {"body": "x" * 155}}}
    draft = Campaign(channels=["sms"], texts=bare, is_practice=False, placeholders=None)
    assert campaigns.parts_of(draft, "sms", "nl") == 1
    draft.asks_acknowledgement = True
    assert campaigns.text_for(draft, "sms", "nl")["body"].endswith("x Antwoord JA als u dit gelezen hebt.")
    assert campaigns.parts_of(draft, "sms", "nl") == 2
    assert campaigns.said(draft, "sms", "nl")["body"] == "x" * 155, "other warning systems are not asked"


def test_whoever_has_another_language_is_asked_in_the_one_of_the_text(sender, molenakker):
    texts = {"sms": {"fr": {"body": "Fuite de gaz."}}}
    draft = Campaign(channels=["sms"], texts=texts, is_practice=False, asks_acknowledgement=True)
    draft.fallback_language = "fr"
    assert campaigns.text_for(draft, "sms", "de")["body"].startswith("Fuite de gaz. Répondez OUI")


def written(content, reference="0000000000000007", public_url=HERE):
    road = open_road(
        "smtp://host?from=a@zone.example", channel="email", public_url=public_url, receipt_key=KEY
    )
    outgoing = Outgoing(reference, "lid@voorbeeld.example", content)
    mail = write(outgoing, road.from_line(content.house), road.mailbox, confirming=road.confirming)
    return message_from_bytes(mail).get_payload(decode=True).decode()


def test_each_mail_that_asks_has_a_link_of_its_own_that_nobody_can_guess(sender, molenakker):
    campaign = launched(sender, molenakker, ["email"])
    content = lanes.content_of(campaign, "email", "nl")
    bodies = [written(content), written(content, "0000000000000008")]
    tokens = [re.search(rf"{HERE}/confirm/(\S+)", body)[1] for body in bodies]
    assert [confirming.reference(token, KEY) for token in tokens] == ["0000000000000007", "0000000000000008"]
    assert all("Hou ramen dicht." in body for body in bodies)
    assert confirming.reference("0000000000000008" + tokens[0][16:], KEY) == ""
    assert "/confirm/" not in written(Content("Hou ramen dicht.")) + written(content, public_url="")


def test_a_reader_without_a_text_of_their_own_is_asked_in_the_language_of_the_text(sender, molenakker):
    campaign = launched(sender, molenakker, ["email"])
    asked = acknowledgements.asked(campaign, "email", "nl")
    assert [lanes.content_of(campaign, "email", lang).ask for lang in ("nl", "de")] == [asked, asked]


# ── By link ─────────────────────────────────────────────────────────────


def link(app, message) -> str:
    door = confirming.door(HERE, app.extensions["roads"].receipt_key)
    return door.link(message.reference).removeprefix(HERE)


def test_looking_at_the_link_confirms_nothing_and_pressing_the_button_does(app, sender, molenakker):
    campaign = launched(sender, molenakker, ["email"])
    browser, at = app.test_client(), link(app, to(campaign, "email", "piet@"))
    page = browser.get(at)
    assert page.status_code == 200 and confirmed(campaign) == {}
    assert "piet@" not in page.text and "Piet" not in page.text
    assert browser.post(at).status_code == 200 and confirmed(campaign) == {"Piet": "email"}
    assert "Dank u" in browser.get(at).text


@pytest.mark.parametrize("token", ["x", "0000000000000007-" + "0" * 20, "a" * 16 + "-é"])
def test_a_link_that_is_not_ours_confirms_nothing(app, sender, molenakker, token):
    campaign = launched(sender, molenakker, ["email"])
    assert app.test_client().post(f"/confirm/{token}").status_code == 404
    assert confirmed(campaign) == {}


# ── On the pages ────────────────────────────────────────────────────────

TURNS = {"in_turn": "1", "order": "email-sms-voice", "next_minutes": "20", "awaits": "acknowledgement"}


def test_the_page_of_the_text_asks_for_it_and_the_last_look_says_so(signed_in, sender, molenakker):
    draft = campaigns.draft(sender.organisation, by=sender, now=NOON)
    lien = signed_in(sender)
    fields = {"name": "Gaslek", "kind": "warning", "channels": ["sms", "email"], "bins": molenakker.id}
    fields |= {"sms-nl-body": "Gaslek.", "email-nl-subject": "Gaslek", "email-nl-body": "Gaslek."}
    fields |= {"fallback_language": "nl", "version": draft.version, "asks_acknowledgement": "1"} | TURNS
    lien.post(f"/campaigns/{draft.id}/text", fields)
    kept = Campaign.get_by_id(draft.id)
    assert kept.asks_acknowledgement and kept.turns == ["email", "sms"] and kept.cascade["minutes"] == 20
    review = lien.get(f"/campaigns/{draft.id}/review").text
    assert "Het ene kanaal na het andere: e-mail, sms. Het volgende 20 minuten later" in review
    assert (
        "Antwoord JA als u dit gelezen hebt." in review and "Niemand kan antwoorden op de afzender" in review
    )


def test_the_live_page_and_the_report_count_who_confirmed_and_list_who_did_not(signed_in, sender, molenakker):
    campaign = launched(sender, molenakker)
    for message in list(campaign.messages):
        put(message, "delivered")
    says("+32470000011")
    lien = signed_in(sender)
    assert "mensen bevestigden" in lien.get(f"/campaigns/{campaign.id}").text
    campaigns.finish(Campaign.get_by_id(campaign.id), NOON + timedelta(days=1))
    page = lien.get(f"/campaigns/{campaign.id}").text
    assert "2 mensen bevestigden het" in page and "sms 2" in page
    silent = lien.get(f"/campaigns/{campaign.id}/messages?status=silent").text
    assert "Piet" in silent and "Jan" not in silent
    assert "Bevestigd om" in lien.get(f"/campaigns/{campaign.id}/messages").text
    assert report.build(campaign, "nl", LATER)["confirmed"] == "2 van 3 mensen"
