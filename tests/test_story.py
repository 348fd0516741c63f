"""The whole road, read from top to bottom: from a town's spreadsheet to a delivered, reported campaign.

Real servers on both roads: Kannel with its own message centre for SMS, an SMTP server for mail. Receipts come back
over HTTP to the pages, as they do in life.
"""

import threading
import time
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from waitress.server import create_server

import app as belfort
import models
from dispatch import clock
from dispatch.words import hour
from models import Activation, Campaign, Document, Member, Message
from tests import cast
from tests.page import Client
from tests.servers import free_port, kannel, smtp_server

pytestmark = pytest.mark.loopback
DEMERDAL = Path(__file__).parent / "samples" / "bin-demerdal.csv"
TEXTS = {
    "sms-nl-body": "POLITIE: gaslek in de Dorpsstraat. Hou ramen en deuren dicht en blijf binnen.",
    "sms-fr-body": "POLICE: fuite de gaz Dorpsstraat. Fermez portes et volets, restez chez vous.",
    "email-nl-subject": "Gaslek in de Dorpsstraat: blijf binnen",
    "email-nl-body": "In de Dorpsstraat is een gaslek.\n\nHou ramen en deuren dicht en blijf binnen.",
}


@pytest.fixture
def world(settings, tmp_path):
    """Belfort between a real gateway and a real mail server, with its pages open for receipts."""
    port = free_port()
    with kannel(tmp_path) as gateway, smtp_server() as mailroom:
        roads = {
            "BELFORT_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "BELFORT_SMS": f"kannel://{gateway.user}:{gateway.password}@127.0.0.1:{gateway.port}?from=8850",
            "BELFORT_EMAIL": f"smtp://127.0.0.1:{mailroom.port}",
        }
        app = belfort.build_app(settings | roads)
        app.testing = True
        server = create_server(app, host="127.0.0.1", port=port, threads=4)
        threading.Thread(target=server.run, daemon=True).start()
        with models.database.connection_context():
            yield app, gateway, mailroom
        server.close()
        app.extensions["roads"].close()


def sign_in(app, user) -> Client:
    return cast.at_a_screen(app, user)


def pump_until(app, is_done, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_done():
        assert time.monotonic() < end, "the campaign did not come to its end"
        app.extensions["jobs"].pump.tick()
        time.sleep(0.05)


def test_from_a_spreadsheet_to_a_delivered_and_reported_campaign(world):
    app, gateway, mailroom = world
    demerdal = cast.bin_named("Demerdal")
    coordinator = cast.user("coordinator", cast.zone(), bins=(demerdal,))
    sender = cast.user("sender", cast.zone())

    # A coordinator imports the member list as it really arrives ...
    browser = sign_in(app, coordinator)
    with DEMERDAL.open("rb") as file:
        page = browser.post(f"/bins/{demerdal.id}/imports/new", data={"file": (file, DEMERDAL.name)})
    report = browser.get(page.path.replace("reading", "report"))
    assert "240" in report.text and Member.select().count() == 0
    browser.post(report.path.replace("report", "commit"), data=report.form('form[action$="commit"]'))
    members = list(Member.select())
    assert len(members) == 236

    # ... the police writes a message, and sees before it leaves who gets it ...
    browser = sign_in(app, sender)
    campaign_url = browser.post("/campaigns/new").path.removesuffix("/text")
    wording = {
        "name": "Gaslek Dorpsstraat",
        "kind": "warning",
        "fallback_language": "nl",
        "version": 1,
        **TEXTS,
    }
    browser.post(f"{campaign_url}/text", data=wording | {"channels": ["sms", "email"], "bins": [demerdal.id]})
    review = browser.get(f"{campaign_url}/review")
    assert review.has("236")

    # ... launches it, and watches it go.
    campaign = Campaign.get()
    browser.post(f"{campaign_url}/launch", terms="1", version=campaign.version, password=cast.PASSWORD)
    campaign = Campaign.get_by_id(campaign.id)
    assert campaign.is_running and campaign.people == 236
    pump_until(app, lambda: not Message.select().where(Message.status.in_(("queued", "sending"))).exists())
    assert browser.htmx(f"{campaign_url}/live").status == 200
    pump_until(app, lambda: Campaign.get_by_id(campaign.id).is_over)

    # Each person got it once, by each road that reaches them ...
    numbers = Counter(member.mobile for member in members if member.mobile)
    mailboxes = Counter(member.email for member in members if member.email)
    assert Counter(letter.recipients[0] for letter in mailroom.letters) == Counter(
        dict.fromkeys(mailboxes, 1)
    )
    sms = list(Message.select().where(Message.channel == "sms"))
    assert sorted(message.address for message in sms) == sorted(numbers)
    assert len(gateway.texts()) == len(numbers)

    # ... and the report's numbers are the servers'.
    statuses = Counter((message.channel, message.status) for message in Message.select())
    assert statuses == {("sms", "delivered"): len(numbers), ("email", "accepted"): len(mailboxes)}
    page = browser.get(campaign_url)
    assert page.has(str(len(numbers))) and page.has(str(len(mailboxes)))
    filed = Document.get(Document.campaign == campaign.id)
    paper = "".join(part.extract_text() for part in PdfReader(BytesIO(bytes(filed.content))).pages)
    assert "Gaslek Dorpsstraat" in paper and str(len(numbers)) in paper
    workbook = CalamineWorkbook.from_filelike(BytesIO(browser.get(f"{campaign_url}/report.xlsx").data))
    listed = workbook.get_sheet_by_index(1).to_python()
    assert len(listed) - 1 == len(numbers) + len(mailboxes)


def test_a_town_asks_for_an_information_number_and_the_centre_answers(world):
    app, _, mailroom = world
    town, centre = cast.municipality_and_centre()
    mayor = cast.user("authorised_person", town, name="Aïcha Benali")
    supervisor = cast.user("centre_supervisor", centre)

    # The authorised person fills in the form of annex 3 ...
    browser = sign_in(app, mayor)
    form_url = browser.post("/activations/new").path
    activation = Activation.get()
    facts = {
        "emergency": "Gaslek na graafwerken",
        "place": "Stationsstraat",
        "description": "Leiding geraakt om 02:20. Brandweer ter plaatse.",
        "phase": "municipal",
        "declared_by": "Greet Moons, burgemeester",
        "declared_at": hour(clock.now() - clock.seconds(3600))[:5],
        "recommendations": "Ramen en deuren dicht, binnen blijven.",
        "liaison_name": "Aïcha Benali",
        "liaison_phone": "0470 00 30 12",
        "arrangement": "ordinary",
        "calls": "d5",
    }
    for name, value in facts.items():
        browser.htmx(f"/activations/{activation.id}/field", {name: value}, method="post")
    browser.post(form_url.replace("/form", "/submit"), data=facts | {"password": cast.PASSWORD})
    assert Activation.get().status == "requested"

    # ... it arrives as PDF in the centre's mailbox, once ...
    pump_until(app, lambda: mailroom.letters)
    (letter,) = mailroom.letters
    assert letter.recipients == [centre.email]
    (paper,) = letter.parsed.iter_attachments()
    words = "".join(part.extract_text() for part in PdfReader(BytesIO(paper.get_content())).pages)
    assert "Gaslek na graafwerken" in words and "Greet Moons" in words

    # ... and its clock runs on both sides until the number is open.
    desk = sign_in(app, supervisor)
    assert desk.get(f"/activations/{activation.id}").select(".clock") and browser.get("/activations").select(
        ".clock"
    )
    desk.post(f"/activations/{activation.id}/acknowledge")
    desk.post(f"/activations/{activation.id}/open", number="1771", opened_at=hour(clock.now())[:5])
    assert Activation.get().status == "open" and Activation.get().number == "1771"
    assert browser.get(f"/activations/{activation.id}").has("1771") and browser.get("/activations").has(
        "1771"
    )
