"""Our own mails: under each stands on whose behalf it comes and whom to ask; days and amounts are written as its reader does."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

import app as belfort
import models
from dispatch import letters
from dispatch.centre import telling, warnings
from dispatch.letters import Imprint
from dispatch.onboarding.orders import euros
from dispatch.people import checks
from dispatch.people.checks import Door
from dispatch.sending import lanes
from dispatch.words import lasting, long_day
from models import Letter, Message, Organisation
from tests import cast, town
from tests.cast import NOON
from tests.servers import smtp_server

HOUSE = Imprint("https://belfort.example", "02 000 00 12")


def mail_to(user, **more) -> Letter:
    facts = {"organisation": user.organisation, "subject": "Test", "body": "Lees dit.\n"}
    return letters.post([user.email], lang=user.language, now=NOON, **facts, **more)


def sent(letter: Letter, channel: str = "email") -> str:
    return lanes.written(letter, channel, letter.language, HOUSE).text


def test_under_a_mail_stands_on_whose_behalf_it_comes_where_to_go_and_whom_to_ring(app):
    text = sent(mail_to(cast.user("sender", cast.zone())))
    assert text.startswith("Lees dit.\n\n-- \n")  # the mark by which mail programs know what is no part of it
    assert text.splitlines()[3:] == [
        "Belfort, namens Zavelstreek",
        "https://belfort.example",
        "Helpdesk: 02 000 00 12",
    ]


def test_a_mail_that_asks_for_something_leads_to_the_page_on_which_one_does_it(app):
    text = sent(mail_to(cast.user("sender", cast.zone()), page="/credits"))
    assert "https://belfort.example/credits" in text.splitlines()


PAGES = sorted(
    {
        page
        for path in (Path(belfort.__file__).parent / "dispatch").rglob("*.py")
        for page in re.findall(r"""page(?:=|": )f?"(/[^"]+)\"""", path.read_text())
    }
)


@pytest.mark.parametrize("page", PAGES)
def test_each_page_that_a_mail_leads_to_is_there(application, page):
    address = re.sub(r"\{[^}]+\}", "1", page)
    assert application.url_map.bind("belfort.example").match(address, method="GET") and len(PAGES) > 7


def test_a_member_is_sent_to_their_own_police_zone_and_not_to_the_helpdesk(app):
    bin = cast.bin_named("Molenakker")
    Organisation.update(phone="016 00 00 12").where(Organisation.id == bin.organisation_id).execute()
    marc = cast.user("coordinator", bin.organisation, bins=(bin,))
    els = cast.member(bin, "Maes", "Els", email="els@voorbeeld.example")
    door = Door("k", HOUSE.public_url)
    text = sent(Letter.get_by_id(checks.ask(els, bin, door=door, by=marc, now=NOON).letter))
    assert text.endswith(
        "-- \nBelfort, namens Zavelstreek\nVragen? Vraag het aan Zavelstreek: 016 00 00 12\n"
    )


def test_an_sms_says_its_words_and_no_more(app):
    assert sent(mail_to(cast.user("sender", cast.zone())), "sms") == "Lees dit.\n"


def test_whoever_hears_that_the_promise_runs_out_reads_what_to_do(app):
    _, activations = town.contact_centre()
    [asked] = activations["requested"]
    centre = asked.agreement.centre
    Organisation.update(phone="+3216223344").where(Organisation.id == centre.id).execute()
    assert warnings.warn(NOON + timedelta(minutes=56)) == 1
    told = {one.address: one.letter.body for one in Message.select().where(Message.channel == "email")}
    assert told[centre.email].endswith("Open het nummer en meld dat op de pagina van de activatie.")
    [of_town] = telling.in_control(asked, NOON).emails[:1]
    assert told[of_town].endswith("Bel Contactcenter Noord 016 22 33 44 en vraag wanneer het opengaat.")


@pytest.mark.parametrize(
    ("lang", "day", "amount"),
    [
        ("nl", "1 december 2026", "€\u00a01.318,88"),
        ("fr", "1er décembre 2026", "1\u202f318,88\u00a0€"),
        ("de", "1. Dezember 2026", "1.318,88\u00a0€"),
        ("en", "1 December 2026", "€\u00a01,318.88"),
    ],
)
def test_a_day_and_an_amount_stand_as_their_reader_writes_them(lang, day, amount):
    assert (long_day(date(2026, 12, 1), lang), euros(1_318_880, lang)) == (day, amount)
    assert long_day(date(2026, 12, 11), "fr", weekday=True) == "vendredi 11 décembre 2026"


def test_hours_on_paper_are_not_told_in_seconds():
    assert [lasting(seconds, "nl") for seconds in (9, 153, 28_860)] == [
        "9 seconden",
        "2 min 33 s",
        "8 u. 1 min",
    ]


@pytest.mark.loopback
def test_what_arrives_carries_what_the_settings_say_of_this_installation(application, settings):
    with smtp_server() as room:
        told = {
            "BELFORT_EMAIL": f"smtp://{room.host}:{room.port}?from=belfort@zone.example",
            "BELFORT_PUBLIC_URL": HOUSE.public_url,
            "BELFORT_HELPDESK": HOUSE.helpdesk,
        }
        belfort.settle(application, belfort.read_settings(settings | told))
        with models.database.connection_context():
            mail_to(cast.user("sender", cast.zone()))
            application.extensions["jobs"].pump.turn("email")
        application.extensions["roads"].close()
        [letter] = room.letters
    assert letter.parsed.get_content().splitlines()[-2:] == [HOUSE.public_url, "Helpdesk: 02 000 00 12"]
