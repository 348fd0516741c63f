"""The truth on two screens: what the liaison officer publishes, an operator sees marked within five seconds."""

import re

import pytest
from playwright.sync_api import expect

from dispatch import clock
from dispatch.centre import activation
from models import Activation, Organisation, Presence, User
from tests import kept
from tests.browser.conftest import does_not_scroll_sideways, picture
from tests.browser.hands import click, write
from tests.town import FORM


@pytest.fixture(scope="module")
def here(site, folder) -> str:
    """The address of an emergency of the demonstration, with its operator at the telephone."""
    with kept.books(folder):
        mayor, operator = (User.get(User.role == role) for role in ("authorised_person", "operator"))
        town, now = Organisation.get(Organisation.kind == "municipality"), clock.now()
        asked = activation.begin(town, by=mayor, now=now)
        activation.write(asked, FORM | {"declared_at": f"{clock.local(now):%H:%M}"}, by=mayor, now=now)
        activation.submit(asked, by=mayor, now=now, password_confirmed=True)
        emergency = Activation.get_by_id(asked.id).emergency_id
        Presence.create(emergency=emergency, operator=operator, languages=["nl"], from_at=now)
    return f"/emergencies/{emergency}"


def test_a_change_is_on_the_operators_screen_marked_within_five_seconds_and_the_count_goes_up(visit, here):
    liaison, operator = visit("liaison_officer", 390, 844, by="keys"), visit("operator", by="keys")
    operator.goto(f"{here}/sheet")
    click(operator.locator("#confirm-reading"))
    expect(operator.locator("#confirm-reading")).to_have_count(0)
    expect(operator.locator("#sheet")).to_be_focused()  # the button is gone, the keyboard is not
    write(operator.locator("#words"), "gaz ruik")
    liaison.goto(f"{here}/desk")
    assert does_not_scroll_sideways(liaison)
    click(liaison.get_by_role("button", name=re.compile("Nieuwe regel|New line")))
    assert does_not_scroll_sideways(liaison)
    write(liaison.locator("#question-nl"), "Tot wanneer moet ik binnenblijven?")
    write(liaison.locator("#answer-nl"), "Tot 04.30 u. U krijgt een sms.")
    expect(liaison.locator("#saved")).to_be_visible()
    click(liaison.locator(".verdict .button.go"))
    fresh = operator.locator("#lines li:first-child ins")
    expect(fresh.first).to_have_text("Tot wanneer moet ik binnenblijven?")
    [beat] = re.findall(r"every (\d+)s", operator.locator("#sheet").get_attribute("data-hx-trigger"))
    assert int(beat) < 5
    assert operator.input_value("#words") == "gaz ruik", "what is typed in the search stays"
    expect(liaison.locator("#readers")).to_contain_text("0")
    click(operator.locator("#confirm-reading"))
    expect(operator.locator("#readers")).to_contain_text(re.compile("1 (of|van) 1"))
    expect(operator.locator("#lines ins")).to_have_count(0)

    liaison.goto(f"{here}/desk")
    expect(liaison.locator("#readers")).to_contain_text(re.compile("1 (of|van) 1"))
    click(liaison.locator("#lines li", has_text="Tot wanneer").get_by_role("button"))
    write(liaison.locator("#answer-nl"), "Tot naar schatting 09.00 u. U krijgt een sms.")
    click(liaison.locator(".verdict .button.go"))
    expect(operator.locator("#lines del")).to_have_text("04.30")
    expect(operator.locator("#lines ins")).to_have_text("naar schatting 09.00")


def test_a_question_of_a_caller_is_one_press_and_its_answer_comes_back_to_who_asked(visit, here):
    operator, liaison = (
        visit("operator", width=390, height=844),
        visit("liaison_officer", width=390, height=844),
    )
    operator.goto(f"{here}/sheet")
    assert does_not_scroll_sideways(operator)
    operator.locator("#words").press_sequentially("rijdt bus 14 nog", delay=20)
    click(operator.locator("#found .button"))
    expect(operator.locator("#mine")).to_contain_text("rijdt bus 14 nog")
    liaison.goto(f"{here}/desk")
    click(liaison.locator("#questions .button").first)
    write(liaison.locator("#answer-nl"), "Vanaf 10.00 u.")
    click(liaison.locator(".verdict .button.go"))
    expect(operator.locator("#mine")).to_contain_text("Vanaf 10.00 u.")
    picture(operator, "question-answered", at_both=True)


def test_what_is_asked_is_what_stands_in_the_field_though_the_search_is_behind(visit, here):
    operator = visit("operator")
    operator.goto(f"{here}/sheet")
    operator.fill("#words", "mag")
    button = operator.locator("#found .button").last
    expect(button).to_contain_text("mag")
    operator.route(re.compile("/sheet/found"), lambda route: route.abort())
    operator.fill("#words", "mag de duivenmelker buiten")
    click(button)
    expect(operator.locator("#mine")).to_contain_text("mag de duivenmelker buiten")
    operator.faults.clear()  # of the search that was cut off


def test_nothing_is_published_that_nobody_pressed(visit, here):
    liaison = visit("liaison_officer")
    liaison.goto(f"{here}/desk")
    click(liaison.get_by_role("button", name=re.compile("Nieuwe regel|New line")))
    expect(liaison).to_have_url(re.compile(r"/sheet-drafts/\d+$"))
    liaison.wait_for_load_state("load")
    liaison.fill("#question-nl", "Mag ik het raam openen?")
    with liaison.expect_response(lambda answer: "Houd" in (answer.request.post_data or "")) as saved:
        liaison.fill("#answer-nl", "Houd ramen en deuren dicht.")
        liaison.focus(".verdict .button.go")
    assert saved.value.url.endswith("/field")
    liaison.reload()
    expect(liaison.locator("#answer-nl")).to_have_value("Houd ramen en deuren dicht.")
    liaison.press("#question-nl", "Enter")
    expect(liaison.locator(".flashes")).to_contain_text(re.compile("Niemand anders|Nobody else"))
    expect(liaison).to_have_url(re.compile(r"/sheet-drafts/\d+$"))


def test_what_is_typed_is_kept_before_anybody_presses_anything(visit, here):
    liaison = visit("liaison_officer")
    liaison.goto(f"{here}/desk")
    click(liaison.get_by_role("button", name=re.compile("Nieuwe regel|New line")))
    with liaison.expect_response(re.compile("/field$")):
        liaison.locator("#answer-fr").press_sequentially("Restez chez vous.")
    liaison.reload()
    expect(liaison.locator("#answer-fr")).to_have_value("Restez chez vous.")
