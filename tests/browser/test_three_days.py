"""The three days as people press them: every deed goes through a page, and the clock of the server is a value.

What is pressed, when and by whom stands in tests/three_days.py; the statements are reckoned again from that plan alone.
"""

import os
import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

import models
from dispatch import clock
from models import Annex, Quarter, Statement, User
from tests import cast, kept
from tests.browser.conftest import does_not_scroll_sideways, picture, served_as_it_is
from tests.browser.hands import bring, click, press, tick, write
from tests.browser.test_floor import note_a_call
from tests.servers import wait_until
from tests.three_days import (
    ASKED_AFTER,
    CALLS,
    CLOSED_AFTER,
    FORM,
    OPENED_AFTER,
    SCALED_UP_AFTER,
    SECONDS,
    SHIFTS,
    ThreeDays,
    bearers_owe,
    calls_by_quarter,
)

SERVER = ("-m", "tests.browser.at_a_moment")
PATIENT = {"BELFORT_IDLE_MINUTES": "6000", "BELFORT_SESSION_HOURS": "100"}  # three days pass in half a minute
BOARD = "/emergencies/1/board"


class Stage:
    """The clock of the server, and the people of the three days each on a page of their own."""

    def __init__(self, folder):
        self.moment = folder / "moment"
        self.folder = folder
        kept.make(folder)
        with kept.books(folder):
            models.migrate()
            self.days = ThreeDays()
            people = [*self.days.mayors, self.days.liaison, self.days.supervisor, self.days.governor]
            self.emails = [one.email for one in people]
            self.operators = [(one.id, one.email) for one in self.days.operators]
            User.update(is_demonstration=True).execute()  # they sign in with a password alone
        self.at(-1)

    def at(self, minutes: float) -> None:
        """It is so many minutes after the beginning, until this is called again."""
        fresh = self.moment.with_suffix(".new")
        fresh.write_text(str((self.days.after(minutes) - clock.EPOCH).total_seconds()))
        os.replace(fresh, self.moment)

    def wall(self, minutes: float) -> str:
        """What a person types for that moment."""
        return f"{clock.local(self.days.after(minutes)):%d/%m %H:%M}"

    def enter_as(self, visit):
        def enter(email: str, **how) -> Page:
            return visit({"email": email, "password": cast.PASSWORD}, **how)

        self.mayors = [enter(email, width=390, height=844) for email in self.emails[:3]]
        self.liaison, self.supervisor, self.governor = (enter(email, by="keys") for email in self.emails[3:])
        self.operator = enter(self.operators[0][1], by="keys")


@pytest.fixture(scope="module")
def stage(folder):
    return Stage(folder)


@pytest.fixture(scope="module")
def site(folder, stage):
    with served_as_it_is(folder, SERVER, TEST_MOMENT=str(stage.moment), **PATIENT) as address:
        yield address


def show_who_one_is(page: Page) -> None:
    """Where the password is asked again it is typed again."""
    if page.locator("input[name=password]").count():
        write(page.locator("[name=password]"), cast.PASSWORD)


def rest(page: Page) -> None:
    """A page that is left does not ask for itself any more."""
    page.goto("about:blank")


# ── The first evening ───────────────────────────────────────────────────


def ask(stage: Stage, number: int) -> None:
    page = stage.mayors[number]
    page.goto("/activations")
    press(page, "/activations/new")
    for name in ("emergency", "place", "description", "recommendations"):
        write(page.locator(f"[name={name}]"), FORM[name])
    tick(page.locator("[name=phase][value=municipal]"))
    write(page.locator("[name=declared_by]"), FORM["declared_by"])
    write(page.locator("[name=declared_at]"), stage.wall(ASKED_AFTER[number] - 5))
    show_who_one_is(page)
    click(page.locator('button[formaction$="/submit"]'))
    expect(page).to_have_url(re.compile(rf"/activations/{number + 1}$"))
    assert does_not_scroll_sideways(page)
    rest(page)


def acknowledge(stage: Stage, number: int) -> None:
    page = stage.supervisor
    page.goto(f"/activations/{number + 1}")
    press(page, "/acknowledge")
    if number:
        page.goto(f"/activations/{number + 1}/join")
        tick(page.locator("[name=emergency_id]").first)
        press(page, "/join")
    expect(page.locator("h1")).to_contain_text(stage.days.towns[number].name)


def open_number(stage: Stage, number: int) -> None:
    page = stage.supervisor
    page.goto(f"/activations/{number + 1}")
    write(page.locator("[name=number]"), "1771")
    write(page.locator("[name=opened_at]"), stage.wall(OPENED_AFTER[number]))
    press(page, "/open")
    expect(page.locator("#course")).to_contain_text("1771")


def seat(stage: Stage, numbers, deed: str) -> None:
    """The supervisor signs operators in or out: the form of the page is sent for each of them."""
    page = stage.supervisor
    page.goto("/emergencies/1/operators")
    token = page.locator("[name=csrf_token]").first.input_value()
    for number in numbers:
        form = {"csrf_token": token, "operator": str(stage.operators[number][0])}
        form |= {"desk": "d5", "languages": "nl"} if deed == "enter" else {}
        answer = page.request.post(f"/emergencies/1/operators/{deed}", form=form, max_redirects=0)
        assert answer.status == 303


def take_a_call(stage: Stage) -> None:
    note_a_call(stage.operator, 1)
    expect(stage.operator.locator("#latest li")).to_have_count(1)


def ask_from_the_floor(stage: Stage) -> None:
    page = stage.operator
    page.goto("/emergencies/1/sheet")
    write(page.locator("#words"), "mogen de ramen open")
    click(page.locator("#found .button"))
    expect(page.locator("#mine")).to_contain_text("mogen de ramen open")
    rest(page)


def answer_it(stage: Stage) -> None:
    page = stage.liaison
    page.goto("/emergencies/1/desk")
    click(page.locator("#questions .button").first)
    write(page.locator("#question-nl"), "Mogen de ramen open?")
    write(page.locator("#answer-nl"), "Nee, tot middernacht niet.")
    write(page.locator("#question-fr"), "Puis-je ouvrir les fenêtres ?")
    write(page.locator("#answer-fr"), "Non, pas avant minuit.")
    click(page.locator(".verdict .button.go"))
    expect(page.locator("#readers")).to_contain_text("0")
    rest(page)


def read_it(stage: Stage) -> None:
    page = stage.operator
    page.goto("/emergencies/1/sheet")
    expect(page.locator("#lines")).to_contain_text("Nee, tot middernacht niet.")
    click(page.locator("#confirm-reading"))
    expect(page.locator("#confirm-reading")).to_have_count(0)
    rest(page)


def ask_for_more(stage: Stage) -> None:
    centre, mayor = stage.supervisor, stage.mayors[0]
    centre.goto("/emergencies/1/reinforcements")
    write(centre.locator("[name=operators]"), "36")
    write(centre.locator("[name=until_at]"), stage.wall(600))
    write(centre.locator("[name=reason]"), "De oproepen verdubbelen elk kwartier.")
    with centre.expect_navigation():
        press(centre, "/reinforcements")
    mayor.goto("/emergencies/1/reinforcements")
    expect(mayor.locator(".verdict")).to_contain_text("36")
    expect(mayor.locator(".verdict")).to_contain_text("€")
    click(mayor.locator("[name=choice][value=agree]"))
    expect(mayor.locator("main")).to_contain_text("Akkoord")
    rest(mayor)


def look_at_the_board(stage: Stage, folder) -> None:
    """The thick of it, on a desk and on a phone: who is short, and the answer that holds."""
    for name, page in (("1280", stage.supervisor), ("390", stage.mayors[0])):
        page.goto(BOARD)
        expect(page.locator("#sheet")).to_contain_text("Mogen de ramen open?")
        expect(page.locator("#floor")).to_contain_text("Oosterzavel")
        assert does_not_scroll_sideways(page)
        page.screenshot(path=folder / f"board-{name}.png", full_page=True, caret="initial")
        rest(page)


# ── The night, and the end ──────────────────────────────────────────────


def hand_over(stage: Stage, number: int) -> None:
    page = stage.mayors[number]
    page.goto(f"/activations/{number + 1}/scale-up")
    tick(page.get_by_label("Provincie Zavelland"))
    write(page.locator("[name=from_at]"), stage.wall(SCALED_UP_AFTER))
    write(page.locator("[name=reason]"), "De gouverneur kondigde de provinciale fase af.")
    show_who_one_is(page)
    press(page, "/scale-up")
    expect(page).to_have_url(re.compile(rf"/activations/{number + 1}$"))
    rest(page)


def take_over(stage: Stage) -> None:
    page = stage.governor
    page.goto("/activations/1/take")
    tick(page.locator("[name=all]"))
    show_who_one_is(page)
    press(page, "/take")
    expect(page).to_have_url(re.compile("/activations/1$"))
    expect(page.locator("#course")).to_contain_text("Provincie Zavelland")
    rest(page)


def plan_the_end(stage: Stage, number: int) -> None:
    page, ends = stage.governor, CLOSED_AFTER[number]
    page.goto(f"/activations/{number + 1}")
    expect(page.locator("#control")).to_contain_text("Provincie Zavelland")
    page.goto(f"/activations/{number + 1}/closing")
    for step, (before, operators) in enumerate(((120, "4"), (60, "2"))):
        write(page.locator(f"[name=phase-{step}-from]"), stage.wall(ends - before))
        write(page.locator(f"[name=phase-{step}-hours]"), "tot het einde")
        write(page.locator(f"[name=phase-{step}-operators]"), operators)
    write(page.locator("[name=closes_at]"), stage.wall(ends))
    write(page.locator("[name=redirect]"), "016 00 12 34")
    write(page.locator("[name=greeting]"), "De informatielijn is gesloten.")
    show_who_one_is(page)
    press(page, "/closing")
    expect(page.locator("#course")).to_contain_text("niet bevestigd")
    rest(page)


def close(stage: Stage, number: int) -> None:
    page = stage.supervisor
    page.goto(f"/activations/{number + 1}")
    write(page.locator("[name=closed_at]"), stage.wall(CLOSED_AFTER[number]))
    press(page, "/close")
    expect(page.locator("main")).to_contain_text("Gesloten")
    rest(page)


def read_the_exchange(stage: Stage) -> None:
    titles = "Datum;Uur;Aangeboden;Beantwoord;Opgehangen;Wachttijd;Gesprekstijd"
    rows = [
        f"{clock.local(at):%d/%m/%Y;%H:%M};{number};{number};0;{_duration(number * 12)};{_duration(number * SECONDS)}"
        for at, number in sorted(calls_by_quarter(stage.days.begins_at).items())
    ]
    page, content = stage.supervisor, "\n".join([titles, *rows]).encode()
    page.goto("/emergencies/1/quarters")
    bring(page.locator("[name=file]"), {"name": "centrale.csv", "mimeType": "text/csv", "buffer": content})
    press(page, "/quarters")
    expect(page.locator(".note.done")).to_be_visible()


def _duration(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def draw_up(stage: Stage, number: int) -> None:
    page = stage.supervisor
    page.goto(f"/activations/{number + 1}/statement")
    press(page, "/statement")
    expect(page.locator("main")).to_contain_text("Provincie Zavelland")


def script(stage: Stage, folder) -> list[tuple]:
    """(minutes, deed, what with), in the order in which it happens."""
    towns = range(3)
    told = [(ASKED_AFTER[n], ask, n) for n in towns] + [(ASKED_AFTER[n] + 3, acknowledge, n) for n in towns]
    told += [(OPENED_AFTER[n], open_number, n) for n in towns]
    for numbers, first, until in SHIFTS:
        told += [(first * 60, seat, numbers, "enter"), (until * 60, seat, numbers, "leave")]
    told += [(60, take_a_call), (61, ask_from_the_floor), (80, answer_it), (81, read_it), (115, ask_for_more)]
    told += [(178, look_at_the_board, folder), (355, take_over)]
    told += [(SCALED_UP_AFTER - 10, hand_over, n) for n in towns]
    told += [(CLOSED_AFTER[n] - 180, plan_the_end, n) for n in towns]
    told += [(CLOSED_AFTER[n], close, n) for n in towns]
    told += [(CLOSED_AFTER[0] - 30, read_the_exchange)]
    return sorted(told, key=lambda one: (one[0], one[1] is close))


def test_a_whole_emergency_goes_through_pages_from_the_form_to_statements_that_are_right_to_the_mill(
    stage, visit, folder
):
    stage.enter_as(visit)
    for minutes, deed, *facts in script(stage, folder):
        stage.at(minutes)
        deed(stage, *facts)
    stage.at(73 * 60)
    for number in range(3):
        draw_up(stage, number)
    page = stage.supervisor
    picture(page, "statement", at_both=True)
    assert_it_is_right(stage)

    def has_a_report() -> bool:  # of the town that closed first: made by itself meanwhile
        page.goto("/activations/3/report")
        return page.get_by_role("link", name=re.compile("PDF")).count() > 0

    wait_until(has_a_report, seconds=40, what="the final report")
    picture(page, "final-report", at_both=True)


def assert_it_is_right(stage: Stage) -> None:
    """What is kept is the plan: the calls, and each bearer's statement by the second computation."""
    with kept.books(stage.folder):
        days = stage.days
        assert sum(row.offered for row in Quarter.select()) == CALLS
        told = Annex.select().where(Annex.number == 4).order_by(Annex.id).first().content
        owed = bearers_owe(told, days.begins_at, days.towns, days.province)
        drawn = {(one.activation.municipality_id, one.bearer_id): one.mills for one in Statement.select()}
    assert drawn == owed and len(drawn) == 6
    assert days.begins_at + timedelta(hours=72) == days.after(CLOSED_AFTER[0])
