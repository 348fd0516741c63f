"""A spoken message on the pages: written, recorded, looked at, launched, followed; and our door while it is spoken."""

import io
import wave
from datetime import timedelta
from xml.etree import ElementTree

import pytest

import app as belfort
import models
from dispatch import clock
from dispatch.errors import Refusal
from dispatch.providers import open_road
from dispatch.providers.base import Outcome, Receipt
from dispatch.sending import calls, campaigns, messages, receipts, recordings, speech
from dispatch.sending.roads import Roads
from models import Campaign, Message, Recording
from tests import cast
from tests.page import Client
from tests.test_campaign_pages import beekveld, draft, launched, lien, sender  # noqa: F401
from tests.test_contracts import KEY
from tests.test_twilio import CALL, signed

BODY = "Hou deuren en ramen dicht."
VOICE = {"channels": ["voice"], "texts": {"voice": {"nl": {"body": BODY}}}}


def wav(seconds: float = 3, hertz: int = 8000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(hertz)
        sound.writeframes(bytes(int(seconds * hertz) * 2))
    return file.getvalue()


def mp3(frames: int = 100, tag: bytes = b"") -> bytes:
    """Frames of 128 kbit/s at 44.1 kHz, 417 bytes and 26 ms each."""
    return tag + (b"\xff\xfb\x90\x00" + bytes(413)) * frames


# ── The text ────────────────────────────────────────────────────────────


def test_a_spoken_message_is_typed_and_kept(lien, draft):  # noqa: F811
    campaign = draft(channels=[], texts={})
    form = lien.get(f"/campaigns/{campaign.id}/text").form("main form")
    lien.post(f"/campaigns/{campaign.id}/text", form | {"channels": ["voice"], "voice-nl-body": BODY})
    kept = Campaign.get_by_id(campaign.id)
    assert kept.channels == ["voice"] and kept.texts["voice"]["nl"]["body"] == BODY
    assert campaigns.faults(kept) == {}


def test_the_counter_tells_seconds_minutes_and_what_is_said_around_it(lien, draft):  # noqa: F811
    url = f"/campaigns/{draft().id}/measure?field=voice-nl-body"
    short = lien.htmx(url, {"voice-nl-body": BODY}, method="post")
    long = lien.htmx(url, {"voice-nl-body": BODY * 60}, method="post")
    assert short.has("politiezone Zavelstreek") and short.has("Druk op 1") and not short.select(".lit")
    assert long.select(".lit")


def test_a_message_too_long_to_listen_to_is_pointed_at(lien, draft):  # noqa: F811
    campaign = draft(channels=["voice"], texts={"voice": {"nl": {"body": BODY * 60}}})
    page = lien.get(f"/campaigns/{campaign.id}/review")
    assert page.select('a[href$="#voice-nl-body"]')


def test_before_sending_one_sees_the_call_whom_it_reaches_and_its_minutes(lien, draft):  # noqa: F811
    page = lien.get(f"/campaigns/{draft(**VOICE).id}/review")
    assert page.text.count("Dit is een bericht van de politiezone Zavelstreek") == 2 and page.has(BODY)
    assert page.has("0477 77 77 55") and page.has("minuten bellen")


def test_the_sender_cannot_be_typed(lien, draft):  # noqa: F811
    campaign = draft(**VOICE)
    names = lien.get(f"/campaigns/{campaign.id}/text").form("main form").keys()
    assert not [name for name in names if "sender" in name or name == "from"]


# ── The recording ───────────────────────────────────────────────────────


def record(browser, campaign, content, filename="bericht.wav"):
    url = f"/campaigns/{campaign.id}/recordings/nl"
    return browser.post(url, file=(io.BytesIO(content), filename))


@pytest.mark.parametrize("content, ending", [(wav(), "wav"), (mp3(), "mp3")])
def test_a_recording_is_kept_heard_and_taken_away(lien, draft, content, ending):  # noqa: F811
    campaign = draft(**VOICE)
    page = record(lien, campaign, content)
    assert page.select("audio") and page.has("3 s")
    sound = lien.browser.get(page.select("audio")[0]["src"])
    assert sound.data == content and sound.mimetype == f"audio/{'wav' if ending == 'wav' else 'mpeg'}"
    assert campaigns.speech_of(Campaign.get_by_id(campaign.id), "nl").audio.endswith(f".{ending}")

    lien.post(f"/campaigns/{campaign.id}/recordings/nl/remove")
    fresh = Campaign.get_by_id(campaign.id)
    assert campaigns.speech_of(fresh, "nl").audio == "" and fresh.texts["voice"]["nl"]["body"] == BODY


def test_where_the_gateway_plays_a_recording_alone_the_pages_say_so_and_promise_nothing_more(
    app,
    lien,  # noqa: F811
    draft,  # noqa: F811
):
    app.extensions["roads"]._real["voice"] = [
        open_road("infobip://k@h.example?from=%2B32470000000", channel="voice")
    ]
    campaign = draft(**VOICE)
    spoken = lien.get(f"/campaigns/{campaign.id}/review")
    assert spoken.has("Druk op 1")  # a text is spoken with all that is said around it
    page = record(lien, campaign, wav())
    assert page.has("speelt de opname alleen af") and not page.has("Druk op 1")
    reviewed = lien.get(f"/campaigns/{campaign.id}/review")
    assert reviewed.has("bericht.wav") and not reviewed.has("Druk op 1")


def test_a_recording_stays_when_the_text_is_saved_and_needs_no_text(lien, draft):  # noqa: F811
    campaign = draft(channels=["voice"], texts={})
    record(lien, campaign, wav())
    url = f"/campaigns/{campaign.id}/text"
    lien.post(url, lien.get(url).form("main form"))
    fresh = Campaign.get_by_id(campaign.id)
    assert campaigns.recording_of(fresh, "nl") and campaigns.faults(fresh) == {}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"RIFF",
        b"ID3" + bytes(500),
        b"%PDF-1.7 niets",
        wav()[:30],
        mp3(3),
        wav(recordings.MOST_SECONDS + 1),
        bytes(recordings.MOST_BYTES + 1),
        b"RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10\x00",
    ],
)
def test_what_cannot_be_played_is_refused_with_a_sentence_whatever_its_name(lien, draft, content):  # noqa: F811
    page = record(lien, draft(**VOICE), content)
    assert page.status == 422 and page.select(".error") and not Recording.select().exists()


def test_a_tag_before_the_sound_is_no_sound(app, sender):  # noqa: F811
    tag = b"ID3\x03\x00\x00\x00\x00\x02\x00" + bytes(256)
    kept = recordings.keep(sender.organisation, mp3(100, tag), "a.mp3", by=sender, now=cast.NOON)
    assert kept.seconds == 3


def test_another_organisations_recording_cannot_be_said(lien, draft):  # noqa: F811
    other = cast.organisation("Andere zone")
    stolen = recordings.keep(
        other, wav(), "a.wav", by=cast.user("sender", other, email="x@andere.example"), now=cast.NOON
    )
    campaign = draft(channels=["voice"], texts={"voice": {"nl": {"body": "", "recording": stolen.key}}})
    assert list(campaigns.faults(campaign)) == ["voice-nl-body"]
    assert lien.browser.get(f"/campaigns/{campaign.id}/recordings/nl/sound").status_code == 404


def test_a_recording_is_lent_without_signing_in_only_while_a_campaign_calls(app, lien, draft):  # noqa: F811
    campaign = draft(**VOICE)
    record(lien, campaign, wav())
    stranger = app.test_client()
    campaign = Campaign.get_by_id(campaign.id)
    path = campaigns.speech_of(campaign, "nl").audio
    assert stranger.get(path).status_code == 404
    campaign = launched(lien, campaign)
    assert campaign.is_running and stranger.get(path).data == wav() and stranger.head(path).status_code == 200
    assert stranger.get(path.replace(".wav", ".mp3")).status_code == 404
    assert stranger.get("/recordings/niemand.wav").status_code == 404
    campaigns.stop(campaign, by=campaign.author, now=clock.now())
    assert stranger.get(path).status_code == 200  # the last calls may still be playing it
    Campaign.update(ended_at=clock.now() - calls.LONGEST - timedelta(seconds=1)).execute()
    assert stranger.get(path).status_code == 404


def test_an_exercise_lends_nothing(app, lien, sender, draft):  # noqa: F811
    campaign = draft(is_practice=True, **VOICE)
    campaigns.record(campaign, "nl", wav(), "a.wav", by=sender, now=clock.now())
    fresh = Campaign.get_by_id(campaign.id)
    campaigns.launch(fresh, by=sender, now=clock.now(), terms_accepted=True)
    assert app.test_client().get(campaigns.speech_of(fresh, "nl").audio).status_code == 404


# ── While it calls, and after ───────────────────────────────────────────


def test_the_page_keeps_the_endings_of_calls_apart_and_says_who_is_called_again(lien, draft):  # noqa: F811
    campaign = launched(lien, draft(**VOICE))
    claimed = messages.claim("voice", campaign, limit=9, now=clock.now())
    messages.record([Outcome(one.reference, "accepted") for one in claimed], road="r", now=clock.now())
    first, second = (one.reference for one in claimed)
    receipts.take([Receipt(first, "answered", "answered"), Receipt(second, "busy", "busy_line")], clock.now())
    page = lien.get(f"/campaigns/{campaign.id}")
    totals = {
        row.th.get_text(strip=True): row.td.get_text(strip=True) for row in page.select("#totals tbody tr")
    }
    assert totals["beantwoord, niet bevestigd"] == "1" and totals["bevestigd"] == "0"
    assert page.has("nog één keer gebeld")
    left = page.select("#live")[0].find(string="tot het laatste bericht weg is").find_next("dd").get_text()
    assert left[0] in "45" and "min" in left, "the last call that is made once more is the last that leaves"

    campaigns.stop(campaign, by=campaign.author, now=clock.now())
    report = lien.get(f"/campaigns/{campaign.id}")
    figures = [figure.get_text(strip=True) for figure in report.select(".sum b")]
    assert figures[:3] == ["6", "0", "3"] and report.has("beantwoord, niet bevestigd"), figures
    for ending in ("pdf", "xlsx"):
        assert lien.browser.get(f"/campaigns/{campaign.id}/report.{ending}").status_code == 200


def test_a_campaign_without_calls_shows_none_of_their_states(lien, draft):  # noqa: F811
    page = lien.get(f"/campaigns/{launched(lien, draft()).id}")
    assert not page.has("antwoordapparaat")


def test_an_opening_is_changed_and_restored_and_cannot_be_endless(app):
    zone = cast.zone()
    speech.begin_with(zone, "nl", " Hier spreekt \n de politie. ", by=None, now=cast.NOON)
    assert speech.opening(models.Organisation.get(), "nl") == "Hier spreekt de politie."
    speech.begin_with(zone, "nl", "", by=None, now=cast.NOON)
    assert "Zavelstreek" in speech.opening(models.Organisation.get(), "nl")
    with pytest.raises(Refusal):
        speech.begin_with(zone, "nl", "Hier spreekt de politie. " * 20, by=None, now=cast.NOON)


# ── Our door ────────────────────────────────────────────────────────────


@pytest.fixture
def called(settings):
    """A call under way by Twilio: (browser, message, our door for it)."""
    road = f"twilio://AC{'0' * 32}:{KEY}@api.twilio.com"
    app = belfort.build_app(
        settings
        | {"BELFORT_VOICE": road, "BELFORT_SMS": f"{road.replace('0', '1')}?from=Zone"}
        | {"BELFORT_PUBLIC_URL": "https://belfort.example"}
    )
    app.testing = True
    with models.database.connection_context():
        bin = cast.bin_named("Molenakker")
        cast.member(bin, "Maes", mobile="+32470000010")
        by = cast.user("sender", bin.organisation)
        campaign = campaigns.draft(by.organisation, by=by, now=clock.now())
        wording = VOICE | {"name": "Gas", "kind": "warning", "audience": {"bins": [bin.id]}}
        campaign = campaigns.write(campaign, by=by, now=clock.now(), version=1, **wording)
        campaigns.launch(campaign, by=by, now=clock.now(), terms_accepted=True)
        [claimed] = messages.claim("voice", campaign, limit=1, now=clock.now())
        messages.record(
            [Outcome(claimed.reference, "accepted")], road="twilio://api.twilio.com", now=clock.now()
        )
        key = app.extensions["roads"].receipt_key
        yield Client(app).browser, f"/receipts/twilio/{key}?channel=voice&reference={claimed.reference}"
    app.extensions["roads"].close()


def post(called, posted, more="", door=""):
    browser, path = called
    told = signed(CALL | posted, f"https://belfort.example{door or path}{more}")
    return browser.post(
        (door or path) + more, data=told.body, content_type=told.content_type, headers=told.headers
    )


def words_of(answer) -> list[str]:
    return [say.text for say in ElementTree.fromstring(answer.text).iter("Say")]


def test_one_confirms_and_is_thanked(called):
    answer = post(called, {"CallStatus": "in-progress", "Digits": "1"})
    assert answer.status_code == 200 and answer.mimetype == "text/xml"
    assert words_of(answer) == [speech.THANKS["nl"]]
    assert (Message.get().status, Message.get().code) == ("delivered", "confirmed")


def test_two_says_it_all_again_and_confirms_nothing(called):
    answer = post(called, {"CallStatus": "in-progress", "Digits": "2"})
    opening = speech.opening(cast.zone(), "nl")
    assert words_of(answer) == [opening, BODY, opening, speech.ASKS["nl"]]
    assert Message.get().status == "accepted"


def test_heard_to_the_end_without_a_key_is_answered_and_no_more(called):
    assert post(called, {"CallStatus": "in-progress"}, "&heard=1").text == "<Response><Hangup/></Response>"
    assert post(called, {"CallStatus": "completed"}).status_code == 204
    assert Message.get().status == "answered"


def test_a_call_that_ends_before_its_end_was_hung_up_and_is_made_again(called):
    assert post(called, {"CallStatus": "completed"}).status_code == 204
    message = Message.get()
    assert (message.status, message.code) == ("queued", "hung_up") and message.first_reference


def test_a_door_that_is_not_signed_opens_nothing(called):
    browser, path = called
    answer = browser.post(path, data={"CallSid": "CA1", "Digits": "1"})
    assert answer.status_code == 400 and Message.get().status == "accepted"


def test_the_page_of_a_running_campaign_says_how_many_lines_are_busy(app, lien, draft):  # noqa: F811
    running = launched(lien, draft(**VOICE))
    assert not lien.get(f"/campaigns/{running.id}").has("lijnen zijn nu bezet"), "this road counts no lines"
    app.extensions["roads"] = Roads({"voice": ["simulator://?lines=3"]})
    road = app.extensions["roads"].choose("voice", is_practice=False, now=clock.now())
    claimed = messages.claim("voice", running, limit=1, now=clock.now())
    messages.record([Outcome(one.reference, "accepted") for one in claimed], road=road.name, now=clock.now())
    page = lien.get(f"/campaigns/{running.id}")
    (fact,) = [one for one in page.select("#live .facts > div") if "bezet" in one.get_text()]
    assert fact.select("dd")[0].get_text(" ", strip=True) == "1 van 3"
