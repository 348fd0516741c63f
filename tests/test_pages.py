"""Every page as every role finds it, read by two strict readers: the Nu HTML checker, and one who trusts no word."""

import ast
import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import flask_babel
import pytest
from babel import Locale
from babel.dates import format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from dispatch import words
from dispatch.money import tariffs
from models import TABLES
from tests import joining, town
from tests.walk import Found, Walk

ROOT = Path(__file__).parent.parent
CHECKER = Path.home() / ".cache" / "belfort" / "vnu-26.9.27.jar"  # where tests/install-peers puts it
OPENS, CLOSES = "⟦", "⟧"
READ_ALOUD = ("alt", "aria-label", "title", "placeholder", "data-label", "label")
INLINE = ("b", "strong", "em", "i", "br", "svg", "use", "bdi", "time")  # in the middle of a sentence
VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
WRONG = "<!doctype html><html lang=nl><title>x</title><p><span><form></form></span>"
TYPED = ("textarea", "code", "kbd", "pre", "script", "style")  # what somebody wrote, and what nobody reads
WORD = re.compile(r"[^\W\d_]{2,}")
ADDRESS = re.compile(
    r"\S+@\S+|https?://\S+|\S+\.(?:csv|xlsx|pdf|example|be|mp3|wav)\b|\b[0-9a-f]{16}\b|\b\d{4}_\w+"
)
SAME_EVERYWHERE = {"Belfort SMS", "Be Alert", "GSM UCS", "PDF JSON", "UTF Windows DOS Mac", "simulator"}
SAME_EVERYWHERE |= {"Nederlands Français Deutsch English"}  # at the foot, each in its own language
SPANS = [
    sign * timedelta(**{unit: 2}) for unit in ("minutes", "hours") for sign in (1, -1)
]  # "2 minuten geleden"
SPANS += [timedelta(minutes=1), timedelta(hours=1)]
IN_FILES = ("/manual", "/patterns")  # words of the chapters, which are files in each language; and examples


@pytest.fixture(scope="module")
def marked(tmp_path_factory) -> Path:
    """The Dutch catalogue with each of its sentences between marks."""
    folder = tmp_path_factory.mktemp("marked")
    place = Path("nl") / "LC_MESSAGES"
    with (words.CATALOGUES / place / "messages.po").open("rb") as source:
        catalogue = read_po(source, locale="nl")
    for message in catalogue:
        if message.id:
            said = message.string
            marks = [f"{OPENS}{form}{CLOSES}" for form in ([said] if isinstance(said, str) else said)]
            message.string = marks[0] if isinstance(said, str) else tuple(marks)
    (folder / place).mkdir(parents=True)
    with (folder / place / "messages.mo").open("wb") as target:
        write_mo(target, catalogue)
    return folder


@pytest.fixture
def pages(app, marked, monkeypatch) -> list[Found]:
    """Every page, spoken in that Dutch."""
    monkeypatch.setattr(words, "CATALOGUES", marked)
    forget_what_was_said()
    with app.test_request_context():
        spoken = flask_babel.get_domain().cache
    kept, spoken["nl", "messages"] = dict(spoken), Translations.load(marked, ["nl"])
    try:
        yield list(Walk(app).pages())
    finally:  # or every test behind it reads that Dutch
        spoken.clear()
        spoken.update(kept)
        monkeypatch.undo()
        forget_what_was_said()


def forget_what_was_said() -> None:
    """Empties whatever our modules keep of what they once worked out: some of it is in a language."""
    ours = [module for name, module in sys.modules.items() if name.startswith(("dispatch", "views"))]
    for value in (value for module in ours for value in [*vars(module).values()]):
        if type(value) is type(words.translator):
            value.cache_clear()


@pytest.mark.timeout(400)
def test_no_page_says_a_word_that_is_not_in_the_catalogue_and_all_are_valid_html(pages, tmp_path):
    """One test, since both read the same pages, and to fetch these costs most."""
    assert {page.state for page in pages} == {"full", "empty", "practice", "refused"}
    assert untold(pages) == {}
    if not CHECKER.exists() or not shutil.which("java"):
        pytest.skip("vnu or java is not here (tests/install-peers): no page was checked as HTML")
    assert faults(pages, tmp_path) == {}


# ── Words ───────────────────────────────────────────────────────────────


def untold(pages: list[Found]) -> dict[str, str]:
    """Each word that stands outside the marks and that nobody typed: word to where it stands."""
    known, found = data(), {}
    for page in (page for page in pages if not page.address.startswith(IN_FILES)):
        for text in read(page.html).texts:
            for word in WORD.findall(ADDRESS.sub(" ", outside(text))):
                if word.casefold() not in known:
                    found.setdefault(word, f"{text.strip()[:60]!r}: {page}")
    return found


class Reader(HTMLParser):
    """What a page says, block by block and in its attributes, and of which elements it is built."""

    def __init__(self):
        super().__init__()
        self.texts, self.kinds, self.open = [""], set(), ["page"]

    def handle_starttag(self, tag, attrs):
        self.kinds.add((self.open[-1], tag, *sorted(name for name, _value in attrs)))
        spoken = [value for name, value in attrs if name in READ_ALOUD and value]
        self.texts = [*spoken, *self.texts]
        self.begin(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass
        self.begin(tag)

    def begin(self, tag: str) -> None:
        """Another block begins or ends: another text, unless a sentence goes on in it."""
        is_whole = self.texts[-1].count(OPENS) == self.texts[-1].count(CLOSES)
        self.texts += [""] if tag not in INLINE and is_whole else []

    def handle_data(self, data):
        if self.open[-1] not in TYPED:
            self.texts[-1] += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def data() -> set[str]:
    """The words that people typed, as they are kept; the names of days and months; and what is a name everywhere."""
    kept = {
        text for table in TABLES for row in table.select().tuples() for value in row for text in texts(value)
    }
    typed = (kept - codes()) | set(SAME_EVERYWHERE) | {town.LIST, joining.TABLE}
    typed |= {label["nl"] for _code, _per, label in tariffs.CHARGED}
    typed |= {format_timedelta(span, add_direction=True, locale="nl") for span in SPANS}
    for names in (Locale("nl").months, Locale("nl").days):
        typed.update(name for width in names["format"].values() for name in width.values())
    return {word.casefold() for text in typed for word in WORD.findall(text)}


def texts(value: object) -> Iterator[str]:
    """Every text in a field, also in one that holds lists and tables."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)


def codes() -> set[str]:
    """The values by which the program calls a thing, such as a role or a state: never for a person."""
    sources = (ROOT / "models.py", ROOT / "dispatch" / "words.py")
    nodes = (node for source in sources for node in ast.walk(ast.parse(source.read_text())))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def outside(text: str) -> str:
    """The text without what stands between marks, also where a mark stands within another."""
    depth, left = 0, []
    for char in text:
        depth += (char == OPENS) - (char == CLOSES)
        left += [char] if depth <= 0 and char not in (OPENS, CLOSES) else [" "]
    return "".join(left)


# ── HTML ────────────────────────────────────────────────────────────────


def faults(pages: list[Found], folder: Path) -> dict[str, str]:
    """What the Nu checker says, errors and warnings: each to a page that has it."""
    folder = folder / "html"
    folder.mkdir()
    of_file = {f"{number}.html": page for number, page in enumerate(built_otherwise(pages))}
    for name, page in of_file.items():
        (folder / name).write_text(page.html)
    (folder / "wrong.html").write_text(WRONG)
    command = ["java", "-Xss8m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", str(CHECKER)]
    command += ["--no-langdetect", "--format", "json", str(folder)]
    told = json.loads(
        subprocess.run(command, check=False, capture_output=True, text=True, timeout=120).stderr
    )["messages"]
    by_file = [(Path(fault["url"]).name, f"{fault['message']} {fault.get('extract', '')}") for fault in told]
    assert "wrong.html" in dict(by_file), "the checker finds nothing in a page that is wrong"
    return {said: str(of_file[name]) for name, said in by_file if name in of_file}


def built_otherwise(pages: list[Found]) -> Iterator[Found]:
    """The whole pages; one with no element, attribute or place that its address had not yet is left out."""
    known = defaultdict(set)
    for page in (page for page in pages if page.is_whole):
        kinds = read(page.html).kinds
        if not kinds <= known[page.endpoint]:
            known[page.endpoint] |= kinds
            yield page
