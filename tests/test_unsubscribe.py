"""One press in a mail program ends the news by e-mail (RFC 8058); a warning has no such button."""

import re
from dataclasses import replace
from email import message_from_bytes

import pytest

from dispatch.people import audience
from dispatch.providers import open_road, unsubscribe
from dispatch.providers.base import Content, Outgoing
from dispatch.providers.letter import write
from dispatch.sending import lanes
from models import Audit, Member, Message
from tests import cast
from tests.test_follow_ups import launched, put

HERE, KEY = "https://belfort.example", "sleutel"
NEWS = Content("Dag", subject="Nieuws", is_news=True, list_id="molenakker.zavelstreek")


@pytest.fixture
def letter(app):
    """A letter of news that two people of one mailbox share."""
    bin = cast.bin_named("Molenakker")
    for name, mobile in (("Els", "+32470000010"), ("Jan", "+32470000011")):
        cast.member(bin, name, mobile=mobile, email="huis@voorbeeld.example")
    campaign = launched(cast.user("sender", cast.zone()), bin, kind="news")
    found = campaign.messages.where(Message.channel == "email").get()
    put(found, "delivered")
    return found


def written(content, reference="0000000000000007", public_url=HERE, key=KEY):
    road = open_road(
        "smtp://host?from=a@zone.example", channel="email", public_url=public_url, receipt_key=key
    )
    outgoing = Outgoing(reference, "lid@voorbeeld.example", content)
    mail = write(outgoing, road.from_line(content.house), road.mailbox, one_click=road.one_click)
    return message_from_bytes(re.sub(rb"(?m)^\.", b"", mail[:-3]))


def link(app, letter) -> str:
    door = unsubscribe.door(HERE, app.extensions["roads"].receipt_key)
    return door.lines(letter.reference).decode().partition("<")[2].partition(">")[0].removeprefix(HERE)


def wants_news(app) -> set[bool]:
    return {row.email_news_ended_at is None for row in Member.select()}


def test_each_letter_of_news_has_a_link_of_its_own_and_the_header_that_makes_it_one_press():
    first, second = written(NEWS), written(NEWS, "0000000000000008")
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    tokens = [mail["List-Unsubscribe"].strip("<>").rpartition("/")[2] for mail in (first, second)]
    assert [unsubscribe.reference(token, KEY) for token in tokens] == ["0000000000000007", "0000000000000008"]
    assert len(first.get_all("List-Unsubscribe")) == 1 and first["List-Id"]


def test_a_warning_has_no_such_link_nor_has_a_house_without_tls():
    assert not {"List-Unsubscribe", "List-Unsubscribe-Post"} & set(written(Content("Brand")).keys())
    for public_url, key in (("http://belfort.example", KEY), ("", KEY), (HERE, "")):
        mail = written(NEWS, public_url=public_url, key=key)
        assert "List-Unsubscribe-Post" not in mail and mail["List-Unsubscribe"].startswith("<mailto:")


@pytest.mark.parametrize(
    "host", ["belfort.example", "een-heel-lange-naam-van-een-hulpverleningszone.belfort.example"]
)
@pytest.mark.parametrize("text", ["Dag.\nTot dan.", "Café ën Straße", ".punt\n..twee", "x" * 300])
def test_a_mail_of_news_ends_with_the_link_of_its_reader_whatever_it_says(host, text):
    content = replace(NEWS, text=text, stop="Geen nieuws meer? Druk hier:")
    for reference in ("0000000000000007", "0000000000000008"):
        mail = written(content, reference, public_url=f"https://{host}")
        body = mail.get_payload(decode=True).decode().replace("\r\n", "\n")
        link = mail["List-Unsubscribe"].strip("<>")
        assert body == f"{text}\n\nGeen nieuws meer? Druk hier:\n{link}\n"
        assert max(map(len, mail.get_payload().splitlines())) <= 78


def test_only_news_says_how_to_stop_and_says_it_in_the_language_of_the_reader(app):
    bin = cast.bin_named("Molenakker")
    cast.member(bin, "Els", mobile="+32470000010", email="els@voorbeeld.example")
    sender = cast.user("sender", cast.zone())
    said = {
        kind: lanes.content_of(launched(sender, bin, kind=kind), "email", "nl").stop
        for kind in ("news", "warning", "preventive")
    }
    assert said == {
        "news": "Geen nieuws van uw buurt meer per e-mail? Druk hier:",
        "warning": "",
        "preventive": "",
    }
    warning = written(Content("Brand", stop="x"))
    assert "unsubscribe" not in str(warning)


@pytest.mark.parametrize(
    "spoilt", ["", "x", "0000000000000007", "0000000000000007-" + "0" * 20, "a" * 16 + "-é"]
)
def test_a_token_that_is_not_ours_belongs_to_no_letter(app, spoilt):
    assert unsubscribe.reference(spoilt, KEY) == ""
    assert app.test_client().post(f"/unsubscribe/{spoilt or 'x'}").status_code == 404


def test_a_mail_program_presses_without_a_page_a_cookie_or_a_redirect(app, letter):
    app.config["WTF_CSRF_ENABLED"] = True
    answer = app.test_client().post(link(app, letter), data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and wants_news(app) == {False}
    again = app.test_client().post(link(app, letter), data={"List-Unsubscribe": "One-Click"})
    assert again.status_code == 200
    assert Audit.select().where(Audit.deed == "member.news_ended").count() == 2


def test_looking_changes_nothing_and_the_button_can_be_taken_back(app, letter):
    browser = app.test_client()
    page = browser.get(link(app, letter))
    assert page.status_code == 200 and wants_news(app) == {True}
    assert "huis@" not in page.text and "Els" not in page.text
    browser.post(link(app, letter))
    browser.post(link(app, letter), data={"deed": "resume"})
    assert wants_news(app) == {True}


def test_a_language_that_is_pressed_on_the_page_wins_over_that_of_the_member(app, client, letter):
    assert client.get(link(app, letter)).soup.html["lang"] == "nl"
    client.post("/language", lang="de", next=link(app, letter))
    assert client.get(link(app, letter)).soup.html["lang"] == "de"


@pytest.mark.parametrize("kind", ["news", "preventive", "warning"])
def test_after_it_only_news_by_mail_leaves_them_out(app, letter, kind):
    app.test_client().post(link(app, letter))
    found = audience.resolve(cast.zone().id, letter.campaign.audience, ["email"], kind=kind)
    assert len(found.left_out.get("news_ended", [])) == (2 if kind == "news" else 0)
    assert audience.resolve(cast.zone().id, letter.campaign.audience, ["sms"], kind=kind).left_out == {}
