"""What members send back: kept once, beside the campaign it answers; STOP ends news and never a warning."""

import json
import logging
import re
from datetime import timedelta

import pytest

from dispatch.people import audience, erasing
from dispatch.providers import open_road
from dispatch.providers.base import BadReceipt, Posted, Reply
from dispatch.sending import campaigns, inbound
from models import Audit, Campaign, Inbound, Letter, Member, Message, Unreached
from tests import cast
from tests.cast import NOON
from tests.servers import http_server, kannel, wait_until
from tests.test_contracts import a_road
from tests.test_follow_ups import corrected, launched, put, stopped, to_the_end, written

ELS = "+32470000010"


@pytest.fixture
def sender(app):
    return cast.user("sender", cast.zone())


@pytest.fixture
def molenakker(app):
    bin = cast.bin_named("Molenakker")
    for number in (10, 11):
        cast.member(bin, f"Lid{number}", mobile=f"+324700000{number}", email=f"lid{number}@voorbeeld.example")
    return bin


def say(text, number="32470000010", reference="a", minutes=0):
    inbound.take("kannel", [Reply(reference, number, text)], NOON + timedelta(minutes=minutes))


def els() -> Member:
    return Member.get(Member.mobile == ELS)


@pytest.mark.parametrize(
    "text", ["STOP", " stop. ", "S.T.O.P", "Arrêt", "ARRE\u0302T!", "stopp", "Stoppen", "unsubscribe"]
)
def test_a_word_that_ends_the_news_is_understood_however_it_is_typed(text):
    assert inbound.kind_of(text) == "stop"


@pytest.mark.parametrize("text", ["", "stop er brand is", "non-stop", "Ik stop", "🛑", "0470 11 22 33"])
def test_what_only_holds_such_a_word_is_left_to_a_person(text):
    assert inbound.kind_of(text) == "text"


def test_a_reply_stands_beside_the_latest_campaign_that_reached_the_number_and_is_kept_once(
    sender, molenakker
):
    first, second, third = (launched(sender, molenakker) for _ in range(3))
    for one in (first, second):
        put(one.messages.where(Message.address == ELS).get(), "delivered")
    say("Hoe lang nog?")
    say("Hoe lang nog?")
    kept = Inbound.get()
    assert (kept.campaign, kept.member.mobile, kept.kind, kept.handled_at) == (second, ELS, "text", None)
    assert Inbound.select().count() == 1 and third.id > second.id


def test_stop_ends_news_by_sms_and_nothing_else_until_start(sender, molenakker):
    say("STOP")
    choice, house = {"bins": [molenakker.id]}, molenakker.organisation_id
    for kind in ("warning", "preventive", "news"):
        found = audience.resolve(house, choice, ["sms"], kind=kind)
        assert [one.mobile for one in found.left_out.get("news_ended", [])] == (
            [ELS] if kind == "news" else []
        )
        assert audience.resolve(house, choice, ["email"], kind=kind).left_out == {}
    say("start", reference="b", minutes=1)
    assert audience.resolve(house, choice, ["sms"], kind="news").left_out == {}
    deeds = [
        row.deed for row in Audit.select().where(Audit.deed.startswith("member.news")).order_by(Audit.id)
    ]
    assert deeds == ["member.news_ended", "member.news_resumed"]


@pytest.mark.parametrize("kind, reached", [("warning", 2), ("news", 1)])
def test_a_launch_leaves_out_of_news_who_sent_stop_and_warns_them_all_the_same(
    sender, molenakker, kind, reached
):
    say("STOP")
    draft = campaigns.draft(sender.organisation, by=sender, now=NOON)
    wording = {"name": "x", "kind": kind, "channels": ["sms"], "texts": {"sms": {"nl": {"body": "Dag"}}}}
    ready = campaigns.write(
        draft, by=sender, now=NOON, version=1, audience={"bins": [molenakker.id]}, **wording
    )
    sent = campaigns.launch(ready, by=sender, now=NOON, terms_accepted=True)
    to_the_end()
    assert len(written(sent)) == reached == Campaign.get_by_id(sent.id).people
    assert [row.reason for row in Unreached.select()] == ["news_ended"] * (2 - reached)


@pytest.mark.parametrize("kind, status", [("warning", "queued"), ("news", "withheld")])
def test_what_waits_in_the_queue_when_stop_comes_is_withheld_of_news_alone(sender, molenakker, kind, status):
    campaign = launched(sender, molenakker, kind=kind)
    say("STOP")
    theirs = campaign.messages.where(Message.address == ELS).get()
    assert theirs.status == status and (theirs.code == "news_ended") == (kind == "news")
    assert campaigns.tallies.counts(campaign)["sms"][status] >= 1
    others = campaign.messages.where(Message.address != ELS)
    assert {message.status for message in others} == {"queued"}


@pytest.mark.parametrize("kind, number", [("warning", 4), ("news", 3)])
def test_a_correction_of_news_goes_no_more_to_who_sent_stop_since(sender, molenakker, kind, number):
    origin = launched(sender, molenakker, kind=kind)
    over = stopped(origin, sender, ["delivered"] * 4)
    say("STOP")
    follow_up = corrected(over, sender)
    to_the_end()
    assert len(written(follow_up)) == number


def test_one_text_a_day_says_what_was_done_and_never_to_a_short_code_or_a_name(sender, molenakker):
    Member.update(mobile="8850").where(Member.mobile == "+32470000011").execute()
    for number, minutes in (("32470000010", 0), ("+32470000010", 30), ("8850", 40), ("Zone", 50)):
        say("STOP", number, f"{number}{minutes}", minutes)
    say("START", reference="later", minutes=60 * 25)
    told = [(one.channel, one.address) for one in Message.select().where(Message.letter.is_null(False))]
    assert told == [("sms", ELS)] * 2 and "Send STOP" not in Letter.select().order_by(Letter.id).first().body
    assert not els().sms_news_ended_at


def test_everybody_behind_a_shared_number_is_heard_as_one_and_answered_once(sender, molenakker):
    elsewhere = cast.bin_named("Elders", cast.organisation("Andere zone"))
    cast.member(elsewhere, "Lid10", mobile=ELS)
    say("STOP")
    assert Member.select().where(Member.sms_news_ended_at.is_null(False)).count() == 2
    assert Letter.select().count() == 1


def test_no_text_and_no_number_comes_into_a_log_or_the_audit(app, molenakker, caplog):
    with caplog.at_level(logging.INFO):
        say("STOP")
    facts = [json.dumps(row.facts) for row in Audit.select()]
    assert "470000010" not in caplog.text + "".join(facts) and "STOP" not in caplog.text + "".join(facts)


def test_who_is_erased_leaves_no_words_behind(molenakker):
    say("Ik woon hier niet meer")
    erasing.erase(els(), by=None, now=NOON)
    kept = Inbound.get()
    assert (kept.number, kept.text, kept.member) == ("", "", None)


# ── The doors ───────────────────────────────────────────────────────────


def post(app, path, **sent):
    return app.test_client().post(path, **sent)


def door(app, provider):
    return f"/inbound/{provider}/{app.extensions['roads'].receipt_key}"


def test_the_door_takes_nothing_without_its_key_nor_what_it_cannot_read(app, molenakker):
    assert post(app, "/inbound/simulator/wrong").status_code == 404
    assert post(app, door(app, "simulator")).status_code == 400
    assert post(app, door(app, "nobody")).status_code == 404 and not Inbound.select().exists()


def test_kannel_posts_the_words_in_the_body_in_any_alphabet():
    road = open_road("kannel://u:p@host", channel="sms")
    for charset in ("utf-8", "UTF-16BE"):
        told = Posted(
            {"id": "3-a"},
            "Arrêt ✓".encode(charset),
            f'text/plain; charset="{charset}"',
            headers={"X-Kannel-From": "32470"},
        )
        assert road.read_replies(told) == [Reply("3-a", "32470", "Arrêt ✓")]
    for args, headers in (
        ({}, {"X-Kannel-From": "1"}),
        ({"id": "a b"}, {"X-Kannel-From": "1"}),
        ({"id": "a"}, {}),
    ):
        with pytest.raises(BadReceipt):
            road.read_replies(Posted(args, b"x", "text/plain", headers=headers))


def test_infobip_tells_of_several_at_once_and_of_none_that_lacks_its_number():
    one = {"messageId": "817", "from": "32470000010", "text": "STOP", "cleanText": "", "keyword": "STOP"}
    road = a_road("infobip", 1)
    told = json.dumps({"results": [one, one | {"messageId": "818"}]}).encode()
    assert [reply.reference for reply in road.read_replies(Posted({}, told))] == ["817", "818"]
    for spoilt in ({"results": [one | {"from": None}]}, {"results": "x"}, []):
        with pytest.raises(BadReceipt):
            road.read_replies(Posted({}, json.dumps(spoilt).encode()))


@pytest.mark.loopback
def test_what_a_member_sends_comes_through_a_real_kannel_and_nothing_goes_back(tmp_path):
    with http_server(answer=lambda _asked: (204, "")) as (port, asked):
        at = f"http://127.0.0.1:{port}/inbound/kannel/sleutel?id=%I"
        with kannel(tmp_path, replies_at=at, reply="+32470000010 8850 text Stop aub") as gateway:
            wait_until(lambda: asked, what="the reply")
            request = asked[0]
            query = dict(pair.split("=") for pair in request.path.partition("?")[2].split("&"))
            told = Posted(query, request.body, request.headers["Content-Type"], headers=request.headers)
            [reply] = open_road("kannel://u:p@host", channel="sms").read_replies(told)
            assert reply.number == ELS and reply.text == "Stop aub" and "aub" not in request.path
            assert (
                re.fullmatch(r"[\w-]{8,64}", reply.reference)
                and "Stop aub" not in gateway.centre_log.read_text()
            )


# ── The inbox ───────────────────────────────────────────────────────────


def test_the_inbox_shows_what_waits_beside_its_campaign_until_it_is_handled(
    app, sender, molenakker, signed_in
):
    campaign = launched(sender, molenakker)
    put(campaign.messages.where(Message.address == ELS).get(), "delivered")
    say("Is het voorbij?")
    browser = signed_in(sender)
    page = browser.get("/inbox")
    assert page.has("Is het voorbij?") and f"/campaigns/{campaign.id}" in page.html
    assert "Is het voorbij?" not in browser.post(f"/inbox/{Inbound.get().id}/handled").text
    assert "Is het voorbij?" in browser.get("/inbox?show=handled").text
    assert Audit.select().where(Audit.deed == "inbound.handled").count() == 1


def test_a_yes_to_nothing_that_asked_for_it_is_read_as_a_text(app, sender, molenakker, signed_in):
    say("JA")
    page = signed_in(sender).get("/inbox")
    assert page.has("JA") and not page.has("bevestigt")


def test_a_number_that_nobody_knows_is_for_the_platform_and_no_one_elses_row_exists(
    app, sender, molenakker, signed_in
):
    say("Wie is dit?", "32470999999")
    stranger = Inbound.get()
    browser = signed_in(sender)
    assert "Wie is dit?" not in browser.get("/inbox").text
    assert browser.post(f"/inbox/{stranger.id}/handled", expect=404)
    platform = cast.organisation("Platform", "platform")
    assert "Wie is dit?" in signed_in(cast.user("platform_admin", platform)).get("/inbox").text


def test_a_coordinator_reads_the_replies_of_their_own_bin_only(app, sender, molenakker):
    other = cast.bin_named("Elders")
    cast.member(other, "Buiten", mobile="+32470000077")
    say("binnen")
    say("buiten", "32470000077", "b")
    coordinator = cast.user("coordinator", cast.zone(), bins=(molenakker,))
    assert [one.text for one in inbound.of(coordinator)] == ["binnen"]
    assert inbound.unread(sender) == 2
