"""Practice stays practice and real stays real: in the database, on the roads, and under the hand of who mistakes one."""

import io

import peewee
import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from dispatch.centre import activation as centre
from dispatch.providers.base import Provider
from dispatch.providers.simulator import Simulator
from dispatch.sending import approval, campaigns, messages, scenarios
from dispatch.sending.pump import Pump
from dispatch.sending.roads import Roads, WrongRoad, demand_simulator
from models import (
    Activation,
    Campaign,
    Emergency,
    Letter,
    Message,
    Token,
    TokenLaunch,
    User,
    database,
    is_postgres,
)
from tests import cast, town
from tests.cast import NOON
from tests.test_rights import addresses, form
from views import lookups

MOODY = (Activation, Campaign, Emergency, Letter, Message, Token)


@pytest.fixture
def zavel(app):
    return town.zone("Zavel", 1)


@pytest.fixture
def sender(zavel):
    return zavel.people["sender"]


def made(zavel, status="running", is_practice=True) -> Campaign:
    return town.campaign(zavel.people["sender"], zavel.bins["A"], status, is_practice=is_practice)


def fresh(row):
    return type(row).get_by_id(row.id)


# ── In the database ─────────────────────────────────────────────────────


def both(zavel) -> list:
    """A practice and a real row of each thing that is one of both."""
    rows = []
    people, _ = town.contact_centre()
    for is_practice in (True, False):
        mayor = people["authorised_person"]
        draft = centre.begin(mayor.organisation, by=mayor, now=NOON, is_practice=is_practice)
        centre.write(draft, town.FORM, by=mayor, now=NOON)
        asked = centre.submit(draft, by=mayor, now=NOON, password_confirmed=True)
        sent = made(zavel, is_practice=is_practice)
        token, _text = town.token(zavel, is_practice=is_practice)
        rows += [asked, asked.emergency, asked.letter, sent, sent.messages.get(), token]
    return rows


def test_no_row_ever_becomes_what_it_is_not(zavel):
    rows = both(zavel)
    assert {type(row) for row in rows} == set(MOODY)
    for row in rows:
        table = type(row)
        with pytest.raises(peewee.IntegrityError, match="stays"):
            table.update(is_practice=not row.is_practice).where(table.id == row.id).execute()
        assert table.update(is_practice=row.is_practice).where(table.id == row.id).execute() == 1


def triggers() -> set[str]:
    sqlite = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    postgres = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    return {name for (name,) in database.execute_sql(postgres if is_postgres() else sqlite).fetchall()}


def test_every_table_with_a_mood_keeps_it_and_takes_none_by_default(app):
    tables = database.get_tables()
    columns = {name: {c.name: c for c in database.get_columns(name)} for name in tables}
    moody = {name for name in tables if "is_practice" in columns[name]}
    kept = {name.removesuffix("_keeps_mood") for name in triggers() if name.endswith("_keeps_mood")}
    assert moody - kept == {"monthly_test"}  # a plan, of which nothing leaves
    assert all(
        columns[name]["is_practice"].default is None and not columns[name]["is_practice"].null
        for name in moody
    )
    assert all(table.is_practice.default is None for table in MOODY)


def test_who_does_not_say_what_it_is_makes_nothing(sender):
    with pytest.raises(peewee.IntegrityError, match="(?i)not.null"):
        Campaign.create(organisation=sender.organisation, author=sender, created_at=NOON, changed_at=NOON)


def test_a_request_joins_no_emergency_of_the_other_kind(zavel):
    practice, emergency = both(zavel)[:2]
    real = Emergency.get(~Emergency.is_practice)
    for wrong, right in ((real, emergency),):
        with pytest.raises(peewee.IntegrityError, match="do not mix"):
            Activation.update(emergency=wrong).where(Activation.id == practice.id).execute()
        assert fresh(practice).emergency == right


def test_a_token_launches_only_what_it_is_for(zavel):
    token, _ = town.token(zavel, is_practice=True)
    for is_practice in (True, False):
        row = {"token": token, "key": f"k{is_practice}", "asked": "", "at": NOON}
        campaign = made(zavel, is_practice=is_practice)
        if is_practice:
            TokenLaunch.create(campaign=campaign, **row)
        else:
            with pytest.raises(peewee.IntegrityError, match="do not mix"):
                TokenLaunch.create(campaign=campaign, **row)


def test_writing_saving_and_starting_again_from_it_change_no_mood(zavel, sender):
    draft = made(zavel, "draft")
    campaigns.write(draft, by=sender, now=NOON, version=draft.version, is_practice=False, name="Anders")
    assert fresh(draft).is_practice and fresh(draft).name == "Anders"
    template = scenarios.save_as_template(fresh(draft), by=sender, now=NOON)
    assert "is_practice" not in template.__data__
    again = campaigns.draft(sender.organisation, by=sender, now=NOON, is_practice=True, template=template)
    assert again.is_practice


# ── On the roads ────────────────────────────────────────────────────────


class Outward(Provider):
    """A road that would lead out of the house."""

    def send(self, feed):
        raise AssertionError("practice left the house")


class Disguised(Simulator, Outward):
    """A simulator only by its ancestors."""

    send = Outward.send


def test_whatever_the_settings_say_practice_has_the_simulator_and_nothing_else(app):
    roads = Roads({"sms": ["kannel://u:p@127.0.0.1:1/"], "email": ["smtp://127.0.0.1:1?from=a@b.example"]})
    for channel in roads.channels:
        assert type(roads.choose(channel, is_practice=True, now=NOON)) is Simulator
        assert type(roads.choose(channel, is_practice=False, now=NOON)) is not Simulator
    roads.close()


@pytest.mark.parametrize("kind", [Outward, Disguised])
def test_a_practice_lane_takes_no_other_road_even_if_it_is_handed_one(zavel, kind):
    roads = Roads({"sms": ["simulator://"]})
    said = ("sms", 500.0) if kind is Disguised else ("outward:sms", "sms", 500.0, "")
    roads._practice["sms"] = kind(*said)
    campaign = made(zavel)
    with pytest.raises(WrongRoad):
        demand_simulator(roads.for_practice("sms"))
    Pump(roads, now=lambda: NOON).turn("sms")
    assert {message.status for message in campaign.messages} == {"queued"}


@pytest.mark.parametrize("is_practice", [True, False])
def test_a_message_that_is_not_what_its_campaign_is_never_leaves(zavel, is_practice):
    campaign = made(zavel, is_practice=is_practice)
    database.execute_sql(f"DROP TRIGGER message_keeps_mood{' ON message' if is_postgres() else ''}")
    odd = campaign.messages.get()
    Message.update(is_practice=not is_practice).where(Message.id == odd.id).execute()
    claimed = messages.claim("sms", campaign, limit=100, now=NOON)
    assert odd.id not in {one.id for one in claimed}
    assert fresh(odd).status == "queued"


# ── Under the hand ──────────────────────────────────────────────────────

STOP_FIRST = "You are practising"


def submitted(zavel) -> Campaign:
    """A real draft that waits for the approval of another."""
    where, admin = zavel.bins["A"].organisation, zavel.people["organisation_admin"]
    rule = {"is_needed": True, "deadline_seconds": 300, "ladder": [admin.id], "version": 0}
    approval.set_rule(where, "preventive", by=admin, now=NOON, **rule)
    draft = made(zavel, "draft", is_practice=False)
    return campaigns.submit(draft, by=zavel.people["sender"], now=NOON, version=draft.version)


@pytest.fixture
def practising(signed_in):
    """practising(user) is a client of somebody who went to the practice environment."""

    def enter(user: User):
        User.update(language="en").where(User.id == user.id).execute()
        browser = signed_in(fresh(user))
        browser.post("/practice")
        return browser

    return enter


def test_while_practising_nothing_is_done_to_a_real_message_but_to_hold_it_back(app, zavel, practising):
    """Every address that changes a campaign, so that a new one is refused until somebody decides otherwise."""
    real = [made(zavel, status, is_practice=False) for status in ("running", "paused")] + [submitted(zavel)]
    desk = cast.organisation("NCCN", "federal_service", is_national_desk=True, email="d@nccn.example")
    browsers = [practising(zavel.people["organisation_admin"]), practising(town.user("sender", desk))]
    refused, before = set(), town.kept()
    for browser in browsers:
        for method, address, endpoint in addresses(app, {"campaigns": real}, with_ids=True):
            if method != "POST" or endpoint in lookups.ALSO_WHILE_PRACTISING:
                continue
            page = browser.post(address, **form({"campaigns": real}))
            assert page.status in (403, 404), address
            if page.status == 403 and page.has(STOP_FIRST):
                refused.add(endpoint)
    assert town.kept() == before
    assert refused >= {
        "approval.submit",
        "approval.approve",
        "approval.send_back",
        "approval.override",
        "campaigns.discard",
        "control.resume",
        "control.unsure",
        "takeover.hand",
        "takeover.take",
    }


def test_the_launch_and_approval_pages_of_a_real_message_say_so_and_have_no_button(zavel, practising):
    draft = submitted(zavel)
    browser = practising(zavel.people["organisation_admin"])
    for page, button in (("review", "#launch, #submit"), ("approval", "#approve, #back")):
        shown = browser.get(f"/campaigns/{draft.id}/{page}")
        assert shown.has(STOP_FIRST) and not shown.select(button)
        assert shown.select("#mixed form[method=post]") and not shown.select("body.is-practice")
    page = browser.post(f"/campaigns/{draft.id}/launch", version=str(draft.version), terms="1")
    assert page.status == 422 and page.has("Nothing was sent") and fresh(draft).is_submitted
    browser.post("/practice/end")
    assert browser.get(f"/campaigns/{draft.id}/approval").select("#approve")


def test_a_real_campaign_is_held_back_even_by_who_practises_and_is_not_let_go_on(zavel, practising):
    running = made(zavel, is_practice=False)
    browser = practising(zavel.people["organisation_admin"])
    assert browser.get(f"/campaigns/{running.id}/stop").select("#mixed")
    page = browser.post(f"/campaigns/{running.id}/pause")
    assert fresh(running).is_paused and page.has("stop practising first if you want it to go on")
    assert not page.select('form[action$="/resume"]')
    fragment = browser.htmx(f"/campaigns/{running.id}/live")
    assert not fragment.select('form[action$="/resume"]')
    assert browser.htmx(f"/campaigns/{running.id}/resume", method="post").status == 403
    browser.post(f"/campaigns/{running.id}/stop")
    assert fresh(running).status == "stopped"


def test_who_practises_may_approve_it_and_the_page_says_so(zavel, practising):
    admin = zavel.people["organisation_admin"]
    rule = {"is_needed": True, "deadline_seconds": 300, "ladder": [], "version": 0}
    approval.set_rule(zavel.bins["A"].organisation, "preventive", by=admin, now=NOON, **rule)
    draft = town.campaign(admin, zavel.bins["A"], "draft", is_practice=True)
    campaigns.submit(draft, by=admin, now=NOON, version=draft.version)
    page = practising(admin).get(f"/campaigns/{draft.id}/approval")
    assert page.has("you may approve it yourself") and page.select("#approve")
    assert not Letter.select().exists()


def test_a_practice_message_stays_practice_when_nobody_practises_any_more(signed_in, zavel, sender):
    draft = made(zavel, "draft")
    page = signed_in(sender).post(f"/campaigns/{draft.id}/launch", version=str(draft.version), terms="1")
    assert page.select("body.is-practice") and fresh(draft).is_practice
    assert not Message.select().where(~Message.is_practice).exists()


CENTRE = ("authorised_person", "centre_supervisor", "liaison_officer", "operator")


def test_while_practising_nothing_is_done_to_a_real_request_or_emergency(app, practising):
    people, activations = town.contact_centre()
    asked = activations["requested"]
    things = {"activations": activations["draft"] + asked} | town.told(people, asked[0])
    before = town.kept()
    for role in CENTRE:
        browser = practising(people[role])
        for method, address, _endpoint in addresses(app, things, with_ids=True):
            if method == "POST":
                status = browser.post(address, follow=False, **form(things)).status
                assert status in (403, 404), (role, address, status)
    changed = town.kept()
    changed.pop("User"), before.pop("User")  # who chose another language
    assert changed == before


# ── Marks ───────────────────────────────────────────────────────────────

WORDS = {"nl": "OEFENING", "fr": "EXERCICE", "de": "ÜBUNG", "en": "EXERCISE"}
# Real whoever looks: a recording, the register of personal data, the card with the numbers that call.
UNMARKED = {"recordings.listen", "privacy.pdf", "cards.save"}
KEPT = {"activations.paper"}  # as it was sent, in the language of the centre


def told(response) -> str:
    """Everything that a page, a paper or a spreadsheet says."""
    kind, content = response.mimetype, response.get_data()
    if kind == "application/pdf":
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if "spreadsheet" in kind:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return "\n".join(str(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)
    return content.decode()


def is_whole(answer) -> bool:
    """Whether it is something to read by itself, and no piece of a page."""
    return answer.status_code == 200 and (answer.mimetype != "text/html" or b"<html" in answer.get_data())


def walked(app, browser, things, lang: str) -> dict[str, str]:
    """{endpoint: what is said there without a mark} over every address about these things that can be read."""
    lacking = {}
    for method, address, endpoint in addresses(app, things, with_ids=True):
        if method == "GET" and endpoint not in UNMARKED:
            answer = browser.browser.get(address)
            words = WORDS.values() if endpoint in KEPT else [WORDS[lang]]
            if is_whole(answer) and not any(word in told(answer) for word in words):
                lacking[endpoint] = answer.mimetype
    return lacking


@pytest.mark.parametrize("meanwhile", ["/practice/end", "/practice"])
def test_nothing_begins_in_another_mode_than_its_page_said(app, zavel, meanwhile):
    """Another page of the same person began or stopped practising while this one stood open."""
    people, _ = town.contact_centre()
    for user, address in (
        (zavel.people["sender"], "/campaigns/new"),
        (people["authorised_person"], "/activations/new"),
        (people["centre_supervisor"], "/activations/enter"),
    ):
        browser = cast.at_a_screen(app, user)
        if meanwhile == "/practice/end":
            browser.post("/practice")
        page = browser.get("/activations/enter" if address.endswith("enter") else "/")
        shown = page.select("[name=page_mode]")[0]["value"]
        browser.post(meanwhile)
        before = town.kept()
        refused = browser.post(address, page_mode=shown)
        assert refused.status == 409 and town.kept() == before, address


def test_a_cookie_that_comes_late_does_not_change_the_mode(app, sender):
    browser = cast.at_a_screen(app, sender)
    browser.get("/")
    late = browser.browser.get_cookie("session").value
    browser.post("/practice")
    browser.browser.set_cookie("session", late)
    assert "is-practice" in browser.get("/").soup.body["class"]


@pytest.mark.parametrize("lang", ["nl", "de"])
def test_every_page_paper_and_export_of_a_practice_says_so_in_the_language_of_its_reader(
    app, zavel, signed_in, lang
):
    people, _ = town.contact_centre()
    User.update(language=lang).execute()
    mayor, supervisor = people["authorised_person"], people["centre_supervisor"]
    draft, asked = (centre.begin(mayor.organisation, by=mayor, now=NOON, is_practice=True) for _ in range(2))
    centre.write(asked, town.FORM, by=mayor, now=NOON)
    asked = centre.submit(asked, by=mayor, now=NOON, password_confirmed=True)
    emergency = {"activations": [draft, asked]} | town.told(people, asked)
    sent = [made(zavel, status) for status in ("draft", "running", "stopped")]
    walks = {
        zavel.people["organisation_admin"]: {"campaigns": sent},
        mayor: emergency,
        supervisor: emergency,
        people["operator"]: emergency,
    }
    lacking = {who.role: walked(app, signed_in(who), things, lang) for who, things in walks.items()}
    assert not any(lacking.values()), lacking


def test_in_practice_every_page_and_list_says_so(app, zavel, practising):
    browser = practising(zavel.people["organisation_admin"])
    things = {"bins": [zavel.bins["A"]]}
    lacking = walked(app, browser, things, "en")
    for method, address, endpoint in addresses(app, {}, with_ids=False):
        answer = browser.browser.get(address) if method == "GET" and endpoint not in UNMARKED else None
        if answer and is_whole(answer):
            lacking |= {} if WORDS["en"] in told(answer) else {endpoint: address}
    assert not lacking
