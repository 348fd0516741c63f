"""What nobody writes down: no name, number, address or text of a person stands in a log or in the audit."""

import io
import logging
from datetime import timedelta

import pytest

import app as belfort
import models
from dispatch import clock
from dispatch.people import erasing
from dispatch.sending import campaigns
from dispatch.sending.pump import Pump
from models import Audit, Campaign, Import, Member
from tests import cast
from tests.page import Client
from tests.servers import smtp_server
from views import guard

ALIVE, DEAD = "geheim@voorbeeld.example", "dood@voorbeeld.example"
REFUSAL = f"550 5.1.1 <{DEAD}>: Geheimenaar Wilhelmina does not live here"
LIST = (
    "Naam;Voornaam;GSM;E-mail;Straat;Nr\n"
    f"Geheimenaar;Wilhelmina;0470 99 88 77;{ALIVE};Verborgenlaan;7\n"
    f"Zwijgzaam;Bo;0470 99 88 01;{DEAD};Verborgenlaan;9\n"
    "Zwijgzaam;Kapot;0470;geen adres;Verborgenlaan;11\n"
)
TEXTS = {
    "sms": {"nl": {"body": "Gaslek: sluit uw vensters."}},
    "email": {"nl": {"subject": "Gaslek bij u", "body": "Sluit uw vensters."}},
}
SECRETS = (
    *("geheimenaar", "wilhelmina", "zwijgzaam", "kapot", "geheim@", "dood@", "voorbeeld", "verborgenlaan"),
    *("47099", "0470 99", "gaslek", "vensters", "fout wachtwoord", "niemand@"),
)


@pytest.fixture
def road(settings):
    """The application with a real mail server that refuses one mailbox, and says whose it is."""
    with smtp_server(refuse={DEAD: REFUSAL}) as room:
        url = f"smtp://{room.host}:{room.port}"
        application = belfort.build_app(settings | {"BELFORT_EMAIL": url})
        application.testing = False
        with models.database.connection_context():
            yield application
        application.extensions["roads"].close()


def whole_life(app, bin, sender) -> Campaign:
    """A list is uploaded and imported, somebody signs in, a message is written, sent and refused; somebody is erased."""
    guest, browser = Client(app), cast.at_a_screen(app, sender)
    guest.post("/signin", email="niemand@voorbeeld.example", password="fout wachtwoord")
    guest.post("/signin", email=sender.email, password="fout wachtwoord")
    guest.post("/signin", email=sender.email, password=cast.PASSWORD)
    browser.post(f"/bins/{bin.id}/imports/new", file=(io.BytesIO(LIST.encode()), "Geheimenaar.csv"))
    report = browser.get(f"/imports/{Import.get().id}/report")
    browser.post(f"/imports/{Import.get().id}/commit", report.form("#save form"))
    campaign = sent(app, bin, sender)
    browser.get(f"/campaigns/{campaign.id}/messages?search=Geheimenaar")
    browser.get(f"/bins/{bin.id}?words=Geheimenaar")
    app.view_functions["home.index"] = _break
    browser.browser.get("/")
    gone = Member.get(Member.first_name == "Wilhelmina")
    erasing.erase(gone, by=sender, now=clock.now())
    return campaign


@guard.open_because("a page that breaks whoever asks it")
def _break():
    raise ValueError("Geheimenaar +32470998877")


def sent(app, bin, sender) -> Campaign:
    draft = campaigns.draft(sender.organisation, by=sender, now=clock.now())
    wording = {"name": "Gaslek", "kind": "preventive", "channels": ["sms", "email"], "texts": TEXTS}
    draft = campaigns.write(
        draft, by=sender, now=clock.now(), version=1, audience={"bins": [bin.id]}, **wording
    )
    campaign = campaigns.launch(draft, by=sender, now=clock.now(), terms_accepted=True)
    pump, moment = Pump(app.extensions["roads"]), clock.now()
    pump.now = lambda: moment
    for _ in range(30):
        pump.tick()
        moment += timedelta(seconds=10)
    return Campaign.get_by_id(campaign.id)


@pytest.mark.loopback
def test_from_the_list_to_the_erasure_nobody_stands_in_a_log_or_in_the_audit(road, caplog, capfd):
    bin = cast.bin_named("Beekveld")
    sender = cast.user("sender", bin.organisation)
    with caplog.at_level(logging.INFO):
        campaign = whole_life(road, bin, sender)
    assert campaign.is_over and Member.select().count() >= 2
    statuses = {row.status for row in campaign.messages}
    assert "failed" in statuses and len(statuses) > 1, "something was refused, something arrived"
    captured = capfd.readouterr()
    ours = [record.getMessage() for record in caplog.records if record.name != "mail.log"]  # the server's own
    logged = "\n".join([*ours, captured.out, captured.err]).casefold()
    assert "valueerror" in logged, "the page that broke is told"
    assert [word for word in SECRETS if word in logged] == []
    remembered = " ".join(f"{row.facts} {row.subject} {row.deed}" for row in Audit.select()).casefold()
    assert [word for word in SECRETS if word in remembered] == []
    assert {"import.committed", "campaign.launched", "user.sign_in_failed", "member.erased"} <= {
        row.deed for row in Audit.select()
    }
