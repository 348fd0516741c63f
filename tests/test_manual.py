"""The manual: the same in four languages, true to the screens, reached from every page, found in the reader's words."""

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from pypdf import PdfReader

from dispatch import clock, words
from dispatch.centre import activation as centre
from dispatch.manual import chapters, finding, grammar
from tests import cast, test_rights, town
from tests.page import Client
from views import manual

ROOT = Path(__file__).resolve().parent.parent
# programs, gateways, watchers, a press at the foot; and members, who have no account
WITHOUT_PAGES = {
    "accessibility",
    "api",
    "confirm",
    "receipts",
    "health",
    "language",
    "own_data",
    "feed",
    "tour",
    "unsubscribe",
}
LANGUAGES = list(words.LANGUAGES)
NUMBER = "Crisiscentrum, 02 000 00 12"


def source(name, lang):
    return grammar.parse((chapters.FOLDER / lang / f"{name}.md").read_text())


def parts(name, lang, *kinds):
    lines = [line for block in source(name, lang).blocks for line in block.lines]
    return [piece for line in lines for piece in line if piece.kind in kinds]


def build(name, lang):
    """What must be the same in every language: the blocks, the words of screens in them, and where they lead."""
    told = [(block.kind, len(block.lines)) for block in source(name, lang).blocks]
    labels = sorted(piece.text for piece in parts(name, lang, "label"))
    return told, labels, sorted(piece.to for piece in parts(name, lang, "chapter", "screen"))


def labels(name):
    linked = [piece.text for piece in parts(name, "en", "screen", "chapter") if piece.text.startswith("{")]
    return {piece.text for piece in parts(name, "en", "label")} | {text.strip("{}") for text in linked}


@pytest.fixture
def sender(app, signed_in):
    return signed_in(town.user("sender", cast.zone()))


def speaking(app, signed_in, lang, role="sender"):
    user = town.user(role, cast.zone())
    user.language = lang
    user.save()
    return signed_in(user)


# How a chapter is written


def test_a_line_is_cut_into_words_of_screens_and_links():
    assert grammar.pieces("Press {Stop now}, see [](report) or [here](@home.index).") == [
        ("text", "Press ", ""),
        ("label", "Stop now", ""),
        ("text", ", see ", ""),
        ("chapter", "", "report"),
        ("text", " or ", ""),
        ("screen", "here", "home.index"),
        ("text", ".", ""),
    ]


def test_steps_and_bullets_stand_together_and_paragraphs_apart():
    chapter = grammar.parse("# T\n~ other words\nOne.\nTwo.\n## H\n1. a\n2. b\n- c\n")
    assert (chapter.title, chapter.synonyms) == ("T", "other words")
    assert [(block.kind, len(block.lines)) for block in chapter.blocks] == [
        ("paragraph", 1),
        ("paragraph", 1),
        ("heading", 1),
        ("steps", 2),
        ("bullets", 1),
    ]


def test_a_chapter_without_a_title_is_refused():
    with pytest.raises(ValueError, match="title"):
        grammar.parse("Just a line.")


# The chapters


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_same_chapters_stand_in_every_language(lang):
    assert {path.stem for path in (chapters.FOLDER / lang).iterdir()} == set(chapters.CHAPTERS)


@pytest.mark.parametrize("name", chapters.CHAPTERS)
def test_a_chapter_is_built_alike_in_every_language_and_says_something_else_in_each(name):
    assert [build(name, lang) for lang in LANGUAGES] == [build(name, "en")] * len(LANGUAGES)
    assert len({chapters.lead(name, lang) for lang in LANGUAGES}) == len(LANGUAGES)
    assert all(source(name, lang).synonyms for lang in LANGUAGES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_of_the_grammar_is_left_in_what_is_read(lang):
    for name in chapters.CHAPTERS:
        text = " ".join(
            piece.text for block in chapters.read(name, lang).blocks for line in block.lines for piece in line
        )
        assert not re.search(r"[{}\[\]#]", text), name
        assert 60 <= len(text.split()) <= 320, name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_steps_are_numbered_from_one_and_no_sign_is_taken_for_a_word(lang):
    for name in chapters.CHAPTERS:
        written = (chapters.FOLDER / lang / f"{name}.md").read_text().splitlines()
        numbers = [int(line.split(".")[0]) for line in written if re.match(r"\d+\.", line)]
        lengths = [len(block.lines) for block in source(name, lang).blocks if block.kind == "steps"]
        assert numbers == [number for length in lengths for number in range(1, length + 1)], name
        lines = [line for block in source(name, lang).blocks for line in block.lines]
        assert not [line for line in lines if re.match(r"\d+\.|[-#~]", line[0].text)], name


def test_every_word_of_a_screen_is_one_that_a_screen_says():
    catalogue = read_po(BytesIO((ROOT / "translations/nl/LC_MESSAGES/messages.po").read_bytes()))
    said = {message.id for message in catalogue}
    assert {name: labels(name) - said for name in chapters.CHAPTERS if labels(name) - said} == {}


def test_no_link_is_broken(app):
    endpoints = {rule.endpoint: rule.arguments for rule in app.url_map.iter_rules()}
    for name in chapters.CHAPTERS:
        assert {piece.to for piece in parts(name, "en", "chapter")} <= set(chapters.CHAPTERS), name
        for piece in parts(name, "en", "screen"):
            assert endpoints.get(piece.to, {"none"}) == set(), (name, piece.to)


# The pages


def test_who_has_not_signed_in_reads_no_manual(client):
    for address in ("/manual", "/manual/writing", "/manual/search?search=sms", "/manual/sender.pdf"):
        answer = client.browser.get(address)
        assert answer.status_code == 302 and "/signin" in answer.location


def test_the_icon_in_the_bar_leads_to_the_books_and_they_lead_to_every_chapter(sender):
    page = sender.get("/")
    (icon,) = [link for link in page.select("header .who a") if link.use and link.use["href"] == "#i-help"]
    index = sender.get(icon["href"])
    reached = {link["href"] for link in index.select("ol.chapters a")}
    assert reached == {f"/manual/{name}" for name in chapters.CHAPTERS}
    assert all(sender.get(address).status == 200 for address in sorted(reached))
    assert sender.browser.get("/manual/of-nothing").status_code == 404


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_chapter_speaks_the_readers_language_with_the_words_of_the_screens(app, signed_in, lang):
    page = speaking(app, signed_in, lang).get("/manual/running")
    assert page.h1 == source("running", lang).title
    bold = {b.get_text() for b in page.select("article b")}
    assert words.translator(lang).gettext("Stop now") in bold
    assert page.select('article a[href="/manual/follow-ups"]')


def test_a_screen_is_a_link_only_for_who_may_open_it(app, signed_in):
    where = cast.zone()
    coordinator = signed_in(town.user("coordinator", where))
    assert not coordinator.get("/manual/rights").select('article a[href="/rights"]')
    admin = signed_in(town.user("organisation_admin", where))
    assert admin.get("/manual/rights").select('article a[href="/rights"]')


def test_every_room_with_pages_has_a_chapter(app):
    rooms = {rule.endpoint.partition(".")[0] for rule in app.url_map.iter_rules()} - {"static"}
    assert rooms - WITHOUT_PAGES == {name for name in manual.CHAPTER_OF if "." not in name}
    assert set(manual.CHAPTER_OF.values()) <= set(chapters.CHAPTERS)
    assert {name for name in manual.CHAPTER_OF if "." in name} <= set(app.view_functions)


def test_every_page_leads_to_its_chapter(app, signed_in):
    """Walks every page of every room that one of these people may see, with something in each."""
    zavel, (people, activations) = town.zone("Zavel", 1), town.contact_centre()
    things = town.fill(zavel) | test_rights.of_desk(
        (people, activations), town.promised(people) | {"exercises": town.exercise(people)}
    )
    desk = cast.organisation("NCCN", "federal_service", is_national_desk=True)
    own = [("/", "home.index"), ("/account", "account.show"), ("/patterns", "patterns.index")]
    own.append(("/go", "go.show"))
    told = test_rights.addresses(app, things)
    pages = own + [
        (address, name) for method, address, name in told if method == "GET" and "." not in address
    ]
    walked, seen = set(), {"board.wall"}  # a screen on the wall: nobody presses there
    for who in (
        zavel.people["organisation_admin"],
        town.user("platform_admin", cast.organisation("Platform", "platform")),
        town.user("sender", desk),
        *(people[role] for role in ("authorised_person", "centre_supervisor", "organisation_admin")),
    ):
        walked |= led(app, signed_in(who), who, pages, seen)
    assert set(app.blueprints) - walked == WITHOUT_PAGES | BEFORE_SIGNING_IN | {
        "manual",
        "cap",
    }  # of a warning, of which this town has none


BEFORE_SIGNING_IN = {"signin", "door"}


def led(app, browser: Client, who, pages: list[tuple[str, str]], seen: set[str]) -> set[str]:
    """The rooms of which a whole page was seen now, each with its link to the chapter that the table names."""
    found = set()
    with app.app_context():
        may = {name for name in app.view_functions if name != "static" and manual.may_open(name, who)}
    for address, endpoint in pages:
        if endpoint not in may - seen:
            continue
        answer = browser.browser.get(address)
        if answer.status_code != 200:
            continue
        seen.add(endpoint)
        if answer.mimetype == "text/html" and b"<h1" in answer.data:
            name = manual.CHAPTER_OF.get(endpoint) or manual.CHAPTER_OF[endpoint.partition(".")[0]]
            assert f'href="/manual/{name}"' in answer.get_data(as_text=True), (endpoint, address)
            found.add(endpoint.partition(".")[0])
    return found


# Searching


@pytest.mark.parametrize(
    ("lang", "typed", "first"),
    [
        ("nl", "lijst importeren", "members"),
        ("nl", "lijst inporteren", "members"),
        ("nl", "wachtwoort vergeten", "accounts"),
        ("nl", "hoe stop ik een fout bericht", "running"),
        ("nl", "foute tekst corrigeren", "follow-ups"),
        ("fr", "aprobation", "four-eyes"),
        ("fr", "mot de passe oublie", "accounts"),
        ("fr", "numéro fermer", "scale-up"),
        ("de", "Kennwort vergesen", "accounts"),
        ("de", "monatstest", "practice"),
        ("de", "Schliessung der Nummer", "scale-up"),
        ("en", "excell", "members"),
        ("en", "authenticator", "accounts"),
        ("en", "invoice", "costs"),
        ("en", "unsure mesages", "running"),
    ],
)
def test_a_chapter_is_found_with_a_slip_and_by_another_word(lang, typed, first):
    assert first in finding.find(typed, lang)[:2]


@pytest.mark.parametrize("typed", ["", "  ", "xqzvw", "?!", "a" * 5000])
def test_what_is_about_nothing_finds_nothing(typed):
    assert finding.find(typed, "nl") == []


def test_the_search_works_without_script_and_says_whom_to_ask(app, sender):
    app.config["BELFORT_DUTY_CONTACT"] = NUMBER
    index = sender.get("/manual")
    form = index.soup.select_one("main form[role=search]")
    assert (form["method"], form["action"]) == ("get", "/manual/search")
    found = sender.get("/manual/search?search=wachtwoort+vergeten")
    assert found.select("#found a")[0]["href"] == "/manual/accounts"
    assert found.soup.select_one("input[name=search]")["value"] == "wachtwoort vergeten"
    nothing = sender.get("/manual/search?search=xqzvw")
    assert not nothing.select("#found") and nothing.has(NUMBER)


# On paper


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_book_is_a_tagged_paper_in_its_language_with_every_chapter(app, signed_in, lang):
    reader = speaking(app, signed_in, lang)
    for book, title in chapters.TITLES.items():
        pdf = PdfReader(BytesIO(reader.browser.get(f"/manual/{book}.pdf").data))
        catalogue = pdf.trailer["/Root"]
        assert catalogue["/MarkInfo"]["/Marked"] and catalogue["/StructTreeRoot"]
        assert catalogue["/Lang"].startswith(lang)
        assert b"<pdfuaid:part>1</pdfuaid:part>" in catalogue["/Metadata"].get_data()
        assert pdf.metadata.title == words.translator(lang).gettext(title)
        assert {source(name, lang).title for name in chapters.of_book(book)} <= set(headings(pdf.outline))


def headings(outline) -> list[str]:
    return [title for one in outline for title in (headings(one) if isinstance(one, list) else [one.title])]


def test_a_book_on_paper_says_what_the_pages_say_and_whom_to_ring(app, signed_in):
    app.config["BELFORT_DUTY_CONTACT"] = NUMBER
    pdf = PdfReader(BytesIO(speaking(app, signed_in, "fr").browser.get("/manual/joining.pdf").data))
    told = unbroken("".join(page.extract_text() for page in pdf.pages))
    assert unbroken(NUMBER) in told and "[U+" not in told
    for name in chapters.of_book("joining"):
        for block in chapters.read(name, "fr").blocks:
            for line in block.lines:
                assert unbroken("".join(piece.text for piece in line)) in told, name


def unbroken(text):
    return re.sub(r"[\s\u00ad-]+|page\d+sur\d+", "", text)


# Whom one can ring


def test_an_error_page_names_the_helpdesk_and_who_answers_day_and_night(app, sender):
    app.config["BELFORT_DUTY_CONTACT"] = NUMBER
    page = sender.get("/bins/999")
    assert page.status == 404
    rung = {link["href"]: link.get_text() for link in page.select("main .contacts a")}
    assert rung == {"tel:080000012": "0800 00 012", "tel:020000012": NUMBER}


def test_without_a_duty_contact_only_the_helpdesk_is_named(sender):
    assert [link["href"] for link in sender.get("/manual").select("main .contacts a")] == ["tel:080000012"]


def test_a_form_that_was_not_submitted_has_costs_to_look_at_and_nothing_to_hand_over(app, signed_in):
    people, activations = town.contact_centre()
    address = f"/activations/{activations['draft'][0].id}"
    mayor = signed_in(people["authorised_person"])
    assert mayor.get(f"{address}/costs").status == 200
    assert mayor.get(f"{address}/scale-up").status in (404, 409)


def test_beside_a_late_clock_stands_whom_to_ring_and_not_while_there_is_time(app, signed_in):
    people, activations = town.contact_centre()  # asked on a day long past
    mayor, supervisor = people["authorised_person"], signed_in(people["centre_supervisor"])
    late = supervisor.get(f"/activations/{activations['requested'][0].id}")
    assert late.select(".clock.late") and late.select("main .contacts")
    now = {"by": mayor, "now": clock.now()}
    fresh = centre.begin(mayor.organisation, **now)
    declared = f"{clock.local(clock.now() - timedelta(minutes=2)):%H:%M}"
    centre.write(fresh, town.FORM | {"declared_at": declared}, **now)
    centre.submit(fresh, password_confirmed=True, **now)
    in_time = supervisor.get(f"/activations/{fresh.id}")
    assert in_time.select(".clock:not(.late)") and not in_time.select("main .contacts")
