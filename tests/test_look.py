"""The look by itself: a small application with the project's templates and no database."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, flash, render_template, render_template_string
from flask_babel import Babel, force_locale
from flask_login import LoginManager, UserMixin
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined

from dispatch import words
from tests.page import Client, proofread, proofread_fragment
from views import patterns, render

HOME = Path(__file__).resolve().parent.parent
SURROUNDINGS = {
    "clock_strip": None,
    "who": {"id": 1, "name": "Lien Vercauteren", "role": "sender", "organisation": "Politiezone Zavelstreek"},
    "menu": [
        {"url": "/", "label": "Start", "is_current": False, "doors": []},
        {"url": "/patterns", "label": "Patterns", "is_current": True, "doors": []},
    ],
    "helpdesk": "0800 00 012",
    "contacts": [{"label": "Helpdesk", "said": "0800 00 012", "tel": "080000012"}],
    "help_url": "/manual",
    "practice_end_url": "/practice/end",
}
STRIP = {"name": "Gaslek", "accepted": 1204, "total": 1773, "waits": False, "url": "/campaigns/1"}


def look_app(lang: str = "en", catalogues: Path = HOME / "translations", **surroundings) -> Flask:
    app = Flask("look", template_folder=str(HOME / "templates"), static_folder=str(HOME / "static"))
    app.config.update(
        SECRET_KEY="look", WTF_CSRF_CHECK_DEFAULT=False, BABEL_TRANSLATION_DIRECTORIES=str(catalogues)
    )
    app.jinja_env.undefined = StrictUndefined
    CSRFProtect(app)
    Babel(app, locale_selector=lambda: lang)
    LoginManager(app).request_loader(lambda _request: UserMixin())
    render.register(app)
    app.context_processor(lambda: SURROUNDINGS | surroundings)
    app.register_blueprint(patterns.pages)
    app.add_url_rule("/flash", view_func=flashing)
    return app


def flashing():
    flash("Member saved.")
    flash("14 numbers no longer work", "warn")
    return render_template("errors/404.html", sentence="This member is not in your BIN.")


@pytest.fixture(scope="module")
def app() -> Flask:
    return look_app()


@pytest.fixture
def said(app):
    """Renders a line of template, as a page of the application would."""
    with app.test_request_context("/"):
        yield lambda source, **context: str(render_template_string(source, **context))


def test_the_page_of_patterns_passes_the_proofreader(app):
    page = Client(app).get("/patterns")
    assert page.status == 200
    assert page.h1 == "Patterns"


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_the_patterns_can_be_read_in_every_language_in_practice_and_while_something_runs(lang):
    page = Client(look_app(lang, practice=True, live_strip=STRIP)).get("/patterns")
    assert page.soup.html["lang"] == lang
    assert page.select("body.is-practice") and page.select(".strip.practice form[method=post]")
    assert page.select(".strip.live a[href='/campaigns/1']")


def test_practice_stands_in_the_title_the_strip_the_foot_and_above_the_heading():
    page = Client(look_app(practice=True)).get("/patterns")
    assert page.soup.title.get_text().startswith("EXERCISE: Patterns")
    assert page.soup.select_one("main p.drill").find_next("h1")
    assert "nothing is really sent" in page.soup.footer.get_text()


def test_nothing_of_practice_shows_when_it_is_real(app):
    page = Client(app).get("/patterns")
    assert not page.select("body.is-practice, main > p.drill, body > .strip.practice")


def test_the_live_strip_counts_in_the_readers_language():
    page = Client(look_app("nl", live_strip=STRIP)).get("/patterns")
    assert "1.204" in page.soup.select_one(".strip.live").get_text()


def test_flashed_words_become_toasts_and_notes(app):
    page = Client(app).get("/flash")
    assert [text.get_text() for text in page.select("[role=status] .toast span")] == ["Member saved."]
    assert page.select("[role=status] .note.warn")


@pytest.mark.parametrize(
    "path", sorted((HOME / "templates/errors").glob("[0-9]*.html")), ids=lambda path: path.stem
)
def test_an_error_page_says_what_happened_and_leads_back(app, path):
    with app.test_request_context("/lost"):
        soup = proofread(render_template(f"errors/{path.name}", sentence=None))
    assert soup.select("main p .button[href='/']")
    assert len(soup.select("main .stack > p")) == 3


def test_the_refusals_own_sentence_is_the_lead_of_the_error_page(app):
    assert Client(app).get("/flash").soup.select_one(".lead").get_text() == "This member is not in your BIN."


def test_a_visitor_who_is_not_signed_in_sees_no_menu_and_no_way_out():
    page = Client(look_app(who=None, menu=[])).get("/patterns")
    assert not page.select("header nav, header form")


def test_htmx_swaps_a_422_and_leaves_other_errors(app):
    meta = Client(app).get("/patterns").soup.find("meta", attrs={"name": "htmx-config"})
    rules = json.loads(meta["content"])["responseHandling"]
    assert [rule["code"] for rule in rules].index("422") < [rule["code"] for rule in rules].index("[45]..")
    assert {rule["code"]: rule["swap"] for rule in rules} == {
        "204": False,
        "[23]..": True,
        "422": True,
        "[45]..": False,
    }


def test_every_file_that_the_page_asks_for_is_there(app):
    client = Client(app)
    page = client.get("/patterns")
    asked = [tag.get("href") or tag.get("src") for tag in page.select("link, script")]
    assert all(client.browser.get(path).status_code == 200 for path in asked)


def test_every_look_has_a_shape_in_the_sprite():
    sprite = (HOME / "templates/parts/sprite.html").read_text()
    tables = (render.MESSAGE_LOOKS, render.CAMPAIGN_LOOKS, render.ACTIVATION_LOOKS, render.MOOD_LOOKS)
    assert all(f'id="i-{look.icon}"' in sprite for table in tables for look in table.values())


def test_every_state_has_a_look_in_the_order_of_the_words():
    assert list(render.MESSAGE_LOOKS) == list(words.MESSAGE_STATUSES)
    assert list(render.CAMPAIGN_LOOKS) == list(words.CAMPAIGN_STATUSES)
    assert list(render.ACTIVATION_LOOKS) == list(words.ACTIVATION_STATUSES)


def test_a_wrong_field_ties_its_error_and_hint_to_the_control(said):
    html = said(
        '{% import "parts/fields.html" as f %}{{ f.tel("gsm", "Gsm", "0470", hint="With +", error="Too short") }}'
    )
    control = proofread_fragment(html).find("input")
    assert (
        control["aria-describedby"] == ["gsm-hint", "gsm-error"]
        or control["aria-describedby"] == "gsm-hint gsm-error"
    )
    assert control["aria-invalid"] == "true"


def test_what_a_person_typed_is_never_markup(said):
    html = said(
        '{% import "parts/fields.html" as f %}{{ f.text("n", "Name", value) }}{{ f.textarea("t", "T", value) }}',
        value='"><b>',
    )
    assert "<b>" not in html


def test_a_text_that_begins_with_a_newline_keeps_it(said):
    html = said('{% import "parts/fields.html" as f %}{{ f.textarea("t", "T", value) }}', value="\nPOLITIE")
    assert ">\n\nPOLITIE</textarea>" in html


def test_the_error_summary_leads_to_every_control_that_is_wrong(app):
    page = Client(app).get("/patterns")
    links = [a["href"][1:] for a in page.select("[role=alert] a")]
    assert links == ["mobile", "terms"]
    assert all(page.soup.find(id=name).name == "input" for name in links)


def test_the_practice_mark_stands_once_whether_or_not_the_text_has_it(said):
    source = '{% import "parts/phone.html" as p %}{{ p.sms("Be-Alert", text, mark="[OEFENING]") }}'
    assert said(source, text="gaslek").count("[OEFENING]") == 1
    assert said(source, text="[OEFENING] gaslek").count("[OEFENING]") == 1


def test_a_cell_takes_words_or_a_body(said):
    source = '{% import "parts/tables.html" as t %}{{ t.cell("Gsm", "016") }}{% call t.cell("Gsm") %}<b>017</b>{% endcall %}'
    assert said(source).count("<td") == 2 and "<b>017</b>" in said(source)


@pytest.mark.parametrize(
    ("page", "pages", "shown"),
    [
        (1, 1, [1]),
        (1, 3, [1, 2, 3]),
        (2, 4, [1, 2, 3, 4]),
        (1, 78, [1, 2, None, 78]),
        (40, 78, [1, None, 39, 40, 41, None, 78]),
    ],
)
def test_the_pager_shows_ends_and_neighbours(page, pages, shown):
    assert render.pages_shown(page, pages) == shown


@pytest.mark.parametrize(
    ("mills", "exact", "written"),
    [(45595, False, "€ 45,595"), (45590, False, "€ 45,59"), (45590, True, "€ 45,590"), (1284315, False, "€ 1.284,315"),
     (0, False, "€ 0,00"), (-45595, False, "− € 45,595")],
)  # fmt: skip
def test_money_is_written_to_the_thousandth_where_it_is_charged(app, mills, exact, written):
    with app.test_request_context("/"), force_locale("nl"):
        assert render.money(mills, exact).replace(render.NBSP, " ") == written


def test_a_moment_is_written_on_the_clocks_of_brussels(app):
    now = datetime(2026, 11, 22, 1, 50)
    with app.test_request_context("/"), force_locale("nl"):
        assert render.when(datetime(2026, 11, 22, 1, 45), now) == "02:45"
        assert render.when(datetime(2026, 11, 22, 1, 45, tzinfo=UTC), now) == "02:45"
        assert render.when(datetime(2026, 11, 21, 18, 12), now) == "21 nov 19:12"
        assert render.when(datetime(2025, 7, 1, 22, 30), now) == "2 jul 2025 00:30"
        assert render.clock_time(datetime(2026, 7, 1, 1, 45, 7)) == "03:45:07"
        assert render.day(datetime(2026, 11, 21, 23, 30)) == "22 november 2026"
        assert render.day(date(2026, 11, 22), weekday=True) == "zondag 22 november 2026"


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "0 s"), (33, "33 s"), (120, "2 min"), (153, "2 min 33 s"), (3900, "1 h 5 min")],
)
def test_a_length_of_time_is_written_in_two_units_at_most(app, seconds, written):
    with app.test_request_context("/"):
        assert render.duration(seconds) == render.duration(timedelta(seconds=seconds)) == written


@pytest.mark.parametrize(
    ("seconds", "css"), [(0, ""), (1799, ""), (1800, "lit"), (3299, "lit"), (3300, "late"), (4000, "late")]
)
def test_the_clock_lights_at_thirty_and_fifty_five_minutes_and_stops_when_kept(app, seconds, css):
    with app.test_request_context("/"):
        assert render.dial(seconds).css == css
        assert render.dial(seconds, kept=True).css == ""
        assert render.dial(seconds).arc <= 314.2


def test_the_proofreader_finds_what_is_wrong():
    faulty = """<!doctype html><html><head><title>Other</title></head><body><h1>Page</h1><h3 id="a" style="x">T</h3>
      <p id="a">{{ left }}</p><form><input name="q"></form><a href="#gone">x</a><img src="x"><button onclick="x()">y</button></body></html>"""
    with pytest.raises(AssertionError) as told:
        proofread(faulty)
    for fault in ("title", "without lang", "h3 under h1", "stands 2 times", "points at nothing", "without action",
                  "without method", "without a label", "inline style", "inline onclick", "without alt", "unrendered"):  # fmt: skip
        assert fault in str(told.value)


def test_a_number_is_written_as_at_home_and_stays_on_one_line():
    assert render.phone("+32470123456") == "0470 12 34 56".replace(" ", render.NBSP)
