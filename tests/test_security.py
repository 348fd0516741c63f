"""What SECURITY.md says is shown by tests that exist, and leaves no chapter out."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "SECURITY.md").read_text().splitlines()
    if line.startswith("| V")
]
CHAPTERS = range(1, 18)  # of ASVS 5.0
REASON = re.compile(r"Not (applicable|met|ours)\b")


def named_in(cell: str) -> list[str]:
    return re.findall(r"`(tests/\w+\.py::\w+)`", cell)


def test_no_chapter_is_left_out():
    told = {int(number) for row in ROWS for number in re.findall(r"V(\d+)", row[0])}
    assert told == set(CHAPTERS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_names_tests_that_exist_or_says_why_not(row):
    _asked, _what, shown = row
    named = named_in(shown)
    assert named or REASON.search(shown)
    for name in named:
        path, _, function = name.partition("::")
        assert f"def {function}(" in (ROOT / path).read_text(), name
