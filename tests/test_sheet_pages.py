"""The pages of the sheet: what operators read and press, and the desk of the liaison officer."""

from datetime import timedelta
from time import process_time

import pytest

from dispatch import clock
from dispatch.centre import drafts, inquiries, sheet, situations
from models import (
    Activation,
    Call,
    Emergency,
    Entry,
    EntryDraft,
    EntryVersion,
    Milestone,
    Question,
    SheetReading,
    StandingQuestion,
    database,
    is_postgres,
)
from tests import cast, truth
from tests.cast import NOON


@pytest.fixture
def place(app):
    return truth.place()


@pytest.fixture
def screen(place, signed_in):
    """screen(user) is a client with the address of the emergency in front of it."""
    return lambda user: (signed_in(user), f"/emergencies/{place.emergency.id}")


def held(page) -> dict[str, str]:
    return {
        name: page.soup.find(id=f"{id}-held")["value"]
        for id, name in (("sheet", "held"), ("readers", "read"))
    }


# ── The operator ────────────────────────────────────────────────────────


def test_the_sheet_is_read_with_its_version_and_who_has_read_it(place, screen):
    browser, here = screen(place.operators[0])
    page = browser.get(f"{here}/sheet")
    assert page.has("Blijf binnen.") and page.has("Versie 1, sinds") and page.has("Gelezen door 0 van 3.")


def test_in_french_the_newest_answer_stands_before_a_translation_that_is_behind(place, screen):
    now = clock.now()
    entry = place.publish(
        {"nl": "Waarheen?", "fr": "Où aller ?"}, {"nl": "De Linde.", "fr": "Le Tilleul."}, now=now
    )
    place.change(entry, answer={"nl": "De Eik.", "fr": "Le Tilleul."}, now=now)
    browser, here = screen(place.operators[0])
    sheet.mark_read(place.emergency, 3, by=place.operators[0], now=now)
    (line,) = [
        one for one in browser.get(f"{here}/sheet", lang="fr").select("#lines > li") if "De Eik." in one.text
    ]
    assert line["lang"] == "nl" and line.select_one("[lang=fr]").text == "Où aller ? Le Tilleul."
    assert line.text.index("De Eik.") < line.text.index("ertaling is ouder") < line.text.index("Le Tilleul.")


def test_a_poll_answers_nothing_until_something_changed_and_then_the_sheet_with_what_changed_marked(
    place, screen
):
    browser, here = screen(place.operators[0])
    page = browser.get(f"{here}/sheet")
    assert browser.htmx(f"{here}/sheet/lines", lang="nl", **held(page)).status == 204
    now = clock.now()
    entry = place.publish("Tot wanneer?", "Tot 04.30 u.", now=now - timedelta(seconds=10))
    changed = browser.htmx(f"{here}/sheet/lines", lang="nl", **held(page))
    assert changed.status == 200 and [tag.text for tag in changed.select("ins")] == [
        "Tot wanneer?",
        "Tot 04.30 u.",
    ]
    sheet.mark_read(place.emergency, 2, by=place.operators[0], now=now)
    place.change(entry, answer="Tot 09.00 u.", now=now)
    marked = browser.htmx(f"{here}/sheet/lines", lang="nl", **held(changed))
    assert [tag.text for tag in marked.select("del, ins")] == ["04.30", "09.00"]


def test_a_colleague_who_confirms_redraws_the_count_alone(place, screen):
    browser, here = screen(place.operators[0])
    page = browser.get(f"{here}/sheet")
    sheet.mark_read(place.emergency, 1, by=place.operators[1], now=NOON)
    counted = browser.htmx(f"{here}/sheet/lines", lang="nl", **held(page))
    assert counted.response.headers["HX-Retarget"] == "#readers"
    assert not counted.select("#sheet") and "1.3" in counted.html


def test_the_poll_stops_when_the_emergency_is_over(place, screen):
    browser, here = screen(place.operators[0])
    page = browser.get(f"{here}/sheet")
    assert page.select("#sheet[data-hx-get]")
    Emergency.update(ended_at=NOON).where(Emergency.id == place.emergency.id).execute()
    last = browser.htmx(f"{here}/sheet/lines", lang="nl", **held(page))
    assert last.status == 200 and not last.select("[data-hx-get], form")


@pytest.mark.parametrize("with_script", [True, False])
def test_confirming_counts_and_names_the_version_that_was_on_the_screen(place, screen, with_script):
    browser, here = screen(place.operators[0])
    page = browser.get(f"{here}/sheet")
    place.publish("Nieuw?", "Ja.")
    sent = page.form("#sheet form")
    after = (
        browser.htmx(f"{here}/sheet/read", sent, "post")
        if with_script
        else browser.post(f"{here}/sheet/read", sent)
    )
    assert SheetReading.get().version == 1
    assert after.select("#confirm-reading") and after.select("#sheet-held")[0]["value"].startswith("2.")


def test_a_version_that_is_no_number_is_refused_in_words(place, screen):
    browser, here = screen(place.operators[0])
    for version in ("", "x", "²", "99", "-1", "9" * 30):
        assert browser.post(f"{here}/sheet/read", version=version).status == 200
    assert not SheetReading.select().exists()


def test_the_liaison_reads_the_sheet_and_confirms_nothing(place, screen):
    browser, here = screen(place.liaison)
    assert not browser.get(f"{here}/sheet").select("#confirm-reading")
    assert browser.post(f"{here}/sheet/read", version="1").status == 403


def test_words_of_the_caller_find_the_line_and_one_press_asks_what_it_does_not_say(place, screen):
    place.publish("Ik ruik gas in huis", "Ga naar buiten.")
    browser, here = screen(place.operators[0])
    found = browser.htmx(f"{here}/sheet/found", words="gaz ruik", lang="nl")
    assert "Ga naar buiten." in found.text
    nothing = browser.htmx(f"{here}/sheet/found", words="rijdt bus 14", lang="nl")
    assert "Ga naar buiten." not in nothing.text
    page = browser.post(f"{here}/questions", nothing.form("#found form"))
    question = Question.get()
    assert (question.words, question.language, question.number) == ("rijdt bus 14", "nl", 1)
    assert "rijdt bus 14" in page.soup.find(id="mine").text


def test_the_page_searches_without_script_too(place, screen):
    place.publish("Ik ruik gas in huis", "Ga naar buiten.")
    browser, here = screen(place.operators[0])
    page = browser.get(f"{here}/sheet", words="gas", lang="fr")
    assert page.select("ol.found li[lang=nl]"), "what is not French says which language it is"


def test_the_asker_sees_the_answer_and_the_poll_ends_with_the_emergency(place, screen):
    browser, here = screen(place.operators[0])
    page = browser.post(f"{here}/questions", words="Rijdt bus 14?", lang="nl")
    poll = page.soup.find(id="mine")["data-hx-get"]
    assert browser.htmx(poll).status == 204
    draft = drafts.open_new(place.emergency, by=place.liaison, now=clock.now(), asked=Question.get())
    draft = drafts.jot(draft, {"answer": {"nl": "Vanaf 10.00 u."}}, by=place.liaison, now=clock.now())
    sheet.publish(draft, by=place.liaison, now=clock.now())
    answered = browser.htmx(poll)
    assert "Vanaf 10.00 u." in answered.text
    Emergency.update(ended_at=clock.now()).execute()
    assert not browser.htmx(answered.soup.find(id="mine")["data-hx-get"]).select("[data-hx-get]")


def test_another_operator_does_not_see_what_one_asked(place, screen):
    first, here = screen(place.operators[0])
    first.post(f"{here}/questions", words="Rijdt bus 14?", lang="nl")
    second, _ = screen(place.operators[1])
    assert "bus 14" not in second.get(f"{here}/sheet").text


def test_an_empty_question_says_what_to_do(place, screen):
    browser, here = screen(place.operators[0])
    browser.post(f"{here}/questions", words="  ", lang="nl")
    assert not Question.select().exists()


# ── News beside the calls ───────────────────────────────────────────────


def told(page) -> str:
    return page.soup.find(id="news").get_text(" ", strip=True)


def answered(place, words: str) -> None:
    now = clock.now()
    draft = drafts.open_new(place.emergency, by=place.liaison, now=now, asked=Question.get())
    sheet.publish(
        drafts.jot(draft, {"answer": {"nl": words}}, by=place.liaison, now=now), by=place.liaison, now=now
    )


def test_the_calls_page_says_by_itself_that_the_sheet_changed_until_it_was_read(place, screen):
    browser, here = screen(place.operators[0])
    sheet.mark_read(place.emergency, 1, by=place.operators[0], now=NOON)
    quiet = browser.get(f"{here}/calls")
    poll = quiet.soup.find(id="news")["data-hx-get"]
    assert not told(quiet) and browser.htmx(poll).status == 204
    place.publish("Tot wanneer?", "Tot 04.30 u.", now=clock.now())
    news = browser.htmx(poll)
    assert news.has("Versie 2 van de fiche: door u nog niet gelezen")
    assert news.select(f"#news a[href='{here}/sheet']") and news.select("#news [data-spoken=answer]")
    sheet.mark_read(place.emergency, 2, by=place.operators[0], now=clock.now())
    assert not told(browser.get(f"{here}/calls"))


def test_the_calls_page_says_that_a_question_was_answered_until_its_asker_saw_the_answer(place, screen):
    browser, here = screen(place.operators[0])
    browser.post(f"{here}/questions", words="Rijdt bus 14?", lang="nl")
    assert "bus 14" not in told(browser.get(f"{here}/calls"))
    answered(place, "Vanaf 10.00 u.")
    page = browser.get(f"{here}/calls")
    assert "Uw vraag is beantwoord: Rijdt bus 14?" in told(page)
    assert page.select(f"#news a[href='{here}/sheet#mine']")
    browser.htmx(f"{here}/questions/mine", lang="nl", asked="")
    assert "bus 14" in told(browser.get(f"{here}/calls")), "a sheet in another tab is not seen"
    browser.get(f"{here}/sheet")
    assert "bus 14" not in told(browser.get(f"{here}/calls"))


def test_nobody_is_told_of_another_ones_answer_and_nothing_once_the_emergency_is_over(place, screen):
    browser, here = screen(place.operators[0])
    browser.post(f"{here}/questions", words="Rijdt bus 14?", lang="nl")
    answered(place, "Vanaf 10.00 u.")
    other, _ = screen(place.operators[1])
    assert "bus 14" not in told(other.get(f"{here}/calls"))
    Emergency.update(ended_at=clock.now()).execute()
    news = browser.get(f"{here}/calls").soup.find(id="news")
    assert not news.get_text(strip=True) and not news.has_attr("data-hx-get")


# ── The liaison officer ─────────────────────────────────────────────────


def begun(browser, here) -> str:
    """The address of a draft that was just begun."""
    return browser.post(f"{here}/sheet/new", follow=False).response.location


def test_a_line_is_typed_kept_and_published_in_one_press(place, screen):
    browser, here = screen(place.liaison)
    draft = begun(browser, here)
    typed = browser.get(draft).form("#draft") | {"question-nl": "Waar?", "answer-nl": "In de sporthal."}
    assert browser.htmx(f"{draft}/field", typed, "post").status == 200
    assert browser.get(draft).form("#draft")["answer-nl"] == "In de sporthal."
    page = browser.post(f"{draft}/publish", typed)
    assert page.path.endswith("/desk") and page.has("In de sporthal.")
    assert place.fresh().sheet_version == 2 and not EntryDraft.select().exists()


def test_what_the_form_says_happened_is_written_over_from_the_desk(place, screen):
    browser, here = screen(place.liaison)
    reader, _ = screen(place.operators[0])
    asked = Activation.get(Activation.emergency == place.emergency)
    assert asked.form["description"] in reader.get(f"{here}/sheet").text
    page = browser.post(browser.get(f"{here}/desk").select(f"#situation-{asked.id} form")[0]["action"])
    form = page.form("#draft")
    assert form["question-nl"] == "Wat is er aan de hand?" and form["answer-nl"] == asked.form["description"]
    browser.post(f"{page.path}/publish", form | {"answer-nl": "Het lek is gedicht."})
    after = reader.get(f"{here}/sheet")
    assert "Het lek is gedicht." in after.text and asked.form["description"] not in after.text
    assert not after.select("#situation-1") and not browser.get(f"{here}/desk").select(
        f"#situation-{asked.id}"
    )
    entry = Entry.select().order_by(Entry.id.desc()).get()
    sheet.withdraw(entry, why="Voorbij", seen=place.fresh().sheet_version, by=place.liaison, now=clock.now())
    assert asked.form["description"] not in reader.get(f"{here}/sheet").text, "it is not said again"


def test_a_line_of_one_town_leaves_the_words_of_the_other_towns(place, screen):
    _there, liaison = truth.neighbour(place.emergency)
    first, second = Activation.select().where(Activation.emergency == place.emergency).order_by(Activation.id)
    Milestone.create(activation=second, status="requested", at=NOON, recorded_at=NOON, by=liaison)
    browser, here = screen(liaison)
    desk = browser.get(f"{here}/desk")
    assert desk.select(f"#situation-{second.id} form") and not desk.select(f"#situation-{first.id} form")
    page = browser.post(f"/activations/{second.id}/situation")
    browser.post(f"{page.path}/publish", page.form("#draft"))
    left = situations.of(place.fresh(), clock.now())
    assert [one.activation for one in left] == [first]
    assert browser.post(f"/activations/{first.id}/situation").status == 404


def test_what_is_wrong_is_said_by_field_and_nothing_typed_is_lost(place, screen):
    browser, here = screen(place.liaison)
    draft = begun(browser, here)
    page = browser.post(f"{draft}/publish", {"question-nl": "Waar?", "until": "negen", "asks_holds": "1"})
    assert page.select("[data-errors]") and page.form("#draft")["until"] == "negen"
    assert {tag["href"] for tag in page.select("[data-errors] a")} == {"#answer-nl", "#until"}
    assert place.fresh().sheet_version == 1


def test_of_two_who_change_one_answer_the_second_sees_both_and_chooses(place, screen):
    entry = place.publish("Tot wanneer?", "Tot 04.30 u.")
    first, _here = screen(place.liaison)
    second, _ = screen(place.deputy)
    mine = first.post(f"/entries/{entry.id}/draft", follow=False).response.location
    theirs = second.post(f"/entries/{entry.id}/draft", follow=False).response.location
    assert place.deputy.name in first.get(mine).text
    second.post(f"{theirs}/publish", {"answer-nl": "Tot 09.00 u."})
    clash = first.post(f"{mine}/publish", {"answer-nl": "Tot 10.00 u."})
    assert (
        clash.select("#overtaken")
        and clash.has("Tot 09.00 u.")
        and clash.form("#draft")["answer-nl"] == "Tot 10.00 u."
    )
    done = first.post(f"{mine}/publish", clash.form("#draft"))
    assert done.has("Tot 10.00 u.") and place.fresh().sheet_version == 4
    told = first.get(f"/entries/{entry.id}")
    assert [tag.text for tag in told.select(".timetable ins")][:2] == ["10.00", "09.00"]


def test_what_was_withdrawn_while_one_typed_can_become_a_line_of_its_own(place, screen):
    entry = place.publish("Tot wanneer?", "Tot 04.30 u.")
    browser, _here = screen(place.liaison)
    mine = browser.post(f"/entries/{entry.id}/draft", follow=False).response.location
    sheet.withdraw(entry, why="Weg", seen=2, by=place.deputy, now=clock.now())
    clash = browser.post(f"{mine}/publish", {"answer-nl": "Tot 10.00 u."})
    browser.post(f"{mine}/publish", clash.form("#draft"))
    assert Entry.select().where(Entry.emergency == place.emergency).count() == 3
    assert browser.post(f"/entries/{entry.id}/draft").status == 409


def test_withdrawing_says_what_will_happen_asks_why_and_is_seen_struck(place, screen):
    entry = place.publish("Is de sporthal open?", "Ja.")
    browser, here = screen(place.liaison)
    page = browser.get(f"/entries/{entry.id}/withdraw")
    assert browser.post(f"/entries/{entry.id}/withdraw", page.form(".verdict form")).status == 422
    browser.post(f"/entries/{entry.id}/withdraw", page.form(".verdict form") | {"why": "Volzet"})
    operator, _ = screen(place.operators[0])
    assert [tag.text for tag in operator.get(f"{here}/sheet").select(".gone del")] == ["Ja."]
    assert browser.get(f"/entries/{entry.id}").has("Volzet")


def test_a_question_is_answered_merged_pointed_at_a_line_or_dismissed(place, screen):
    operator, here = screen(place.operators[0])
    words = (
        "Rijdt bus 14?",
        "Mag de hond mee?",
        "Mag de hond mee naar binnen?",
        "Wie was het?",
        "Waar kan ik heen?",
    )
    for one in words:
        operator.post(f"{here}/questions", words=one, lang="nl")
    bus, dog, same, who, where = Question.select().order_by(Question.id)
    browser, _ = screen(place.liaison)
    desk = browser.get(f"{here}/desk")
    assert desk.soup.find(id="questions").text.count("00:0") == 5
    answer = browser.post(f"/questions/{bus.id}/answer", follow=False).response.location
    browser.post(f"{answer}/publish", {"answer-nl": "Vanaf 10.00 u.", "question-nl": "Rijdt bus 14?"})
    entry = Question.get_by_id(bus.id).entry
    browser.post(f"/questions/{same.id}/merge", into=str(dog.id))
    assert browser.get(f"/questions/{same.id}").status == 200
    apart = browser.get(f"/questions/{dog.id}").select("#joined form")[0]
    browser.post(apart["action"])
    assert browser.htmx(f"{here}/desk").soup.find(id="questions").text.count("00:0") == 4
    browser.post(f"/questions/{same.id}/merge", into=str(dog.id))
    assert browser.post(f"/questions/{who.id}/dismiss", why="").status == 422
    browser.post(f"/questions/{who.id}/dismiss", why="Dat zegt het parket.")
    browser.post(f"/questions/{where.id}/point", entry=str(entry.id))
    left = browser.htmx(f"{here}/desk/questions")
    assert [tag.text for tag in left.select(".what > a")] == ["Mag de hond mee?"]
    assert browser.post(f"/questions/{bus.id}/answer").status == 409
    seen = operator.get(f"{here}/sheet").soup.find(id="mine").text
    assert "Dat zegt het parket." in seen and seen.count("Vanaf 10.00 u.") == 2
    closed = browser.get(f"{here}/desk").soup.find(id="closed-questions")
    page = browser.get(closed.find("a", string="Wie was het?")["href"])
    open_screen = operator.get(f"{here}/sheet").soup.find(id="mine")["data-hx-get"]
    assert operator.htmx(open_screen).status == 204
    again = browser.post(page.select('form[action$="/reopen"]')[0]["action"])
    assert "Wacht op een antwoord" in operator.htmx(open_screen).text  # on a screen that stood open
    assert again.path == f"/questions/{who.id}" and again.select('form[action$="/dismiss"]')
    assert "Dat zegt het parket." not in operator.get(f"{here}/sheet").soup.find(id="mine").text


def test_an_answer_that_holds_from_later_says_so_to_who_publishes_it_and_to_who_asked(place, screen):
    operator, here = screen(place.operators[0])
    operator.post(f"{here}/questions", words="Rijdt bus 14?", lang="nl")
    browser, _ = screen(place.liaison)
    answer = browser.post(f"/questions/{Question.get().id}/answer", follow=False).response.location
    later = clock.now() + timedelta(hours=2)
    typed = {"answer-nl": "Vanaf nu.", "question-nl": "Rijdt bus 14?"}
    desk = browser.post(f"{answer}/publish", typed | {"from": f"{clock.local(later):%d/%m %H:%M}"})
    assert desk.has("De operatoren zien het vanaf") and not desk.has("binnen 5 seconden")
    mine = operator.get(f"{here}/sheet").soup.find(id="mine")
    assert "Beantwoord: het geldt vanaf" in mine.text and "Vanaf nu." not in mine.text
    assert operator.htmx(mine["data-hx-get"]).status == 204
    EntryVersion.update(valid_from=clock.now()).where(EntryVersion.valid_from > clock.now()).execute()
    told = operator.htmx(mine["data-hx-get"])
    assert told.has("Vanaf nu.") and operator.htmx(told.soup.find(id="mine")["data-hx-get"]).status == 204


def test_a_contradiction_is_shown_with_the_way_to_it_and_can_be_settled(place, screen):
    other = place.publish("Wie kan ik bellen?", "Bel 016 00 17 71.")
    entry = place.publish("Welk nummer?", "Bel 016 00 17 71.")
    browser, here = screen(place.liaison)
    draft = browser.post(f"/entries/{entry.id}/draft", follow=False).response.location
    desk = browser.post(f"{draft}/publish", {"answer-nl": "Bel 016 00 17 99."})
    part = desk.soup.find(id="contradictions")
    assert "016 00 17 71" in part.text and "016 00 17 99" in part.text
    assert part.find("a", href=f"/entries/{other.id}")
    after = browser.post(f"{here}/desk/settled", desk.form("#contradictions form"))
    assert not after.soup.find(id="contradictions").find("form")
    assert "1 verschil is gelaten zoals het is." in after.soup.find(id="contradictions").text
    assert browser.post(f"{here}/desk/settled", key="entry:1|x|y").status == 200


def test_what_rises_is_told_in_the_words_of_its_topic(place, screen):
    call = {"emergency": place.emergency, "operator": place.operators[0], "kind": "d5"}
    Call.create(**call, topic="shelter", at=clock.now())
    browser, here = screen(place.liaison)
    assert "Waar kan ik heen?" in browser.get(f"{here}/desk").soup.find(id="radar").text


def test_what_the_centre_asks_the_municipality_stands_on_the_desk(place, screen):
    asked = Activation.get(Activation.emergency == place.emergency)
    by = place.people["centre_supervisor"]
    made = inquiries.ask(asked, "Hoeveel bussen?", by=by, now=clock.now())
    browser, here = screen(place.liaison)
    way = f"/activations/{asked.id}/answer/{made.id}"
    assert browser.get(f"{here}/desk").select(f"a[href='{way}']")
    browser.post(way, answer="Vier")
    assert not browser.get(f"{here}/desk").select(f"a[href='{way}']")


def test_a_standing_answer_that_is_behind_leads_to_where_it_is_mended(place, screen):
    texts = {"question": {"nl": "Nummer?"}, "answer": {"nl": "Bel 016 00 17 71"}}
    standing = StandingQuestion.create(municipality=place.town, changed_at=NOON, **texts)
    entry = place.publish("Welk nummer?", "Bel 016 00 17 71.", now=NOON)
    place.change(entry, answer="Bel 016 00 17 99.", now=NOON + timedelta(minutes=1))
    browser, here = screen(place.people["authorised_person"])
    way = browser.get(f"{here}/desk").select("#contradictions a")[0]["href"]
    assert way == f"/standing-questions/{standing.id}" and browser.get(way).status == 200


def test_missing_and_old_translations_are_flagged_on_the_desk(place, screen):
    entry = place.publish({"nl": "Waar?", "fr": "Où ?"}, {"nl": "Hier.", "fr": "Ici."})
    place.change(entry, answer={"nl": "Daar."}, now=NOON + timedelta(minutes=1))
    browser, here = screen(place.liaison)
    row = browser.get(f"{here}/desk").select("#lines li:not([id])")[0].text
    assert "Ontbreekt: Duits, Engels" in row and "Opnieuw te vertalen: Frans" in row
    operator, _ = screen(place.operators[0])
    assert operator.get(f"{here}/sheet", lang="fr").select(".badge")


def test_an_exercise_is_drawn_as_one_and_who_practises_touches_nothing_real(place, screen):
    browser, here = screen(place.liaison)
    browser.post("/practice")
    assert browser.post(f"{here}/sheet/new").status == 403
    browser.post("/practice/end")
    database.execute_sql(
        f"DROP TRIGGER emergency_keeps_mood{' ON emergency' if is_postgres() else ''}"
    )  # as if it had been an exercise all along
    Emergency.update(is_practice=True).where(Emergency.id == place.emergency.id).execute()
    for path in ("sheet", "desk", "victims"):
        assert browser.get(f"{here}/{path}").select("body.is-practice"), path


def test_a_strange_house_finds_nothing_and_another_ones_draft_is_not_opened(place, screen, signed_in):
    draft = drafts.open_new(place.emergency, by=place.liaison, now=NOON)
    other, here = screen(place.deputy)
    assert other.get(f"/sheet-drafts/{draft.id}").status == 404
    there = cast.organisation("Vreemd", "municipality")
    stranger = signed_in(cast.user("liaison_officer", there))
    for path in (f"{here}/sheet", f"{here}/desk", f"{here}/sheet/lines", f"/sheet-drafts/{draft.id}"):
        assert stranger.get(path).status == 404


def test_forty_screens_that_poll_cost_little(place, screen):
    """Most of the price of a poll is the door; 40 screens each 4 s ask ten times a second."""
    for number in range(60):
        place.publish(f"Vraag {number}?", f"Antwoord {number}.")
    browser, here = screen(place.operators[0])
    asked = held(browser.get(f"{here}/sheet"))
    browser.htmx(f"{here}/sheet/lines", lang="nl", **asked)
    began = process_time()
    for _ in range(50):
        assert (
            browser.browser.get(f"{here}/sheet/lines", query_string={"lang": "nl"} | asked).status_code == 204
        )
    seconds = (process_time() - began) / 50
    print(f"a poll of 204 costs {seconds * 1000:.1f} ms, forty screens {seconds * 10:.1%} of a core")
    assert seconds * 10 < 0.25
