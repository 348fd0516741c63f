"""The sheet is searched in the caller's words, however they are spelt."""

import importlib

import pytest

from dispatch.centre import phrases, search, sheet
from models import Emergency, Entry, EntryVersion, writing
from tests import truth
from tests.cast import NOON

LINES = {
    "gas": {
        "nl": ("Ik ruik gas in huis", "Ga naar buiten, raak geen schakelaar aan, bel 112."),
        "fr": (
            "Je sens une odeur de gaz chez moi",
            "Sortez, ne touchez à aucun interrupteur, appelez le 112.",
        ),
        "de": ("Ich rieche Gas im Haus", "Gehen Sie hinaus, berühren Sie keinen Schalter, rufen Sie 112."),
        "en": ("I smell gas in the house", "Go outside, touch no switch, call 112."),
    },
    "school": {
        "nl": ("Mag ik de kinderen naar school brengen?", "De school blijft vandaag dicht."),
        "fr": ("Puis-je conduire les enfants à l'école ?", "L'école reste fermée aujourd'hui."),
        "de": ("Darf ich die Kinder zur Schule bringen?", "Die Schule bleibt heute geschlossen."),
        "en": ("May I take the children to school?", "The school stays closed today."),
    },
    "water": {
        "nl": ("Is het kraanwater in de Veldlaan veilig?", "Ja, u mag het drinken."),
        "fr": ("L'eau du robinet est-elle potable ?", "Oui, vous pouvez la boire."),
        "de": ("Ist das Leitungswasser sicher?", "Ja, Sie können es trinken."),
        "en": ("Is the tap water safe?", "Yes, you may drink it."),
    },
    "opvang": {
        "nl": ("Waar kan ik nu heen?", "Naar gemeenteschool De Linde, Markt 4. Huisdieren mogen mee."),
        "fr": ("Où puis-je aller ?", "À l'école De Linde, Markt 4. Les animaux sont admis."),
        "de": ("Wohin kann ich gehen?", "Zur Schule De Linde, Markt 4. Haustiere dürfen mit."),
        "en": ("Where can I go?", "To the school De Linde, Markt 4. Pets may come."),
    },
    "ramen": {
        "nl": ("Moet ik ramen en deuren sluiten?", "Ja, en zet de ventilatie uit."),
        "fr": ("Faut-il fermer portes et fenêtres ?", "Oui, et coupez la ventilation."),
        "de": ("Muss ich Fenster und Türen schließen?", "Ja, und schalten Sie die Lüftung aus."),
        "en": ("Must I close windows and doors?", "Yes, and switch the ventilation off."),
    },
}
SAID = [
    ("gaz ruik", "gas"),
    ("ik riuk gas", "gas"),
    ("gasgeur", "gas"),
    ("schakelar aanraken", "gas"),
    ("odeur de gas", "gas"),
    ("je sans le gaz", "gas"),
    ("Gass riechen", "gas"),
    ("gas smel", "gas"),
    ("kindren naar schol", "school"),
    ("SCHOOL DICHT", "school"),
    ("ecole fermee", "school"),
    ("école férmé", "school"),
    ("enfents ecole", "school"),
    ("Kinda Schule", "school"),
    ("childern school", "school"),
    ("kraanwatter", "water"),
    ("veilig krantwater", "water"),
    ("eau potabel", "water"),
    ("leitungswaser", "water"),
    ("tapwater safe", "water"),
    ("huisdiren", "opvang"),
    ("waar kan ik heen", "opvang"),
    ("animeaux", "opvang"),
    ("haustire", "opvang"),
    ("vensters en deuren toe", "ramen"),
    ("deur sluitten", "ramen"),
    ("fenetre", "ramen"),
    ("fenster schliessen", "ramen"),
    ("widnows", "ramen"),
]


@pytest.fixture
def place(app):
    return truth.place()


@pytest.fixture
def sheet_of(place):
    entries = {}
    for name, texts in LINES.items():
        question = {lang: pair[0] for lang, pair in texts.items()}
        answer = {lang: pair[1] for lang, pair in texts.items()}
        entries[name] = place.publish(question, answer, topic=name)
    return entries


@pytest.mark.parametrize("said, meant", SAID)
def test_it_is_found_however_it_is_spelt(place, sheet_of, said, meant):
    assert search.find(place.emergency, said)[:1] == [sheet_of[meant].id]


@pytest.mark.parametrize("said", ["voetbal", "burgemeester verkiezing", "qqq", "", "?!", '"'])
def test_what_nobody_answered_finds_nothing(place, sheet_of, said):
    assert search.find(place.emergency, said) == []


@pytest.mark.parametrize("said", ["rook", "is er rook", "hook"])
def test_a_short_word_is_not_another_that_only_ends_alike(place, said):
    place.publish("Is het kraanwater nog veilig?", "Ja, maar kook het eerst. Dat geldt ook voor ijs.")
    assert search.find(place.emergency, said) == []


@pytest.mark.parametrize(
    "said", ['gas" OR "x', "gas*", "place:1", "NEAR(gas)", "gas'--", "#1#", "\x00gas", "gas " * 500]
)
def test_signs_of_the_engine_are_words_like_others(place, sheet_of, said):
    assert isinstance(search.find(place.emergency, said), list)


def test_another_emergency_is_not_searched(place, sheet_of):
    other = Emergency.create(centre=place.centre, name="Brand", is_practice=False, began_at=NOON)
    assert search.find(other, "gas ruiken") == []


def test_what_was_withdrawn_or_replaced_is_found_no_more(place, sheet_of):
    place.change(
        sheet_of["gas"], question=in_dutch("De Leie stroomt over"), answer=in_dutch("Naar boven."), now=NOON
    )
    assert sheet_of["gas"].id not in search.find(place.emergency, "gaz ruik")
    assert search.find(place.emergency, "leie overstroomt")[0] == sheet_of["gas"].id
    sheet.withdraw(sheet_of["water"], why="Weg", seen=4, by=place.liaison, now=NOON)
    assert search.find(place.emergency, "kraanwater") == []


def in_dutch(words):
    return {"nl": words, "fr": "", "de": "", "en": ""}


def test_a_publication_that_fails_leaves_the_search_as_it_was(place, sheet_of, monkeypatch):
    def break_off(*_, **__):
        raise RuntimeError("the power went")

    monkeypatch.setattr("dispatch.audit.record", break_off)
    with pytest.raises(RuntimeError):
        sheet.withdraw(sheet_of["gas"], why="Weg", seen=2, by=place.liaison, now=NOON)
    assert search.find(place.emergency, "gaz ruik") == [sheet_of["gas"].id]


@pytest.mark.sqlite("PostgreSQL has had its index from the beginning")
def test_what_was_published_before_there_was_an_index_is_found_after_the_migration(place, sheet_of):
    database = search.database.obj
    database.execute_sql("DROP TABLE sheet_search")
    importlib.import_module("migrations.0019_truth")._index(database)
    for said, meant in SAID[:12]:
        assert search.find(place.emergency, said)[:1] == [sheet_of[meant].id], said


def test_of_five_hundred_lines_only_the_nearest_are_read_word_by_word(place):
    words = [
        "brug",
        "weg",
        "straat",
        "bus",
        "trein",
        "dokter",
        "apotheek",
        "winkel",
        "hond",
        "kat",
        "auto",
        "fiets",
        "trap",
        "kelder",
        "zolder",
        "tuin",
    ]
    with writing():
        for number in range(500):
            one, two, three = (words[number // step % len(words)] for step in (1, 16, 3))
            entry = Entry.create(emergency=place.emergency, created_at=NOON)
            version = EntryVersion.create(
                entry=entry,
                sheet_version=number + 2,
                question={
                    "nl": f"Wat met de {one} bij de {two} nummer {number}?",
                    "fr": f"La {one} près du {two} ?",
                },
                answer={
                    "nl": f"De {one} en de {three} zijn open tot {number} uur.",
                    "fr": f"La {three} est ouverte.",
                },
                valid_from=NOON,
                published_at=NOON,
                by=place.liaison,
            )
            search.index(version, place.emergency.id)
    gas = place.publish(LINES["gas"]["nl"][0], LINES["gas"]["nl"][1])
    assert search.find(place.emergency, "gaz ruik")[0] == gas.id
    sought = [
        "gaz ruik",
        "de bus naar de dockter",
        "kelder onder watter",
        "wat met de hond",
        "aphoteek open",
        "trien",
    ]
    for said in sought:
        phrases.closeness.cache_clear()
        search.find(place.emergency, said)
        compared = phrases.closeness.cache_info().misses
        assert compared <= len(said.split()) * (40 + len(words) + 15), "its number, and what all of them say"
