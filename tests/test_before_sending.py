"""The page before sending is right to the person and to the mill: reckoned a second time, from bare rows, on the demonstration."""

import sqlite3
from collections import Counter
from datetime import timedelta

import pytest

from dispatch import clock, demo
from dispatch.sending import campaigns
from models import Bin, User, database

GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWICE = set("^{}\\[~]|€")  # GSM 03.38, 6.2.1.1
MILLS = 55  # the tariff of the demonstration, for a part and for a started minute


def parts_of(text: str) -> int:
    if all(sign in GSM | TWICE for sign in text):
        units = sum(2 if sign in TWICE else 1 for sign in text)
        one, more = 160, 153
    else:
        units, one, more = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if units <= one else -(-units // more)


@pytest.fixture
def zone(app):
    demo.load(clock.now() - timedelta(minutes=5))
    return User.get(User.role == "sender").organisation


@pytest.fixture
def browser(zone, signed_in):
    return signed_in(User.get(User.role == "sender"))


def members(bins: list[int]) -> list[sqlite3.Row]:
    """Each living member of these BINs once, with whether any membership of theirs is not paused."""
    connection = sqlite3.connect(database.obj.database)
    connection.row_factory = sqlite3.Row
    marks = ",".join("?" * len(bins))
    return connection.execute(
        f"SELECT m.id, m.mobile, m.phone, m.email, m.language, MAX(s.paused_at IS NULL) AS active "
        f"FROM member m JOIN membership s ON s.member_id = m.id "
        f"WHERE s.bin_id IN ({marks}) AND s.ended_at IS NULL GROUP BY m.id ORDER BY m.id",
        bins,
    ).fetchall()


def reckoned(bins: list[int], channels: list[str], texts: dict, fallback: str) -> dict:
    """People, messages, parts, mills and who is left out: written again, without a line of the program."""
    addresses: dict[tuple[str, str], str] = {}
    reached, out = 0, Counter()
    for one in members(bins):
        where = {"sms": one["mobile"], "voice": one["mobile"] or one["phone"], "email": one["email"]}
        theirs = [(channel, where[channel]) for channel in channels if where[channel]]
        if not one["active"]:
            out["paused"] += 1
        elif not theirs:
            out["nowhere"] += 1
        else:
            reached += 1
            for key in theirs:
                addresses.setdefault(key, one["language"])
    sms = [lang for (channel, _), lang in addresses.items() if channel == "sms"]
    said = texts.get("sms", {})
    parts = sum(parts_of(said.get(lang, said.get(fallback, {})).get("body", "")) for lang in sms)
    return {
        "people": reached,
        "messages": len(addresses),
        "parts": parts,
        "calls": sum(channel == "voice" for channel, _ in addresses),
        "out": sum(out.values()),
        "reasons": sorted(out.values()),
    }


def shown(page) -> dict[str, str]:
    """The figures of the page by their words."""
    return {
        one.dt.get_text(" ", strip=True): one.dd.get_text(" ", strip=True)
        for one in page.soup.select("#short dl > div")
    }


def euros(mills: int) -> str:
    whole, rest = divmod(mills, 1000)
    return f"€\xa0{whole},{rest:03}" if mills % 10 else f"€\xa0{whole},{rest // 10:02}"


CASES = [
    (["sms"], ["Molenakker"], {"sms": {"nl": {"body": "Hou ramen en deuren dicht."}}}),
    (
        ["sms"],
        ["Kerkdries", "Stationswijk"],
        {
            "sms": {
                "nl": {"body": "Ça suffit: fermez tout. " * 4},
                "fr": {"body": "Fermez portes et fenêtres. " * 7},
            }
        },
    ),
    (
        ["sms", "email"],
        ["Molenakker", "Kerkdries", "Stationswijk", "Veldlaan"],
        {
            "sms": {"nl": {"body": "x" * 161}, "fr": {"body": "y" * 160}},
            "email": {"nl": {"subject": "Nieuws", "body": "Beste buur"}},
        },
    ),
    (
        ["sms", "voice", "email"],
        ["Veldlaan", "Molenakker"],
        {
            "sms": {"nl": {"body": "Kook het kraanwater. €"}},
            "voice": {"nl": {"body": "Kook het kraanwater voor u het drinkt."}},
            "email": {"nl": {"subject": "Water", "body": "Kook het water"}},
        },
    ),
]


@pytest.mark.parametrize("channels, names, texts", CASES)
def test_the_page_agrees_to_the_person_and_to_the_mill(browser, zone, channels, names, texts):
    by = User.get(User.role == "sender")
    bins = [Bin.get(Bin.name == name).id for name in names]
    draft = campaigns.draft(zone, by=by, now=clock.now())
    wording = {
        "name": "Proef",
        "kind": "preventive",
        "channels": channels,
        "texts": texts,
        "fallback_language": "nl",
    }
    draft = campaigns.write(draft, by=by, now=clock.now(), version=1, audience={"bins": bins}, **wording)
    page = browser.get(f"/campaigns/{draft.id}/review")
    found, wanted = shown(page), reckoned(bins, channels, texts, "nl")
    assert found["mensen krijgen het"] == str(wanted["people"])
    assert found["berichten"] == str(wanted["messages"])
    assert found["sms-delen"] == str(wanted["parts"])
    assert found["zonder btw"] == euros((wanted["parts"] + wanted["calls"]) * MILLS)
    assert found.get("minuten bellen", "0") == str(wanted["calls"])  # short calls: a started minute each
    out = [int(one.get_text(strip=True)) for one in page.soup.select("#not .counts .when")]
    assert sorted(out) == wanted["reasons"]
