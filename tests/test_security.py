"""What SECURITY.md says is shown by tests that exist or written where it says, and leaves no requirement out."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "SECURITY.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if line.startswith("| V")
]
# OWASP ASVS 5.0.0: the numbers of the requirements of levels 1 and 2, section by section.
REQUIREMENTS = """
1.1:1-2 1.2:1-9 1.3:1-11 1.4:1-3 1.5:1-2 2.1:1-3 2.2:1-3 2.3:1-4 2.4:1 3.2:1-2 3.3:1-4 3.4:1-6 3.5:1-5 3.7:1-2
4.1:1-3 4.2:1 4.3:1-2 4.4:1-4 5.1:1 5.2:1-3 5.3:1-2 5.4:1-3 6.1:1-3 6.2:1-12 6.3:1-4 6.4:1-4 6.5:1-5 6.6:1-3 6.8:1-4
7.1:1-3 7.2:1-4 7.3:1-2 7.4:1-5 7.5:1-2 7.6:1-2 8.1:1-2 8.2:1-3 8.3:1 8.4:1 9.1:1-3 9.2:1-4 10.1:1-2 10.2:1-2
10.3:1-4 10.4:1-11 10.5:1-5 10.6:1-2 10.7:1-3 11.1:1-2 11.2:1-3 11.3:1-3 11.4:1-4 11.5:1 11.6:1 12.1:1-3 12.2:1-2
12.3:1-4 13.1:1 13.2:1-5 13.3:1-2 13.4:1-5 14.1:1-2 14.2:1-4 14.3:1-3 15.1:1-3 15.2:1-3 15.3:1-7 16.1:1 16.2:1-5
16.3:1-4 16.4:1-3 16.5:1-3 17.1:1 17.2:1-4 17.3:1-2
"""
REASON = re.compile(r"^Not (applicable|met|ours)\b")
WRITTEN = re.compile(r"^Written: ")


def required() -> list[str]:
    found = []
    for section in REQUIREMENTS.split():
        name, _, numbers = section.partition(":")
        first, _, last = numbers.partition("-")
        found += [f"V{name}.{number}" for number in range(int(first), int(last or first) + 1)]
    return found


def named_in(text: str) -> list[str]:
    return re.findall(r"`(tests/[\w/]+\.py::\w+)`", text)


def test_every_requirement_of_levels_1_and_2_stands_here_once():
    assert len(required()) == 253
    assert Counter(row[0] for row in ROWS) == Counter(required())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_names_tests_says_where_it_is_written_or_why_not(row):
    _asked, what, shown = row
    assert what and (named_in(shown) or WRITTEN.match(shown) or REASON.match(shown))


def test_every_test_that_is_named_exists():
    for name in set(named_in(TEXT)):
        path, _, function = name.partition("::")
        assert f"\ndef {function}(" in (ROOT / path).read_text(), name


def test_what_is_said_to_be_written_is_there():
    headings = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
    for _asked, _what, shown in (row for row in ROWS if WRITTEN.match(row[2])):
        below = re.findall(r"“(.+?)”", shown) if "below" in shown else []
        files = re.findall(r"`(\w[\w/]*\.\w+)`", shown)
        assert below or files, shown
        assert set(below) <= set(headings) and all((ROOT / file).exists() for file in files), shown
