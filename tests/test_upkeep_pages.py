"""The pages of the upkeep: the coordinator's, and the one of a member who has no account."""

import re

import pytest

from dispatch import clock
from dispatch.people import checks
from dispatch.people.checks import Door
from models import Audit, Bin, DataCheck, Letter, Member, Message
from tests import cast, joining, town
from tests.page import Client


@pytest.fixture
def bin(app):
    return cast.bin_named("Beekveld")


@pytest.fixture
def els(bin):
    return cast.member(
        bin, "Maes", "Els", mobile="+32470000010", email="els@voorbeeld.example", street="Molenweg"
    )


@pytest.fixture
def marc(bin):
    return cast.user("coordinator", bin.organisation, bins=(bin,), name="Marc Dhondt")


@pytest.fixture
def coordinator(signed_in, marc):
    return signed_in(marc)


@pytest.fixture
def door(app):
    return Door(app.config["SECRET_KEY"], "http://localhost")


@pytest.fixture
def link(els, bin, marc, door) -> str:
    made = checks.ask(els, bin, door=door, by=marc, now=clock.now())
    return door.link(made.code).removeprefix("http://localhost")


def typed(**fresh) -> dict:
    return {
        "deed": "propose",
        "last_name": "Maes",
        "first_name": "Els",
        "mobile": "0470 00 00 10",
        "email": "els@voorbeeld.example",
        "street": "Molenweg",
        "language": "nl",
    } | fresh


# ── The member ──────────────────────────────────────────────────────────


def test_a_member_sees_their_own_data_and_who_answers_for_them(client, link, bin):
    page = client.get(link)
    assert page.has("els@voorbeeld.example") and page.has(bin.organisation.name)
    assert not page.select("nav ul") and not page.select(".who a")


def test_the_page_speaks_the_language_of_the_member_whoever_looks(client, coordinator, els, link):
    Member.update(language="fr").where(Member.id == els.id).execute()
    for browser in (client, coordinator):
        assert browser.get(link).soup.html["lang"] == "fr"


@pytest.mark.parametrize("whoever", ["client", "coordinator"])
def test_a_language_that_is_pressed_on_the_page_of_a_member_wins(request, whoever, link):
    browser = request.getfixturevalue(whoever)
    assert browser.get(link).soup.html["lang"] == "nl"
    browser.post("/language", lang="de", next=link)
    assert browser.get(link).soup.html["lang"] == "de"


def test_a_member_confirms_with_one_press_and_nothing_changes(client, link, els):
    before = Member.get_by_id(els.id).__data__
    client.get(link)
    assert client.post(link, deed="confirm").select(".note.done")
    after = Member.get_by_id(els.id).__data__
    assert after.pop("confirmed_at") and {**before, "confirmed_at": None} == {**after, "confirmed_at": None}


def test_looking_answers_nothing(client, link):
    client.get(link)
    client.get(f"{link}/remove")
    client.browser.head(link)
    assert not DataCheck.get().is_answered


def test_what_a_member_typed_wrong_stands_there_to_be_mended(client, link):
    client.get(link)
    page = client.post(link, typed(mobile="geen idee"))
    assert page.status == 422
    assert page.select("input[name=mobile]")[0]["value"] == "geen idee"
    assert page.select("details[open]") and not DataCheck.get().is_answered


def test_a_mistaken_press_is_taken_back_and_what_was_decided_is_told(client, coordinator, bin, els, link):
    client.get(link)
    page = client.post(link, deed="remove")
    assert page.has("kunt u opnieuw antwoorden")
    assert client.post(link, page.form("main form.deed")).select("details")
    client.post(link, typed(street="Akkerstraat"))
    (accept, _decline) = coordinator.get(f"/bins/{bin.id}/upkeep").select("#decide form")
    coordinator.post(accept["action"], version="1")
    told = client.get(link)
    assert told.has("aanvaardde het op") and not told.has("bekijkt het")
    assert not told.select("input[value=again]")


def test_a_coordinator_decides_only_about_the_answer_that_was_read(client, coordinator, bin, els, link):
    client.get(link)
    client.post(link, typed(street="Akkerstraat"))
    page = coordinator.get(f"/bins/{bin.id}/upkeep")
    (accept, _decline) = page.select("#decide form")
    form = page.form(f"form[action='{accept['action']}']")
    DataCheck.update(answered_at=clock.now()).execute()  # answered anew
    assert coordinator.post(accept["action"], form).status == 409
    assert Member.get_by_id(els.id).street == "Molenweg"


def test_whoever_changes_nothing_is_asked_whether_all_is_right(client, link):
    client.get(link)
    page = client.post(link, typed())
    assert page.status == 422 and page.has("U hebt niets gewijzigd") and not DataCheck.get().is_answered


def test_a_telephone_without_cookies_can_answer_too(app, link):
    Client(app).browser.post(link, data={"deed": "confirm"})
    assert DataCheck.get().answer == "confirmed"


def test_every_link_that_does_not_work_says_the_same(client, link, marc, door):
    asked = {"wrong": "/my/abc.def", "spoilt": link[:-1], "removal": "/my/abc.def/remove"}
    asked["unknown"] = door.link("nobody").removeprefix("http://localhost")
    checks.revoke(DataCheck.get(), by=marc, now=clock.now())
    asked["withdrawn"] = link
    answers = {name: client.browser.get(address) for name, address in asked.items()}
    assert {answer.status_code for answer in answers.values()} == {404}
    said = {
        re.sub(r'(name="next" value|name="csrf_token" value|data-here)="[^"]*"', "", answer.text)
        for answer in answers.values()
    }
    assert len(said) == 1


def test_the_link_is_told_to_nobody_else(client, link):
    headers = client.browser.get(link).headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "noindex" in headers["X-Robots-Tag"]


def test_guessing_is_slowed_down(client, link):
    statuses = [client.browser.get("/my/abc.def").status_code for _ in range(40)]
    assert statuses[0] == 404 and statuses[-1] == 429
    # Whoever has a link and sits behind the same address of an operator still gets in, and has a limit of their own.
    statuses = [client.browser.get(link).status_code for _ in range(40)]
    assert statuses[0] == 200 and statuses[-1] == 429


def test_where_a_member_sits_is_not_written_down(client, link):
    client.get(link)
    client.post(link, deed="confirm")
    assert Audit.get(Audit.deed == "check.confirmed").address == ""


def test_a_link_is_no_sign_in(client, link, bin):
    client.get(link)
    assert client.browser.get(f"/bins/{bin.id}").status_code == 302


# ── The coordinator ─────────────────────────────────────────────────────


def test_a_coordinator_asks_the_whole_list_after_a_look_at_what_leaves(coordinator, bin, els):
    cast.member(bin, "Claes", mobile="+32470000011")
    page = coordinator.get(f"/bins/{bin.id}/ask")
    assert not Message.select().exists()
    told = [value.text for value in page.select(".verdict dd")]
    assert told == ["1", "1"]
    assert page.select(".verdict button[data-long]") and page.has("U mag de pagina verlaten")
    coordinator.post(f"/bins/{bin.id}/ask")
    assert sorted(message.channel for message in Message.select()) == ["email", "sms"]
    assert "/my/" in Letter.select().first().body


def test_what_the_personal_links_by_sms_cost_is_said_before_they_are_sent(coordinator, bin, els):
    joining.tariff()
    assert not coordinator.get(f"/bins/{bin.id}/ask").has("zonder btw")
    cast.member(bin, "Claes", "An", mobile="+32470000011")
    cast.member(
        bin, "Dierckx", "Jo", mobile="+32470000012", email="jo@x.example", email_fault="no_such_mailbox"
    )
    door = Door(coordinator.browser.application.config["SECRET_KEY"], "http://localhost")
    mills = checks.price(checks.due(bin, clock.now()), door=door, now=clock.now())
    assert mills == 110 and coordinator.get(f"/bins/{bin.id}/ask").has("€ 0,11 zonder btw")
    assert coordinator.get(f"/bins/{bin.id}/upkeep").has("€ 0,055 zonder btw")


def test_a_dead_number_is_asked_by_the_other_channel_at_one_press(coordinator, bin, els):
    Member.update(mobile_fault="no_such_number", mobile_failures=1).execute()
    home = coordinator.get("/")
    assert home.select("#mend a")[0]["href"] == f"/bins/{bin.id}/upkeep"
    page = coordinator.get(f"/bins/{bin.id}/upkeep")
    (form,) = page.select("#mend form")
    coordinator.post(form["action"])
    message = Message.get()
    assert (message.channel, message.address) == ("email", "els@voorbeeld.example")
    assert DataCheck.get().reason == "dead"


def test_who_cannot_be_asked_by_us_is_rung_or_visited(coordinator, bin):
    cast.member(bin, "Claes", mobile="+32470000011", mobile_fault="no_such_number", phone="+3216000001")
    cast.member(bin, "Aerts", mobile="+32470000012", mobile_fault="no_such_number", street="Molenweg")
    page = coordinator.get(f"/bins/{bin.id}/upkeep")
    assert not page.select("#mend form")
    assert page.has("016 00 00 01") and page.has("Molenweg")


def test_a_proposal_is_accepted_with_one_press(client, coordinator, bin, els, link):
    client.get(link)
    client.post(link, typed(mobile="0470 99 88 77"))
    assert Member.get_by_id(els.id).mobile == "+32470000010"
    assert coordinator.get("/").select(f'#mend a[href="/bins/{bin.id}/upkeep"]')
    form = coordinator.get(f"/bins/{bin.id}/upkeep").select("#decide form")[0]
    hidden = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
    coordinator.post(form["action"], version=hidden["version"])
    assert Member.get_by_id(els.id).mobile == "+32470998877"
    assert not coordinator.get(f"/bins/{bin.id}/upkeep").select("#decide")


def test_a_wish_to_go_is_done_with_one_press(client, coordinator, bin, els, link):
    client.get(link)
    client.post(link, deed="remove")
    form = coordinator.get(f"/bins/{bin.id}/upkeep").select("#decide form")[0]
    coordinator.post(form["action"])
    assert els.memberships.get().is_ended


def test_a_link_is_withdrawn_on_the_page_of_the_member(client, coordinator, els, link):
    (form,) = coordinator.get(f"/members/{els.id}").select("#link form")
    coordinator.post(form["action"])
    assert client.browser.get(link).status_code == 404


def test_in_practice_no_personal_link_leaves(coordinator, bin, els):
    coordinator.post("/practice")
    assert coordinator.get(f"/bins/{bin.id}/ask").select("main form") == []
    assert coordinator.post(f"/bins/{bin.id}/ask").status == 422
    assert not Message.select().exists()


def test_a_reader_looks_and_presses_nothing(signed_in, bin, els, link):
    Member.update(mobile_fault="no_such_number").execute()
    reader = signed_in(cast.user("reader", bin.organisation))
    page = reader.get(f"/bins/{bin.id}/upkeep")
    assert page.status == 200 and not page.select("main form") and not page.select("main .button")


def test_the_streets_are_typed_or_uploaded_and_what_is_wrong_is_said(coordinator, bin, els):
    coordinator.get(f"/bins/{bin.id}/upkeep")
    page = coordinator.post(f"/bins/{bin.id}/streets", streets="Molenweg\nAkkerstraat")
    assert page.has("Akkerstraat") and Bin.get_by_id(bin.id).streets == ["Akkerstraat", "Molenweg"]
    page = coordinator.post(f"/bins/{bin.id}/streets", streets="x" * 200)
    assert page.status == 422 and page.select("textarea")[0].text.strip() == "x" * 200
    assert Bin.get_by_id(bin.id).streets == ["Akkerstraat", "Molenweg"]


def test_members_in_streets_that_are_not_written_down_are_mentioned(coordinator, bin, els):
    coordinator.post(f"/bins/{bin.id}/streets", streets="Akkerstraat")
    assert coordinator.get(f"/bins/{bin.id}/upkeep").has(
        "1 lid woont in een straat die niet opgeschreven is: Molenweg."
    )
    assert coordinator.get(f"/bins/{bin.id}").has("Leden in andere straten")
    refused = coordinator.post(f"/bins/{bin.id}/streets", streets="Dorpsstraat;;x")
    assert refused.status == 422 and refused.has("Dorpsstraat;;x")


def test_the_bin_shows_its_reach_in_figures(coordinator, bin, els, marc, door):
    assert not coordinator.get(f"/bins/{bin.id}").select(
        "#reach .facts"
    )  # nothing was sent: nothing is known
    checks.ask(els, bin, door=door, by=marc, now=clock.now())
    Message.update(status="delivered", accepted_at=clock.now()).execute()
    page = coordinator.get(f"/bins/{bin.id}")
    assert [figure.text.split()[0] for figure in page.select("#reach .facts dd")] == ["0", "1", "0", "0"]


def test_another_bins_coordinator_finds_nothing(signed_in, bin, els, link):
    other = cast.bin_named("Kerkdries")
    stranger = signed_in(cast.user("coordinator", bin.organisation, bins=(other,), email="x@y.example"))
    check, before = DataCheck.get(), town.kept()
    for address in (f"/bins/{bin.id}/upkeep", f"/bins/{bin.id}/ask"):
        assert stranger.get(address).status == 404
    for deed in ("accept", "decline", "revoke"):
        assert stranger.post(f"/checks/{check.id}/{deed}").status == 404
    assert town.kept() == before


def test_a_member_saves_our_number_from_the_same_page(client, link, bin):
    (card,) = client.get(link).select('a[href$="card.vcf"]')
    assert bin.organisation.name in client.browser.get(card["href"]).text
