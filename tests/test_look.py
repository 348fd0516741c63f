"""The look by itself: a small application with the project's templates and no database."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, flash, render_template, render_template_string
from flask_babel import Babel, force_locale
from flask_login import LoginManager, UserMixin
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined

from dispatch import words
from dispatch.pictures import on_paper
from tests.page import Client, proofread, proofread_fragment
from views import patterns, render

pytestmark = pytest.mark.usefixtures("empty")  # what is compiled lies beside a database
HOME = Path(__file__).resolve().parent.parent
SPEAKS = 'role="(status|alert|log)"|aria-live'
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
STRIP = {
    "name": "Gaslek",
    "accepted": 1204,
    "total": 1773,
    "may_stop": True,
    "waits": False,
    "url": "/campaigns/1",
}


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
def app(empty) -> Flask:
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
    ("mills", "written"),
    [(45595, "€ 45,595"), (45590, "€ 45,59"), (275000, "€ 275,00"), (1284315, "€ 1.284,315"), (0, "€ 0,00"), (-45595, "− € 45,595")],
)  # fmt: skip
def test_money_is_written_to_the_thousandth_where_there_is_one(app, mills, written):
    with app.test_request_context("/"), force_locale("nl"):
        assert render.money(mills).replace(render.NBSP, " ") == written


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


def test_a_moment_on_a_page_says_the_whole_of_itself_to_who_points_at_it(said):
    at = datetime(2026, 11, 22, 1, 45, 7)
    with force_locale("nl"):
        html = said("{{ _('%(at)s', at=at|hour) }}", at=at)
        assert html == (
            '<time datetime="2026-11-22T02:45:07+01:00" title="zondag 22 november 2026, 02:45:07">02:45</time>'
        )
        assert said("{{ on|day }}", on=date(2026, 11, 22)).startswith(
            '<time datetime="2026-11-22" title="zondag'
        )


@pytest.mark.parametrize(
    ("lang", "away", "written"),
    [("nl", 20, "1 minuut geleden"), ("nl", 300, "5 minuten geleden"), ("fr", 7200, "il y a 2 heures"),
     ("de", -600, "in 10 Minuten"), ("en", 3590, "60 minutes ago"), ("nl", 90_000, "21 nov 00:50")],
)  # fmt: skip
def test_what_was_lately_is_told_from_now_and_stays_exact_beside_it(said, lang, away, written):
    now = datetime(2026, 11, 22, 0, 50)
    with force_locale(lang):
        html = said("{{ at|ago(now) }}", at=now - timedelta(seconds=away), now=now)
    assert proofread_fragment(html).time.get_text() == written
    assert ("data-ago" in html) == (away < 86_400)


def test_no_template_writes_a_moment_as_the_database_has_it():
    bare = re.compile(r"{{[^{}]*\b\w+_(?:at|on)\s*(?:}}|\|(?!when|hour|clock_time|day|ago))")
    here = (HOME / "templates").rglob("*.html")
    assert [path.name for path in here if bare.search(path.read_text())] == []


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


# ── One system of colour, space and type ────────────────────────────────

STYLE = (HOME / "static/app.css").read_text()
TOKENS, RULES = STYLE.split("/* ── Elements", 1)
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch)\(|:\s*(?:white|black|red|gr[ae]y)\b")
TYPE = re.compile(r"\bfont(?:-size)?: ([^;}]+)")
SPACE = re.compile(r"\b(?:gap|padding[a-z-]*|margin[a-z-]*): ([^;}]+)")
SIZE = re.compile(r"(?<![\w.-])-?\d*\.?\d+(?:rem|px|pt)\b")
HAIRLINE = {"1px", "-1px"}


def sizes_in(rule: re.Pattern) -> list[str]:
    sheet = re.sub(r"@page \{[^}]*\}", "", RULES)  # paper has no tokens
    return [value for value in rule.findall(sheet) if set(SIZE.findall(value)) - HAIRLINE]


def test_no_rule_has_a_colour_of_its_own():
    assert COLOUR.findall(RULES) == []


def test_letters_and_space_come_in_the_sizes_of_the_tokens_only():
    assert sizes_in(TYPE) == [] and sizes_in(SPACE) == []


def test_no_template_has_a_colour_or_a_style_of_its_own():
    here = [path for path in (HOME / "templates").rglob("*.html") if "mail" not in path.parts]
    own = re.compile(r"#[0-9a-fA-F]{6}\b|\bstyle=|<style|\b(?:fill|stroke)=\"#")
    assert [str(path) for path in here if own.search(path.read_text())] == []


def test_every_token_is_used_and_every_token_that_is_used_is_there():
    named = set(re.findall(r"(--[a-z0-9-]+):", STYLE))
    used = set(re.findall(r"var\((--[a-z0-9-]+)", STYLE))
    assert used == named


def test_paper_has_the_colours_of_the_page_by_day():
    tokens = dict(re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}),", TOKENS))
    ours = {
        name.lower(): getattr(on_paper, name)
        for name in ("INK", "SOFT", "LINE", "BAR", "ACCENT", "WASH", "WARN", "LIVE")
    }
    assert ours == {name: tokens[name] for name in ours}
    house = dict(
        re.findall(
            r'#let ([a-z]+) = rgb\("(#[0-9a-f]{6})"\)', (HOME / "dispatch/papers/house.typ").read_text()
        )
    )
    assert house.pop("hairline") == tokens["line"]
    assert house == {name: tokens[name] for name in house}


# ── Weight ──────────────────────────────────────────────────────────────


def test_the_letters_weigh_at_most_sixty_kilobytes():
    assert sum(path.stat().st_size for path in (HOME / "static/fonts").glob("*.woff*")) <= 60_000


def test_every_icon_is_a_shape_of_the_one_sprite_and_no_shape_is_for_nothing():
    sprite = (HOME / "templates/parts/sprite.html").read_text()
    shapes = set(re.findall(r'id="i-([a-z-]+)"', sprite))
    source = "\n".join(
        path.read_text()
        for folder in ("templates", "views")
        for path in (HOME / folder).rglob("*.*")
        if path.suffix in (".html", ".py") and path.name != "sprite.html"
    )
    assert [name for name in shapes if f'"{name}"' not in source and f"#i-{name}" not in source] == []
    assert set(re.findall(r'#i-([a-z-]+)"', source)) <= shapes
    assert not re.findall(r"<img[^>]+\.(?:png|gif|jpe?g)", source)


# ── The page of patterns ────────────────────────────────────────────────

ELSEWHERE = {
    "notes": {
        "flashes",
        "brought",
    },  # every page has them; what was flashed looks like the notes and the toasts
    "words": {"enter", "no_enter"},  # which nobody sees
}


def macros() -> dict[str, set[str]]:
    """The macros that pages use, by the file of templates/parts that holds them."""
    return {
        path.stem: set(re.findall(r"{%-? macro ([a-z]\w*)\(", path.read_text()))
        for path in (HOME / "templates/parts").glob("*.html")
    }


def test_the_page_of_patterns_shows_every_part():
    shown = "\n".join(path.read_text() for path in (HOME / "templates/patterns").glob("*.html"))
    parts = "\n".join(path.read_text() for path in (HOME / "templates/parts").glob("*.html"))
    missing = []
    for file, names in macros().items():
        for name in sorted(names - ELSEWHERE.get(file, set())):
            within = re.search(rf"{{{{ ?{name}\(|{{% call {name}\(|\w\.{name}\(", parts)
            if not re.search(rf"\b\w+\.{name}\(|{{{{ ?{name}\(|call {name}\(", shown) and not within:
                missing.append(f"{file}.{name}")
    assert missing == []


def test_what_comes_with_a_swap_leaves_speaking_to_the_one_voice_of_the_page():
    """A region that speaks is not heard everywhere when it is brought anew, and speaks too often where it is (static/app.js)."""
    brought = {
        path.name for path in (HOME / "templates").glob("**/_*.html") if re.search(SPEAKS, path.read_text())
    }
    assert brought == {"_box.html"}, "only what stands in a dialog has a voice of its own"
