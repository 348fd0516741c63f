"""The road of the issue, walked in a browser as its three users walk it."""

import re
from pathlib import Path

from playwright.sync_api import expect

from dispatch import clock, demo
from dispatch.words import hour
from tests.browser.conftest import does_not_scroll_sideways, picture
from tests.browser.hands import bring, click, press, tick, write

DEMERDAL = Path(__file__).parent.parent / "samples" / "bin-demerdal.csv"


def import_the_list(page) -> None:
    page.goto("/bins")  # a coordinator with one BIN is led straight to it
    click(page.locator('a[href$="/imports/new"]'))
    bring(page.locator("[name=file]"), DEMERDAL)
    press(page, "/imports/new")
    expect(page).to_have_url(re.compile("/reading$"))
    click(page.locator('#reading .button.main, main a[href$="/report"]').first)
    expect(page).to_have_url(re.compile("/report$"))
    expect(page.locator(".sum")).to_contain_text("240")
    picture(page, "import-report")
    press(page, "/commit")


def test_a_coordinator_imports_the_list_and_can_take_it_back(visit, size):
    page = visit("coordinator", *size)
    picture(page, "signed-in")
    import_the_list(page)
    expect(page.locator("main")).to_contain_text("358")  # 122 of the demonstration and 236 of the list
    press(page, "/undo")
    expect(page.locator('main form[action$="/undo"]')).to_have_count(0)
    page.goto("/bins")
    expect(page.locator("main")).to_contain_text("122")


def test_a_search_narrows_the_list_as_one_types_and_works_without_accents(visit):
    page = visit("sender")
    page.goto("/bins/1")
    page.locator("[name=words]").press_sequentially("ozturk", delay=20)
    found = page.locator("#members-list tbody th")
    expect(found.filter(has_not_text="Öztürk")).to_have_count(0)
    expect(found).not_to_have_count(0)


def test_a_sender_writes_looks_launches_follows_and_reads_the_report(visit, size):
    page = visit("sender", *size)
    click(page.locator('form[action$="/campaigns/new"] button, button[formaction$="/campaigns/new"]').first)
    expect(page).to_have_url(re.compile("/text$"))
    write(page.locator("[name=name]"), "Verdacht voertuig Molenweg")
    tick(page.locator("[name=kind][value=preventive]"))
    tick(page.locator("[name=channels][value=sms]"))
    tick(page.locator("[name=bins][value='1']"))
    write(
        page.locator("[name=sms-nl-body]"), "POLITIE: verdacht voertuig gezien, vensters dicht, même le soir."
    )
    counter = page.locator("#sms-nl-body-count")
    expect(counter).to_contain_text("UCS-2")
    click(counter.locator("button").first)
    expect(page.locator("[name=sms-nl-body]")).to_have_value(re.compile("meme le soir"))
    expect(counter).to_contain_text("GSM-7")
    picture(page, "message-text")
    click(page.locator("[name=go][value=review]"))
    expect(page).to_have_url(re.compile("/review$"))
    expect(page.locator(".verdict")).to_be_visible()
    picture(page, "message-review")
    press(page, "/launch")  # without the tick: refused, and nothing is lost
    expect(page.locator(".verdict .error")).to_be_visible()
    tick(page.locator("[name=terms]"))
    press(page, "/launch")
    expect(page).to_have_url(re.compile(r"/campaigns/\d+$"))
    expect(page.locator("body.is-live, a[href$='report.pdf']").first).to_be_visible()
    expect(page.locator("a[href$='report.pdf']")).to_be_visible()
    picture(page, "report")
    with page.expect_download() as paper:
        click(page.locator("a[href$='report.pdf']"))
    assert Path(paper.value.path()).read_bytes()[:5] == b"%PDF-"


def test_a_campaign_is_stopped_in_two_presses_and_says_who_had_it(visit, size):
    page = visit("sender", *size)
    page.goto("/templates")
    press(page, "/use")
    expect(page).to_have_url(re.compile("/review$"))
    tick(page.locator("[name=terms]"))
    write(page.locator("[name=password]"), demo.PASSWORD)  # a warning: who sends it shows again who they are
    press(page, "/launch")
    click(page.locator("a[href$='/stop']"))
    press(page, "/stop")
    expect(page.locator("body")).not_to_have_class(re.compile("is-live"))
    picture(page, "stopped")


def test_in_practice_everything_says_so(visit):
    page = visit("sender")
    page.locator('form[action$="/practice"] button').click()
    expect(page.locator("body")).to_have_class(re.compile("is-practice"))
    page.goto("/templates")
    press(page, "/use")
    tick(page.locator("[name=terms]"))
    write(page.locator("[name=password]"), demo.PASSWORD)
    assert page.title().startswith("OEFENING")
    press(page, "/launch")
    expect(page.locator("body")).to_have_class(re.compile("is-practice"))
    page.locator('form[action$="/practice/end"] button').first.click()
    expect(page.locator("body")).not_to_have_class(re.compile("is-practice"))


def test_a_town_asks_for_its_number_and_the_centre_opens_it(visit, size):
    phone = visit("authorised_person", *size)
    phone.goto("/activations")
    press(phone, "/activations/new")
    write(phone.locator("[name=emergency]"), "Gaslek na graafwerken")
    write(phone.locator("[name=place]"), "Stationsstraat")
    write(phone.locator("[name=description]"), "Leiding geraakt. Brandweer ter plaatse.")
    tick(phone.locator("[name=phase][value=municipal]"))
    write(phone.locator("[name=declared_by]"), "Greet Moons, burgemeester")
    write(phone.locator("[name=declared_at]"), hour(clock.now() - clock.seconds(3600))[:5])
    with phone.expect_response(lambda answer: "Ramen" in (answer.request.post_data or "")):  # saved by itself
        write(phone.locator("[name=recommendations]"), "Ramen en deuren dicht, binnen blijven.")
        phone.keyboard.press("Tab")
    phone.reload()  # what was typed is still there
    expect(phone.locator("[name=emergency]")).to_have_value("Gaslek na graafwerken")
    expect(phone.locator("[name=recommendations]")).to_have_value("Ramen en deuren dicht, binnen blijven.")
    assert does_not_scroll_sideways(phone)
    click(phone.locator('button[formaction$="/submit"], form[action$="/submit"] button.go').first)
    expect(phone.locator("[data-errors]")).to_be_visible()  # the password misses, by name
    picture(phone, "activation-form")
    write(phone.locator("[name=password]"), demo.PASSWORD)
    click(phone.locator('button[formaction$="/submit"], form[action$="/submit"] button.go').first)
    expect(phone).to_have_url(re.compile(r"/activations/\d+$"))
    expect(phone.locator(".clock").first).to_be_visible()
    desk = visit("centre_supervisor")
    desk.goto(phone.url)
    press(desk, "/acknowledge")
    write(desk.locator("[name=number]"), "1771")
    press(desk, "/open")
    phone.reload()
    expect(phone.locator("main")).to_contain_text("1771")
    picture(phone, "number-open")


def test_no_page_scrolls_sideways_on_a_narrow_phone(visit):
    for role, paths in {
        "sender": ("/", "/campaigns", "/templates", "/bins", "/bins/1", "/patterns"),
        "authorised_person": ("/", "/activations"),
        "platform_admin": ("/",),
    }.items():
        page = visit(role, width=320, height=640)
        for path in paths:
            page.goto(path)
            assert does_not_scroll_sideways(page), path
