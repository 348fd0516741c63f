"""The words: every visible string stands in the catalogues of three languages, with the same placeholders."""

import re
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from dispatch import words

ROOT = Path(__file__).parent.parent
KEYWORDS = DEFAULT_KEYWORDS | {"N_": None, "_l": None, "say": None}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")
LEAVE_AS_SMS = ("centre/request.py", "centre/closing.py", "people/checks.py", "sending/takeover.py")
ROOMS = ("app.py", "views", "dispatch", "templates")


@pytest.fixture(scope="module")
def said() -> dict:
    """Every string of code and templates: msgid to plural (or None)."""
    methods, options = parse_mapping_cfg((ROOT / "translations" / "babel.cfg").open())
    catalogue = Catalog()
    for name, _line, msgid, _comments, _context in extract_from_dir(
        ROOT,
        methods,
        options,
        KEYWORDS,
        directory_filter=lambda path: Path(path).name in ROOMS or is_inside(path),
    ):
        assert name
        catalogue.add(msgid)
    return {
        message.id if isinstance(message.id, str) else message.id[0]: message
        for message in catalogue
        if message.id
    }


def is_inside(path) -> bool:
    return Path(path).relative_to(ROOT).parts[0] in ROOMS


@pytest.fixture(scope="module", params=["nl", "fr", "de"])
def catalogue(request) -> dict:
    lang = request.param
    source = BytesIO((ROOT / "translations" / lang / "LC_MESSAGES" / "messages.po").read_bytes())
    catalogue = read_po(source, locale=lang)
    return {
        message.id if isinstance(message.id, str) else message.id[0]: message
        for message in catalogue
        if message.id
    }


def forms(string) -> tuple:
    return (string,) if isinstance(string, str) else tuple(string)


def test_nothing_is_left_untranslated(said, catalogue):
    missing = [msgid for msgid in said if msgid not in catalogue or not all(forms(catalogue[msgid].string))]
    assert missing == []


def test_nothing_is_translated_that_nobody_says(said, catalogue):
    assert [msgid for msgid in catalogue if msgid not in said] == []


def test_a_translation_holds_the_placeholders_of_its_sentence(catalogue):
    for message in catalogue.values():
        wanted = set().union(*(PLACEHOLDER.findall(form) for form in forms(message.id)))
        for form in forms(message.string):
            found = set(PLACEHOLDER.findall(form))
            assert found <= wanted, message.id
            assert wanted - found <= {"%(num)d", "%(count)s", "%(count)d"}, message.id


def test_french_has_one_apostrophe_but_in_what_leaves_as_a_text_message():
    """The curly one is not in GSM-7: a text message would cost twice as much for it."""
    source = (ROOT / "translations" / "fr" / "LC_MESSAGES" / "messages.po").read_bytes()
    leaving = [(ROOT / "dispatch" / path).read_text() for path in LEAVE_AS_SMS]
    straight = [
        forms(message.id)[0]
        for message in read_po(BytesIO(source), locale="fr")
        if re.search(r"\w'\w", " ".join(forms(message.string)))
    ]
    assert [msgid for msgid in straight if not any(msgid[:45] in text for text in leaving)] == []


def test_every_state_kind_channel_and_role_has_a_word(catalogue):
    tables = (
        words.CHANNELS,
        words.KINDS,
        words.MESSAGE_STATUSES,
        words.CAMPAIGN_STATUSES,
        words.ACTIVATION_STATUSES,
    )
    for table in (*tables, words.MEMBER_ROLES, words.USER_ROLES, words.LANGUAGE_NAMES):
        assert all(words.translator("nl").gettext(word) for word in table.values())
        assert all(word in catalogue for word in table.values())


@pytest.mark.parametrize(
    ("lang", "said"),
    [("nl", "02/11 09:05"), ("fr", "02/11 09:05"), ("de", "02.11. 09:05"), ("en", "02/11 09:05")],
)
def test_a_day_in_figures_is_written_as_the_language_does(lang, said):
    at = words.InFigures(datetime(2026, 11, 2, 8, 5), words.DAY_AND_HOUR)
    assert words.Sentence("%(day)s", day=at).in_language(lang) == said


def test_a_sentence_within_a_sentence_is_said_in_the_same_language():
    inner = words.Sentence(words.LANGUAGE_NAMES["fr"])
    outer = words.Sentence("Taal: %(language)s", language=inner)
    assert outer.in_language("nl") == "Taal: Frans" and outer.in_language("en") == "Taal: French"
