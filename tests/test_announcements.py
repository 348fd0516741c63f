"""The greeting of the number and the text for the website: in four languages, and what a changed fact leaves behind in them."""

from datetime import timedelta

import pytest

from dispatch.centre import announcements, elsewhere, facts
from dispatch.errors import Incomplete, NotAllowed, WrongMoment
from models import Announcement, Emergency
from tests import truth
from tests.cast import NOON

HERE = "/emergencies/1/announcements"


@pytest.fixture
def place(app):
    return truth.place()


def write(place, kind="greeting", words=None, version=0, by=None, minutes=0.0):
    now = NOON + timedelta(minutes=minutes)
    said = words or {"nl": "U bent verbonden met 1771.", "fr": "Vous êtes au 1771."}
    return announcements.write(place.emergency, kind, said, version=version, by=by or place.liaison, now=now)


def test_each_text_is_kept_in_its_languages_and_says_which_lack(place):
    kept = write(place)
    assert kept.words["fr"] == "Vous êtes au 1771." and announcements.languages_lacking(kept) == ["de", "en"]
    assert announcements.of(place.emergency)["website"].words == {}


def test_who_was_first_is_not_overwritten_and_nothing_is_saved_twice(place):
    write(place)
    with pytest.raises(WrongMoment):
        write(place, words={"nl": "Iets anders"}, version=0)
    assert write(place, words={"nl": "Iets anders"}, version=1).version == 2
    assert Announcement.select().count() == 1


def test_only_who_publishes_the_sheet_writes_them_and_no_longer_once_it_is_over(place):
    with pytest.raises(NotAllowed):
        write(place, by=place.operators[0])
    Emergency.update(ended_at=NOON).where(Emergency.id == place.emergency.id).execute()
    with pytest.raises(WrongMoment):
        write(place)


def test_a_greeting_of_minutes_is_refused_with_how_much_is_too_much(place):
    with pytest.raises(Incomplete) as refused:
        write(place, words={"nl": "x" * 612})
    assert "12" in str(refused.value.faults["greeting-nl"])


def test_a_fact_that_changes_on_the_sheet_is_found_in_greeting_and_website_until_they_change(place):
    entry = place.publish("Welk nummer?", "Bel 016 00 17 71.")
    for kind in ("greeting", "website"):
        write(place, kind, {"nl": "Bel 016 00 17 71."}, minutes=1)
    place.change(entry, answer="Bel 016 00 17 99.", now=NOON + timedelta(minutes=2))

    def outdated() -> set[str]:
        texts = elsewhere.texts(place.fresh())
        found = facts.contradictions(place.fresh(), texts, NOON + timedelta(minutes=4))
        return {one.text.place for one in found}

    assert outdated() == {f"greeting:{place.emergency.id}", f"website:{place.emergency.id}"}
    write(place, "greeting", {"nl": "Bel 016 00 17 99."}, version=1, minutes=3)
    assert outdated() == {f"website:{place.emergency.id}"}


def test_one_press_saves_both_texts_and_writes_none_that_nobody_touched(place, signed_in):
    write(place, "greeting", {"nl": "Welkom."})
    liaison = signed_in(place.liaison)
    shown = liaison.get(HERE).form("main form")
    write(place, "greeting", {"nl": "Welkom bij 1771."}, version=1)  # a colleague, meanwhile
    assert liaison.post(HERE, shown | {"website-nl": "Het nummer is 1771."}).status == 200
    texts = announcements.of(place.emergency)
    assert texts["greeting"].words == {"nl": "Welkom bij 1771."}
    shown = liaison.get(HERE).form("main form")
    page = liaison.post(HERE, shown | {"greeting-nl": "x" * 612, "website-fr": "Le numéro est 1771."})
    assert page.status == 422 and page.soup.find(id="greeting-nl").text.strip() == "x" * 612
    texts = announcements.of(place.emergency)
    assert texts["website"].words == {"nl": "Het nummer is 1771.", "fr": "Le numéro est 1771."}


def test_on_the_page_what_was_typed_stays_beside_what_somebody_else_saved_meanwhile(place, signed_in):
    liaison = signed_in(place.liaison)
    shown = liaison.get(HERE).form("main form")
    saved = liaison.post(HERE, shown | {"website-nl": "Het nummer is 1771."})
    assert saved.has("Het nummer is 1771.")
    late = liaison.post(HERE, shown | {"website-nl": "Mijn tekst."})
    assert late.status == 409 and late.has("Mijn tekst.") and late.has("Het nummer is 1771.")
    operator = signed_in(place.operators[0])
    page = operator.get(HERE)
    assert page.has("Het nummer is 1771.") and not page.soup.find("textarea")
