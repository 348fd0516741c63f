"""Every paper of the contact centre speaks the language of the house that reads it, and only that one."""

from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from pypdf import PdfReader

from dispatch.centre import relief, report, request
from models import Document, Organisation, User
from tests.three_days import ThreeDays

CATALOGUE = Path(__file__).parent.parent / "translations" / "nl" / "LC_MESSAGES" / "messages.po"

REASON = "De gouverneur kondigde de provinciale fase af."  # as the mayors of the three days type it


def phrases() -> dict[str, set[str]]:
    """By language the sentences and titles of the interface, two words or more, in which nothing is put."""
    with open(CATALOGUE, "rb") as file:
        pairs = [(one.id, one.string) for one in read_po(file) if isinstance(one.id, str) and one.id]
    whole = [(said, put) for said, put in pairs if "%(" not in said and put and said != put]
    return {
        "en": {said for said, _put in whole if " " in said and len(said) > 11},
        "nl": {put for _said, put in whole if " " in put and len(put) > 11},
    }


def words_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


@pytest.mark.parametrize("lang, other", [("nl", "en"), ("en", "nl")])
def test_every_paper_of_three_days_is_in_the_language_of_its_reader_and_finds_no_words_of_another(
    app, lang, other
):
    days, ours = ThreeDays(), phrases()
    Organisation.update(language=lang).execute()
    for house in (*days.towns, days.house, days.province):
        house.language = lang
    User.update(language=lang).execute()
    days.live()
    report.make_missing(days.after(72 * 60 + 5))
    days.draw_up()
    papers = {
        f"{one.kind} {one.filename}": bytes(one.content)
        for one in Document.select().where(Document.media_type == "application/pdf")
    }
    papers["relief"] = relief.paper(days.emergency, lang, days.after(300))
    papers["draft"] = request.paper(days.of(0), days.mayors[0], lang)
    assert {name.split()[0] for name in papers} >= {"closing", "hand_over", "final_report", "relief", "draft"}
    for name, content in papers.items():
        pdf, text = PdfReader(BytesIO(content)), words_of(content).replace(REASON, "")
        assert pdf.trailer["/Root"]["/Lang"].startswith(lang), name
        assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"], name
        assert any(phrase in text for phrase in ours[lang]), name
        foreign = {phrase for phrase in ours[other] - ours[lang] if f" {phrase} " in f" {text} "}
        assert not foreign, (name, foreign)
