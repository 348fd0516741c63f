"""The page before sending is right to the mill and to the person: reckoned again from the rows, in plain code of its own."""

import re
from collections import Counter
from math import ceil

import pytest

from dialect import document
from dispatch import clock, demo
from dispatch.providers import open_road
from dispatch.sending import campaigns, contacts, lanes
from models import Campaign, Member, Organisation, User, database
from tests import cast, kept

GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
DOUBLE = "^{}\\[~]|€"
LONG_NL = "POLITIE: gaslek in uw buurt. Hou ramen en deuren dicht en blijf binnen. Rook niet. " * 3
ACCENTS = "POLICE : fermez les fenêtres, n'allumez rien et restez chez vous, même si ça sent. " * 2
MAIL = {"nl": {"subject": "Gaslek", "body": "Blijf binnen."}}
CALL = {"nl": {"body": "Er is een gaslek in uw buurt. Blijf binnen."}, "fr": {"body": "Fuite de gaz. " * 20}}
MESSAGES = {
    "an SMS with accents": {"texts": {"sms": {"nl": {"body": "één café, vier fenêtres. " * 7}}}},
    "two languages": {"texts": {"sms": {"nl": {"body": LONG_NL}, "fr": {"body": ACCENTS}}}},
    "by SMS, voice and mail": {"texts": {"sms": {"nl": {"body": LONG_NL}}, "voice": CALL, "email": MAIL}},
    "news that spares dead numbers": {
        "kind": "news",
        "texts": {"sms": {"nl": {"body": "Buurtfeest ~ zondag."}}, "email": MAIL},
    },
    "by voice alone, in one BIN": {"texts": {"voice": CALL}, "audience": {"bins": [2]}},
    "a street in two BINs and one person besides": {
        "texts": {"sms": {"nl": {"body": LONG_NL}}},
        "audience": {"bins": [1], "streets": [[1, "Molenweg"], [2, "Kerkstraat"]], "members": [200]},
    },
    "a mail that costs nothing": {"texts": {"email": MAIL}},
}


@pytest.fixture(scope="module")
def filled(empty, tmp_path_factory):
    """The folder of the demonstration, with numbers that are dead and people who answered STOP; made once."""
    folder = tmp_path_factory.mktemp("demo")
    kept.make(folder, like=empty)
    with kept.books(folder):
        demo.load(clock.now())
        Member.update(mobile_failures=2, mobile_fault="no_such_number").where(
            Member.id.in_(range(5, 400, 23))
        ).execute()
        Member.update(mobile_failures=1, mobile_fault="opted_out").where(
            Member.id.in_(range(3, 400, 31))
        ).execute()
        Member.update(email_failures=3, email_fault="no_mailbox").where(
            Member.id.in_(range(5, 400, 9))
        ).execute()
    yield folder
    kept.drop(folder)


@pytest.fixture
def settings(filled, tmp_path):
    kept.make(tmp_path, like=filled)
    yield kept.surroundings(tmp_path) | {"BELFORT_SECRET_KEY": "k", "BELFORT_PUMP": "off"}
    kept.drop(tmp_path)


@pytest.fixture
def sender(app):
    return User.get(User.role == "sender", User.is_demonstration)


@pytest.fixture
def looked_at(app, sender):
    """looked_at(message) is the last look at a draft of it, and the draft."""

    def look(message: dict, lang: str = "nl", by: User = sender):
        begun = campaigns.draft(by.organisation, by=by, now=clock.now())
        wording = {
            "name": "Gaslek",
            "kind": "warning",
            "audience": {"bins": [1, 2, 3, 4]},
            "fallback_language": "nl",
        }
        wording |= {"channels": list(message["texts"])} | message
        made = campaigns.write(begun, by=by, now=clock.now(), version=1, **wording)
        return cast.at_a_screen(app, by).get(f"/campaigns/{made.id}/review?lang={lang}"), made

    return look


# ── The same, in plain code ─────────────────────────────────────────────


def sql(words: str, *values) -> list[tuple]:
    return database.execute_sql(words.replace("?", database.param), values).fetchall()


def parts_of(text: str) -> int:
    if all(sign in GSM + DOUBLE for sign in text):
        length, alone, each = sum(2 if sign in DOUBLE else 1 for sign in text), 160, 153
    else:
        length, alone, each = len(text), 70, 67
    return 1 if length <= alone else ceil(length / each)


def seconds_of(text: str) -> int:
    digits = len(re.findall(r"\d", text))
    return ceil((len(text) - digits + 6 * digits) / 14)


def people_of(audience: dict) -> dict[int, dict]:
    names = "id last_name mobile phone email language mobile_failures email_failures phone_failures mobile_fault street"
    rows = sql(
        f"SELECT s.bin_id, s.paused_at, {', '.join('m.' + name for name in names.split())} "  # nosec B608 # no input
        "FROM membership s JOIN member m ON m.id = s.member_id WHERE s.ended_at IS NULL ORDER BY m.id"
    )
    found: dict[int, dict] = {}
    for bin, paused_at, *values in rows:
        person = dict(zip(names.split(), values, strict=True))
        is_meant = (
            bin in audience.get("bins", ())
            or [bin, person["street"]] in audience.get("streets", [])
            or person["id"] in audience.get("members", ())
        )
        if is_meant:
            known = found.setdefault(person["id"], person | {"active": False, "times": 0})
            known["active"] |= paused_at is None
            known["times"] += 1
    return found


def address_of(person: dict, channel: str, kind: str) -> str:
    for name in {"sms": ["mobile"], "voice": ["mobile", "phone"], "email": ["email"]}[channel]:
        if kind == "news" and person[f"{name}_failures"] >= 2:
            continue
        if kind != "warning" and name == "mobile" and person["mobile_fault"] == "opted_out":
            continue
        if person[name]:
            return person[name]
    return ""


def reckon(draft: Campaign) -> dict:
    people, kind = people_of(draft.audience), draft.kind
    [(price_list,)] = sql("SELECT prices FROM tariff ORDER BY begins_on DESC LIMIT 1")
    price = {one["code"]: one["mills"] for one in document(price_list)}
    reached, left_out, legs, shared = set(), Counter(), {}, set()
    for channel in draft.channels:
        at: dict[str, list[dict]] = {}
        for person in people.values():
            if person["active"] and (address := address_of(person, channel, kind)):
                at.setdefault(address, []).append(person)
                reached.add(person["id"])
        units = sum(_units(draft, channel, behind[0]["language"]) for behind in at.values())
        shared |= {address for address, behind in at.items() if len(behind) > 1}
        mills = units * price.get(channel, 0)
        legs[channel] = (sum(map(len, at.values())), len(at), units, mills)
    for id, person in people.items():
        if not person["active"]:
            left_out["paused"] += 1
        elif id not in reached:
            left_out[_why(person, draft.channels)] += 1
    doubles = sum(people[id]["times"] > 1 for id in reached)
    mills = sum(leg[3] for leg in legs.values())
    return {
        "people": len(reached),
        "legs": legs,
        "left_out": dict(left_out),
        "mills": mills,
        "shared": len(shared),
        "doubles": doubles,
        "meant": len(people),
    }


def _units(draft: Campaign, channel: str, language: str) -> int:
    texts = draft.texts[channel]
    body = (texts.get(language) or texts["nl"])["body"]
    if channel == "sms":
        return parts_of(body)
    if channel == "email":
        return 0
    spoken = language if language in texts else "nl"
    return ceil((2 * seconds_of(OPENING[spoken]) + seconds_of(body) + seconds_of(ASK[spoken])) / 60)


OPENING = {
    "nl": "Luister goed. Dit is een bericht van de politiezone Zavelstreek.",
    "fr": "Écoutez bien. Ceci est un message de la zone de police Zavelstreek.",
}
ASK = {
    "nl": "Druk op 1 om te bevestigen dat u dit gehoord hebt. Druk op 2 om het opnieuw te horen.",
    "fr": "Appuyez sur 1 pour confirmer que vous avez entendu ce message. Appuyez sur 2 pour le réécouter.",
}


def _why(person: dict, channels: list[str]) -> str:
    names = {"sms": ["mobile"], "voice": ["mobile", "phone"], "email": ["email"]}
    if any(person[name] for channel in channels for name in names[channel]):
        return "opted_out" if person["mobile_fault"] == "opted_out" and channels != ["email"] else "worn_out"
    return {
        ("email", "sms"): "no_address",
        ("sms",): "no_mobile",
        ("email",): "no_email",
        ("voice",): "no_phone",
        ("email", "sms", "voice"): "no_contact",
    }[tuple(sorted(channels))]


# ── As the page says it ─────────────────────────────────────────────────


def number(text: str) -> int:
    return int(re.sub(r"[^\d]", "", text) or 0)


def mills(text: str) -> int:
    """Thousandths of a euro from an amount with two decimals or three."""
    whole, decimals = re.search(r"([\d.]+),(\d{2,3})", text).groups()
    return number(f"{whole}{decimals:0<3}") * (-1 if "−" in text else 1)


def shown(page) -> dict:
    legs = {}
    for row in page.select("#channel tbody tr"):
        people, parts, _ready, euro = (cell.get_text() for cell in row.find_all("td"))
        messages = number(row.select(".why")[0].get_text())
        legs[row["data-channel"]] = (
            number(people),
            messages,
            number(parts),
            mills(euro) if "," in euro else 0,
        )
    left_out = {
        row.find("a")["href"].rsplit("/", 1)[1]: number(row.select(".when")[0].get_text())
        for row in page.select("#not .counts li")
    }
    doubles = page.select("#not a[href*='/once/double']")
    shared = page.select("#channel a[href*='/once/household']")
    return {
        "people": number(page.select("#short dd")[0].get_text()),
        "legs": legs,
        "left_out": left_out,
        "mills": mills(page.select("#channel tfoot td")[-1].get_text()),
        "shared": _before(shared),
        "doubles": _before(doubles),
        "meant": number(page.select("#not header span")[0].get_text().split()[-1]),
    }


def _before(links) -> int:
    """The number with which the sentence begins that a link ends."""
    if not links:
        return 0
    said = links[0].parent.get_text()
    return int(re.findall(r"(\d+) (?:nummers?|mensen|persoon)", said)[-1])


@pytest.mark.parametrize("name", MESSAGES)
def test_the_page_says_what_the_rows_say(looked_at, name):
    page, draft = looked_at(MESSAGES[name])

    wanted = reckon(draft)
    assert shown(page) == wanted
    assert wanted["people"] + sum(wanted["left_out"].values()) == wanted["meant"]
    assert wanted["people"] > 20 and (wanted["left_out"] or wanted["shared"]), (
        "a test in which nothing happens"
    )


def test_for_whom_it_is_stands_above_all_and_at_the_button(looked_at):
    page, _draft = looked_at(MESSAGES["a street in two BINs and one person besides"])
    said = "Bestemd voor: Molenakker, Molenweg, Kerkstraat, 1 lid."
    assert said in page.select("main > .head, main header")[0].get_text(" ", strip=True)
    assert said in page.select("#launch .verdict")[0].get_text(" ", strip=True)


def test_what_is_said_is_what_is_frozen_and_held(looked_at):
    page, draft = looked_at(MESSAGES["by SMS, voice and mail"])
    before = shown(page)

    sent = campaigns.launch(draft, by=draft.author, now=clock.now(), terms_accepted=True)

    [(messages, parts)] = sql(
        "SELECT count(*), sum(parts) FILTER (WHERE channel <> 'email') FROM message WHERE campaign_id = ?",
        sent.id,
    )
    assert (sent.people, messages, parts) == (
        before["people"],
        sum(leg[1] for leg in before["legs"].values()),
        sum(leg[2] for leg in before["legs"].values()),
    )
    assert 55 * parts == before["mills"]


def test_credit_before_and_after_and_the_vat_to_the_mill(looked_at):
    page, draft = looked_at(MESSAGES["two languages"])
    cost = reckon(draft)["mills"]
    [(available,)] = sql("SELECT available_mills FROM credit")

    now, message, after = (mills(tag.get_text()) for tag in page.select("#credit dd"))
    said = page.select("#credit p")[0].get_text()
    vat, with_vat = (mills(word) for word in re.findall(r"[\d.]+,\d{2,3}", said))

    assert (now, message, after) == (available, -cost, available - cost)
    assert (vat, with_vat) == ((cost * 21 + 50) // 100, cost + (cost * 21 + 50) // 100)


def test_the_words_of_a_call_stand_there_as_they_are_spoken(looked_at):
    for lang in ("nl", "fr"):
        page, _draft = looked_at(MESSAGES["by voice alone, in one BIN"], lang)
        said = [" ".join(tag.get_text().split()) for tag in page.select("#preview .spoken dd")]
        body = " ".join(CALL[lang]["body"].split())
        assert said == [OPENING[lang], body, OPENING[lang], ASK[lang]]


def test_a_mail_is_shown_as_it_leaves_from_the_house_with_the_mailbox_of_the_setting(app, looked_at):
    page, draft = looked_at(MESSAGES["by SMS, voice and mail"])
    [shown] = page.select("#preview .mail dd")[:1]
    content = lanes.content_of(draft, "email", "nl")
    road = open_road("smtp://host?from=no-reply@be-alert.be", channel="email")
    assert shown.get_text() == "Politiezone Zavelstreek <no-reply@be-alert.be>"
    assert road.from_line(content.house) == b'From: "Politiezone Zavelstreek" <no-reply@be-alert.be>\r\n'


@pytest.mark.parametrize("public_url, is_told", [("https://belfort.example", True), ("", False)])
@pytest.mark.parametrize("kind", ["news", "warning"])
def test_a_mail_of_news_shows_how_to_stop_it_where_it_will_have_the_link(
    app, looked_at, public_url, is_told, kind
):
    app.config["BELFORT_PUBLIC_URL"] = public_url
    page, _draft = looked_at(MESSAGES["by SMS, voice and mail"] | {"kind": kind})
    said = page.select("#preview .mail")[0].get_text()
    assert ("Geen nieuws van uw buurt meer" in said) is (is_told and kind == "news")


def test_each_language_is_shown_as_its_readers_get_it(looked_at):
    for lang, body in (("nl", LONG_NL), ("fr", ACCENTS)):
        page, _draft = looked_at(MESSAGES["two languages"], lang)
        assert page.select(".sms p")[0].get_text().split() == body.split()
        assert f"{parts_of(body)} delen" in page.select("#preview .small strong")[0].get_text()


def test_who_gets_it_once_is_named_behind_the_number(app, sender, looked_at):
    page, draft = looked_at(MESSAGES["by SMS, voice and mail"])
    wanted = reckon(draft)
    browser = cast.at_a_screen(app, sender)

    doubles, households = (
        browser.get(page.select(f"a[href*='/once/{why}']")[0]["href"]) for why in ("double", "household")
    )

    assert len(doubles.select("tbody tr")) == wanted["doubles"]
    assert len(households.select("tbody tr")) == wanted["shared"]


# ── First this ──────────────────────────────────────────────────────────

NAMED = {
    "texts": {"sms": {"nl": {"body": "Bel 016 00 12 34 als u de wagen 1-ABC-123 ziet. Info: zavel.example"}}}
}


def form_of(page) -> dict:
    """What the form holds, to be posted by another session with a key of its own."""
    return {name: value for name, value in page.form("#launch").items() if name != "csrf_token"}


def test_a_number_on_no_list_is_tried_before_it_is_sent(app, sender, looked_at):
    page, draft = looked_at({"texts": {"sms": {"nl": {"body": "Bel 016 00 12 34, of 101 in nood."}}}})
    browser, form = (
        cast.at_a_screen(app, sender),
        form_of(page) | {"terms": "1", "password": demo.PASSWORD},
    )

    nothing = browser.post(f"/campaigns/{draft.id}/launch", form | {"password": ""})
    assert nothing.select("#vouched-error") and nothing.select("#password-error")  # both at once

    refused = browser.post(f"/campaigns/{draft.id}/launch", form)
    assert [tag["value"] for tag in page.select("[name=vouched]")] == ["+3216001234"]
    assert page.select(".sms mark")[0].get_text() == "016 00 12 34"
    assert refused.status == 422 and refused.select("#vouched-error") and refused.select("#terms[checked]")

    browser.post(f"/campaigns/{draft.id}/launch", form | {"vouched": "+3216001234"})
    assert Campaign.get_by_id(draft.id).vouched == ["+3216001234"]


def test_a_number_on_the_list_is_not_asked_again(looked_at, sender):
    contacts.verify(sender.organisation, "016 00 12 34", by=sender, now=clock.now())

    page, _draft = looked_at({"texts": {"sms": {"nl": {"body": "Bel 016 00 12 34."}}}})

    assert not page.select("[name=vouched], #first")


def test_the_police_say_why_a_plate_is_sent_and_the_reason_is_not_lost(app, sender, looked_at):
    page, draft = looked_at(NAMED)
    browser = cast.at_a_screen(app, sender)
    form = form_of(page) | {"password": demo.PASSWORD, "vouched": ["+3216001234", "zavel.example"]}

    without = browser.post(f"/campaigns/{draft.id}/launch", form | {"terms": "1"})
    assert without.status == 422 and without.select("#naming-error")
    kept = browser.post(f"/campaigns/{draft.id}/launch", form | {"naming": "Vraag van het parket"})
    assert kept.status == 422 and kept.select("#naming")[0].get_text().strip() == "Vraag van het parket"

    browser.post(f"/campaigns/{draft.id}/launch", form | {"terms": "1", "naming": "Vraag van het parket"})
    assert Campaign.get_by_id(draft.id).naming_reason == "Vraag van het parket"


def test_a_coordinator_sees_no_button_while_a_plate_stands_there(app, looked_at):
    marc = User.get(User.role == "coordinator", User.is_demonstration)
    page, draft = looked_at(NAMED | {"kind": "news", "audience": {"bins": [1]}}, by=marc)

    assert not page.select("button.go, [name=naming]") and page.select("#first mark")
    forced = {
        "version": str(draft.version),
        "terms": "1",
        "naming": "x",
        "vouched": ["+3216001234", "zavel.example"],
    }
    assert cast.at_a_screen(app, marc).post(f"/campaigns/{draft.id}/launch", forced).status == 422
    assert Campaign.get_by_id(draft.id).is_draft


def test_a_similar_message_of_a_while_ago_is_named_with_a_link_to_it(looked_at):
    _page, first = looked_at(MESSAGES["two languages"])
    campaigns.launch(first, by=first.author, now=clock.now(), terms_accepted=True)

    page, _draft = looked_at(MESSAGES["two languages"])

    assert page.select(f"#first a[href='/campaigns/{first.id}']")


def test_in_the_quiet_hours_it_says_until_when_it_waits(looked_at):
    everything = {"quiet_from": "00:00", "quiet_until": "23:59"}
    other = {"quiet_from": "12:00", "quiet_until": "11:59"}  # one of both holds at any hour of the day
    now = clock.local(clock.now()).strftime("%H:%M")
    hours = everything if now != "23:59" else other
    Organisation.update(hours).where(Organisation.kind == "police_zone").execute()

    page, _draft = looked_at(MESSAGES["news that spares dead numbers"])
    warning, _draft = looked_at(MESSAGES["two languages"])

    assert hours["quiet_until"] in page.select("#first")[0].get_text()
    assert hours["quiet_until"] in page.select("#verdict")[0].get_text()
    assert not warning.select("#first")
