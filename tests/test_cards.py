"""The card that people save on their telephone."""

from hypothesis import given
from hypothesis import strategies as st

from dispatch.papers.vcard import VERSIONS, Card, senders, written
from tests import cast

CARD = Card("Politiezone Zavelstreek", ("+32477777755",), ("no-reply@be-alert.be",), "Noodgeval: bel 112")


def test_a_card_of_today():
    assert written(CARD) == (
        "BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:org\r\nFN:Politiezone Zavelstreek\r\nORG:Politiezone Zavelstreek\r\n"
        "TEL;VALUE=uri;TYPE=voice:tel:+32477777755\r\nEMAIL:no-reply@be-alert.be\r\nNOTE:Noodgeval: bel 112\r\n"
        "END:VCARD\r\n"
    )


def test_a_card_for_an_older_telephone():
    lines = written(CARD, "3.0").split("\r\n")
    assert lines[1:6] == [
        "VERSION:3.0",
        "N:Politiezone Zavelstreek;;;;",
        "FN:Politiezone Zavelstreek",
        "ORG:Politiezone Zavelstreek",
        "TEL;TYPE=VOICE:+32477777755",
    ]


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=300), st.sampled_from(VERSIONS)
)
def test_whatever_the_name_it_is_read_back_and_no_line_is_too_long(name, version):
    text = written(CARD._replace(name=name), version)
    lines = text.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    unfolded = text.replace("\r\n ", "").split("\r\n")
    (told,) = [line.removeprefix("FN:") for line in unfolded if line.startswith("FN:")]
    plain = told.replace("\\\\", "\0").replace("\\,", ",").replace("\\;", ";").replace("\\n", "\n")
    assert plain.replace("\0", "\\") == name or "\0" in name


def test_a_name_is_no_number_and_one_number_stands_there_once():
    assert senders(["+32477777755", "Be-Alert", "32477777755", "8686"]) == ("+32477777755",)


def test_the_page_shows_the_card_and_the_file_can_be_saved(signed_in, app):
    browser = signed_in(cast.user("reader", cast.zone()))
    page = browser.get("/card")
    assert page.select("svg.qr") and page.has("Zavelstreek")
    for address in [link["href"] for link in page.select('main a[href$=".vcf"]')]:
        answer = browser.browser.get(address)
        assert answer.mimetype == "text/vcard" and b"tel:+32477777755" in answer.data.replace(
            b"VOICE:", b"tel:"
        )
