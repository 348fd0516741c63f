"""Nothing that was typed is ever lost: on the message, the member and the activation form, whatever comes between."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

import models
from dispatch import demo
from models import Activation, Campaign, Member
from tests import kept
from tests.browser.conftest import picture
from tests.browser.hands import press

WANTED = re.compile("(status of|Status Error Code) (400|401|409)")  # Chromium says it, and htmx


@dataclass(frozen=True)
class Form:
    """A form: whose it is, how one comes to it, a text in it, and the button that saves."""

    who: str
    field: str
    words: str
    save: str

    def open(self, page: Page) -> None:
        if self.who == "coordinator":
            page.goto("/bins/1/members/new")
        elif self.who == "sender":
            page.goto("/")
            page.locator('form[action$="/campaigns/new"] button').first.click()
        else:
            page.goto("/activations")
            press(page, "/activations/new")
        expect(self.text(page)).to_be_attached()

    def text(self, page: Page):
        return page.locator(f"[name={self.field}]")


FORMS = {
    "message": Form("sender", "sms-nl-body", "POLITIE: verdacht voertuig gezien.", "[name=go][value=save]"),
    "member": Form("coordinator", "last_name", "Van den Broeck", 'form[action$="/members/new"] .main'),
    "activation": Form(
        "authorised_person", "description", "Leiding geraakt.", "#annex3 > .part p > .button:not([name])"
    ),
}
OTHERS = "Geschreven door een ander."


@pytest.fixture(params=FORMS)
def form(request) -> Form:
    return FORMS[request.param]


def typed(visit, form: Form) -> Page:
    """The form on a screen, with something typed in it that no save while typing has taken along."""
    page = visit(form.who)
    form.open(page)
    if form.who == "sender":
        page.check("[name=channels][value=sms]")
    no_saves_while_typing(page)
    form.text(page).fill(form.words)
    return page


def no_saves_while_typing(page: Page) -> None:
    page.route(re.compile("/(autosave|field)$"), lambda route: route.fulfill(status=204))


def another_tab(page: Page) -> Page:
    other = page.context.new_page()
    other.faults = []
    return other


def sign_out(page: Page) -> None:
    page.locator("form[data-signout] button").click()
    expect(page).to_have_url(re.compile("/signin"))


def sign_in(page: Page, form: Form) -> None:
    account = next(one for one in demo.accounts_of() if one["role"] == form.who)
    page.fill("[name=email]", account["email"])
    page.fill("[name=password]", account["password"])
    page.click("main button[type=submit]")


def forgive(page: Page) -> None:
    """Takes the answers that were wanted from what Chromium noted on its console."""
    page.faults[:] = [said for said in page.faults if not WANTED.search(said)]


def test_it_comes_back_with_the_back_button_and_after_signing_in_anew(visit, form):
    page = typed(visit, form)
    page.click("header.bar .mark")
    expect(page).to_have_url(re.compile("/$"))
    page.go_back()
    expect(form.text(page)).to_have_value(form.words)
    other = another_tab(page)
    other.goto("/")
    sign_out(other)
    page.locator(form.save).click()
    expect(page.locator("h1")).to_have_text("Meld u eerst aan")
    page.click("main .button.main")
    sign_in(page, form)
    expect(form.text(page)).to_have_value(form.words)
    if form.who == "coordinator":  # the other forms may have been saved when their page was left
        expect(page.locator("[data-brought]")).to_be_visible()
    forgive(page)


@pytest.mark.parametrize("name", ["message", "activation"])
def test_what_is_typed_before_the_scripts_are_here_is_saved(visit, name):
    form, held = FORMS[name], []
    page = visit(form.who)
    form.open(page)
    page.route(re.compile("/htmx.min.js"), lambda route: held.append(route))
    page.goto(page.url, wait_until="commit")
    if name == "message":
        page.check("[name=channels][value=sms]")
    form.text(page).fill(form.words)
    with page.expect_response(re.compile("/(autosave|field)$")):
        held[0].continue_()
    page.unroute_all()
    another = another_tab(page)
    another.goto(page.url)
    expect(form.text(another)).to_have_value(form.words)


def test_signed_in_anew_on_another_tab_it_is_one_press_away_and_nobody_else_finds_it(visit):
    form = FORMS["member"]
    page = typed(visit, form)
    other = another_tab(page)
    other.goto("/")
    sign_out(other)
    sign_in(other, form)
    expect(other).to_have_url(re.compile("/$"))
    page.locator(form.save).click()  # the key of this form went with the old session
    page.click("[data-back]")
    expect(form.text(page)).to_have_value(form.words)
    page.click("header.bar .mark")
    sign_out(page)
    page.wait_for_function("() => sessionStorage.getItem('belfort-typed') === null")
    forgive(page)


def test_what_stands_typed_beside_another_button_outlives_its_press_and_is_saved_without_a_conflict(visit):
    page = visit("coordinator")
    page.goto("/bins/1")
    page.locator("#members-list tbody th a").first.click()
    page.fill("[name=street]", "Nieuwe Molenweg")
    page.locator("form.deed[action$='/pause'] button").first.click()
    expect(page.locator("form.deed[action$='/resume'] button").first).to_be_visible()
    expect(page.locator("[name=street]")).to_have_value("Nieuwe Molenweg")
    expect(page.locator("[data-brought]")).to_be_visible()
    page.locator("#data .main").click()
    expect(page.locator(".toast")).to_be_visible()
    expect(page.locator("[name=street]")).to_have_value("Nieuwe Molenweg")
    expect(page.locator("[data-brought]")).to_be_hidden()


def test_signed_out_before_the_scripts_are_here_nothing_is_kept_either(visit):
    page = typed(visit, FORMS["member"])
    page.route(re.compile("/typed.js"), lambda route: route.abort())
    page.click("header.bar .mark")
    expect(page).to_have_url(re.compile("/$"))
    assert page.evaluate("sessionStorage.getItem('belfort-typed')")
    page.unroute_all()
    sign_out(page)
    page.wait_for_function("() => sessionStorage.getItem('belfort-typed') === null")
    expect(page.locator("[data-back]")).to_be_hidden()
    page.faults.clear()


def test_what_two_tabs_write_is_shown_side_by_side(visit, form):
    page = typed(visit, form)
    if form.who == "coordinator":  # a member who is there already
        page.goto("/bins/1")
        page.locator("#members-list tbody th a").first.click()
        form.text(page).fill(form.words)
    other = another_tab(page)
    other.goto(page.url)
    no_saves_while_typing(other)
    if form.who == "sender":
        other.check("[name=channels][value=sms]")
    form.text(other).fill(OTHERS)
    save = 'form[action*="/members/"] .main' if form.who == "coordinator" else form.save
    other.locator(save).first.click()
    expect(other.locator(".flashes")).to_be_visible()
    page.locator(save).first.click()
    expect(page.locator("[data-errors]")).to_be_visible()
    expect(page.locator("main table").first).to_contain_text(OTHERS)
    expect(page.locator("main table").first).to_contain_text(form.words)
    expect(form.text(page)).to_have_value(form.words)
    page.locator(save).first.click()  # to keep one's own, one saves again
    expect(page.locator(".flashes")).to_be_visible()
    expect(form.text(page)).to_have_value(form.words)
    forgive(page)


def test_two_presses_are_one_deed(visit, folder):
    form = FORMS["member"]
    page = typed(visit, form)
    page.fill("[name=first_name]", "Tweemaal")
    page.fill("[name=mobile]", "0470 00 77 01")
    page.locator(form.save).dblclick()
    expect(page.locator(".flashes")).to_contain_text("Tweemaal")
    picture(page, "member-added", at_both=True)
    assert count(folder, Member, Member.first_name == "Tweemaal") == 1
    for who, table, action in (
        ("sender", Campaign, "/campaigns/new"),
        ("authorised_person", Activation, "/activations/new"),
    ):
        page = visit(who)
        page.goto("/" if who == "sender" else "/activations")
        before = count(folder, table)
        page.locator(f'main form[action$="{action}"] button').first.dblclick()
        expect(page).to_have_url(re.compile("/(text|form)$"))
        assert count(folder, table) == before + 1


def test_what_is_refused_stays_in_its_fields(visit):
    page = typed(visit, FORMS["member"])
    page.fill("[name=mobile]", "0470 12")
    page.locator(FORMS["member"].save).click()
    expect(page.locator("[data-errors]")).to_be_focused()
    expect(page.locator("[name=mobile]")).to_have_value("0470 12")
    expect(page.locator("[name=last_name]")).to_have_value(FORMS["member"].words)
    page.locator(".languages [value=fr]").click()  # in another language too, though the page answered a form
    expect(page.locator("[name=mobile]")).to_have_value("0470 12")
    page.locator(".languages [value=nl]").click()
    expect(page.locator("html")).to_have_attribute("lang", "nl")


def count(folder, table: type[models.Table], *conditions) -> int:
    with kept.books(folder):
        rows = table.select()
        return (rows.where(*conditions) if conditions else rows).count()


@pytest.mark.parametrize("leave", ["menu", "back", "another form"])
def test_what_is_typed_last_before_one_leaves_is_saved(visit, leave):
    page = visit("sender")
    FORMS["message"].open(page)
    page.check("[name=channels][value=sms]")
    page.fill("[name=sms-nl-body]", f"POLITIE: verdacht voertuig gezien ({leave}).")
    if leave == "menu":
        page.click("header nav a >> nth=0")
        page.wait_for_url(re.compile("/$"))
    elif leave == "back":
        page.go_back()
    else:
        page.click(".languages [value=fr]")
        expect(page.locator("html")).to_have_attribute("lang", "fr")
        page = another_tab(page)
        page.goto("/")
        page.click(".languages [value=nl]")
        expect(page.locator("html")).to_have_attribute("lang", "nl")
    page.goto("/campaigns")
    page.locator("#drafts a[href$='/text'] >> nth=0").click()
    expect(page.locator("[name=sms-nl-body]")).to_have_value(f"POLITIE: verdacht voertuig gezien ({leave}).")


def test_a_form_that_is_sent_waits_for_its_save_that_is_on_its_way(visit):
    page, held, sent = visit("sender"), [], []
    FORMS["message"].open(page)
    page.check("[name=channels][value=sms]")
    page.route(re.compile("/autosave$"), lambda route: held.append(route))
    with page.expect_request(re.compile("/autosave$")):
        page.fill("[name=sms-nl-body]", "POLITIE: bel 101 bij verdachte feiten.")
    page.on("request", lambda request: sent.append(request) if request.is_navigation_request() else None)
    page.click("[name=go][value=save]")
    page.wait_for_timeout(300)
    assert len(held) == 1 and not sent
    held.pop().continue_()
    expect(page.locator(".flashes")).to_be_visible()
    expect(page.locator("[name=sms-nl-body]")).to_have_value("POLITIE: bel 101 bij verdachte feiten.")


def test_what_the_other_wrote_is_not_written_over_by_typing_on(visit):
    """The page that shows both texts says that saving keeps one's own: a letter does not."""
    first, second = visit("sender"), visit("sender")
    FORMS["message"].open(first)
    first.check("[name=channels][value=sms]")
    address = first.url
    with first.expect_response(re.compile("/autosave$")):
        first.fill("[name=sms-nl-body]", "POLITIE: van mij.")
    second.goto(address)
    no_saves_while_typing(first)
    with second.expect_response(lambda answer: answer.url.endswith("/autosave") and answer.ok):
        second.fill("[name=sms-nl-body]", "POLITIE: van een ander.")
    first.fill("[name=sms-nl-body]", "POLITIE: van mij alleen.")
    first.click("[name=go][value=save]")
    expect(first.locator("#both")).to_be_visible()
    first.unroute_all()
    first.fill("[name=sms-nl-body]", "POLITIE: van mij alleen!")
    first.wait_for_timeout(1500)
    second.goto(address)
    expect(second.locator("[name=sms-nl-body]")).to_have_value("POLITIE: van een ander.")
    forgive(first)


def test_whoever_is_added_while_a_save_is_on_its_way_is_added(visit):
    page, held = visit("sender"), []
    FORMS["message"].open(page)
    page.wait_for_load_state("load")
    page.fill("#find", "a")
    add = page.locator("#found [name=add]")
    add.first.wait_for()
    page.route(re.compile("/autosave$"), lambda route: held.append(route), times=1)
    with page.expect_request(re.compile("/autosave$")):
        page.fill("[name=name]", "Twee erbij")
    add.nth(0).click()
    add.nth(1).click()
    held.pop().continue_()
    expect(page.locator("#chosen input:checked")).to_have_count(2)


def test_what_is_typed_while_a_text_is_made_plain_stays(visit):
    page, held = visit("sender"), []
    FORMS["message"].open(page)
    page.check("[name=channels][value=sms]")
    with page.expect_response(re.compile("/autosave$")):
        page.fill("[name=sms-nl-body]", "Blijf binnen…")
    page.route(re.compile("/autosave$"), lambda route: held.append(route), times=1)
    with page.expect_request(re.compile("/autosave$")):
        page.locator("[name=plain]").first.click()
    page.locator("[name=sms-nl-body]").press("End")
    page.keyboard.type(" Sluit de ramen.")
    with page.expect_response(re.compile("/autosave$")):
        held.pop().continue_()
    expect(page.locator("#saved")).to_contain_text("Bewaard om")
    expect(page.locator("[name=sms-nl-body]")).to_have_value("Blijf binnen… Sluit de ramen.")
    page.locator("[name=plain]").first.click()
    expect(page.locator("[name=sms-nl-body]")).to_have_value("Blijf binnen... Sluit de ramen.")


def test_a_field_of_the_activation_form_typed_last_before_one_leaves_is_saved(visit):
    page = visit("authorised_person")
    FORMS["activation"].open(page)
    page.wait_for_load_state("load")
    address = page.url
    page.fill("[name=declared_by]", "An Peeters, burgemeester")
    page.goto("/")
    for _look in range(40):
        page.goto(address)
        if page.input_value("[name=declared_by]"):
            break
        page.wait_for_timeout(250)
    expect(page.locator("[name=declared_by]")).to_have_value("An Peeters, burgemeester")


def test_what_was_sent_does_not_come_back_with_what_stood_typed_beside_it(visit):
    """Or a payment that was noted would stand in its field, to be noted again."""
    page = visit("platform_admin")
    page.goto("/credits")
    page.locator("main a[href^='/credits/']").first.click()
    page.fill("[name=amount]", "100")
    page.fill("[name=amount-note]", "Factuur 12")
    page.fill("[name=correction-note]", "Nog na te kijken")
    page.locator("form[action$='/top-up'] button").click()
    expect(page.locator("[name=correction-note]")).to_have_value("Nog na te kijken")
    expect(page.locator("[name=amount]")).to_have_value("")
    expect(page.locator("[name=amount-note]")).to_have_value("")


def test_what_comes_back_beside_a_deed_leaves_what_somebody_else_wrote_meanwhile(visit):
    page, other = visit("coordinator"), visit("coordinator")
    page.goto("/bins/1")
    page.locator("#members-list tbody th a").nth(1).click()
    expect(page).to_have_url(re.compile(r"/members/\d+"))
    other.goto(page.url)
    other.fill("[name=mobile]", "0470 00 99 98")
    other.locator("#data .main").click()
    expect(other.locator(".toast")).to_be_visible()
    page.fill("[name=street]", "Nieuwe Dreef")
    page.locator("form[action$='/role'] button").first.click()
    expect(page.locator("[name=street]")).to_have_value("Nieuwe Dreef")
    expect(page.locator("[name=mobile]")).to_have_value(re.compile(r"99\s98$"))
