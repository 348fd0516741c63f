import re
import time
from email import message_from_bytes, policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dispatch.providers import open_road
from dispatch.providers.base import Attachment, Outgoing, Unfit
from dispatch.providers.smtp import write
from tests.servers import certificate, conversation, free_port, smtp_server

pytestmark = [pytest.mark.loopback, pytest.mark.filterwarnings("ignore:Requiring AUTH")]
SENDER = "Politiezone Zavelstreek <no-reply@zavelstreek.example>"
HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "Content-Language", "Auto-Submitted", "X-Auto-Response-Suppress",
    "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
}  # fmt: skip


def a_road(port, scheme="smtp", user="", **options):
    query = "&".join(f"{key}={value}" for key, value in ({"from": SENDER} | options).items())
    return open_road(f"{scheme}://{user}127.0.0.1:{port}?{query}", channel="email")


def a_letter(n=0, address="", **facts):
    return Outgoing(f"{n:016d}", address or f"lid{n}@voorbeeld.example", facts.pop("text", "Dag"), **facts)


def statuses(road, *letters):
    return [(outcome.status, outcome.code) for outcome in road.send(letters)]


def parsed(outgoing):
    on_the_line = write(outgoing, b"From: no-reply@zavelstreek.example\r\n", "no-reply@zavelstreek.example")
    assert on_the_line.endswith(b"\r\n.\r\n") and on_the_line.count(b"\r\n.\r\n") == 1
    assert b"\n" not in on_the_line.replace(b"\r\n", b"")
    assert max(map(len, on_the_line.split(b"\r\n"))) <= 998
    return message_from_bytes(re.sub(rb"(?m)^\.", b"", on_the_line[:-3]), policy=policy.default)


def text_of(part):
    return part.get_content().replace("\r\n", "\n").rstrip("\n")


def test_a_letter_arrives_with_everything_a_good_citizen_of_the_mail_says():
    plan = Attachment("Wegomleiding Zavelstraße.pdf", "application/pdf", b"%PDF-1.7 " + bytes(range(256)))
    outgoing = a_letter(
        text="Beste buur,\n.\n..\nWegen werken: straat dicht — ça va?",
        subject="Wegenwerken in de Zavelstraat: één rijstrook dicht tot en met vrijdag, daarna weer beide open",
        names="Zoë Van Acker, Piet & Jan “de Oude”",
        lang="nl",
        is_news=True,
        list_id="molenakker.zavelstreek",
        attachments=(plan,),
    )
    with smtp_server() as room:
        outcomes = list(a_road(room.port).send([outgoing]))
    assert [(o.reference, o.status, o.provider_reference) for o in outcomes] == [
        ("0" * 16, "accepted", "4XyZ1")
    ]
    letter = room.letters[0]
    mail = letter.parsed
    assert (letter.sender, letter.recipients) == ("no-reply@zavelstreek.example", ["lid0@voorbeeld.example"])
    assert mail["From"] == SENDER
    assert [(to.display_name, to.addr_spec) for to in mail["To"].addresses] == [
        (outgoing.names, outgoing.address)
    ]
    assert mail["Subject"] == outgoing.subject
    assert mail["Message-ID"] == "<0000000000000000@zavelstreek.example>"
    assert mail["Date"].datetime.utcoffset() is not None
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert (mail["Content-Language"], mail["Precedence"]) == ("nl", "bulk")
    assert mail["List-Id"] == "<molenakker.zavelstreek>"
    assert mail["List-Unsubscribe"].startswith("<mailto:no-reply@zavelstreek.example?subject=unsubscribe%20")
    assert text_of(mail.get_body()) == outgoing.text
    [attached] = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == (plan.filename, plan.content)


def test_a_warning_has_no_list_headers():
    assert {"Precedence", "List-Id", "List-Unsubscribe"}.isdisjoint(parsed(a_letter()).keys())


any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@given(subject=any_text, names=any_text)
@example(subject="x" * 5000, names="x" * 5000)
@example(subject="é" * 5000, names="é" * 5000)
def test_no_subject_or_name_can_add_a_header(subject, names):
    mail = parsed(a_letter(subject=subject, names=names))
    assert set(mail.keys()) == HEADERS and len(mail.keys()) == len(HEADERS)
    assert [to.addr_spec for to in mail["To"].addresses] == ["lid0@voorbeeld.example"]


def test_a_newline_in_a_subject_becomes_a_space():
    mail = parsed(a_letter(subject="Dag\r\nBcc: allen@voorbeeld.example", names="Jan\n\nX-Boos: ja"))
    assert mail["Subject"] == "Dag Bcc: allen@voorbeeld.example"
    assert mail["To"].addresses[0].display_name == "Jan X-Boos: ja"


@given(any_text.filter(lambda text: "\r" not in text))
def test_the_text_arrives_as_it_was_written(text):
    assert text_of(parsed(a_letter(text=text))) == text.rstrip("\n")


@pytest.mark.parametrize("text", [".", "..", ".\n.\n", "a\n.\nb", "." * 2000, "x" * 5000, "é" * 5000])
def test_dots_and_long_lines_arrive(text):
    with smtp_server() as room:
        assert statuses(a_road(room.port), a_letter(text=text)) == [("accepted", "")]
    assert text_of(room.letters[0].parsed) == text.rstrip("\n")


@pytest.mark.parametrize(
    "address", ["", "geen", "a@b@c", "a b@c.example", "a@c.example\r\nRCPT TO:<x@y>", "a@b,c@d", "<a@b>"]
)
def test_what_is_no_mailbox_is_never_sent(address):
    with smtp_server() as room:
        wrong = Outgoing("0" * 16, address, "Dag")
        assert statuses(a_road(room.port), wrong, a_letter(1)) == [
            ("failed", "no_such_mailbox"),
            ("accepted", ""),
        ]


def test_what_cannot_be_written_fails_alone():
    with pytest.raises(Unfit):
        write(a_letter(text="\ud800"), b"", "a@b.example")


def test_a_mailbox_beyond_ascii_needs_a_server_that_knows_it():
    letters = a_letter(0, "zoë@voorbeeld.example"), a_letter(1)
    with smtp_server(smtputf8=False) as room:
        assert statuses(a_road(room.port), *letters) == [("failed", "not_writable"), ("accepted", "")]
    with smtp_server() as room:
        assert statuses(a_road(room.port), *letters) == [("accepted", ""), ("accepted", "")]
        assert room.letters[0].recipients == ["zoë@voorbeeld.example"]


def test_a_domain_beyond_ascii_travels_as_ascii():
    with smtp_server(smtputf8=False) as room:
        assert statuses(a_road(room.port), a_letter(0, "jan@café.example")) == [("accepted", "")]
        assert room.letters[0].recipients == ["jan@xn--caf-dma.example"]


@pytest.mark.parametrize(
    "answer, outcome",
    [
        ("550 5.1.1 No such user", ("failed", "no_such_mailbox")),
        ("550 no such user", ("failed", "no_such_mailbox")),
        ("550 5.7.1 Blocked by policy", ("failed", "refused")),
        ("552 5.2.2 Over quota", ("failed", "mailbox_full")),
        ("452 4.2.2 Over quota", ("retry", "mailbox_full")),
        ("450 4.2.0 Mailbox busy", ("retry", "later")),
        ("451 4.3.0 Local trouble", ("retry", "later")),
        ("421 4.3.2 Going down", ("retry", "later")),
    ],
)
def test_a_refused_receiver_says_whether_another_try_makes_sense(answer, outcome):
    with smtp_server(refuse={"lid0@voorbeeld.example": answer}) as room:
        assert statuses(a_road(room.port), a_letter(0), a_letter(1)) == [outcome, ("accepted", "")]
    assert [letter.recipients for letter in room.letters] == [["lid1@voorbeeld.example"]]


def test_the_words_kept_of_a_refusal_name_nobody():
    words = "550 5.1.1 <jan.peeters@voorbeeld.example>: jan.peeters, +32 470 12 34 56, is unknown here"
    with smtp_server(refuse={"jan.peeters@voorbeeld.example": words}) as room:
        [outcome] = a_road(room.port).send(
            [a_letter(0, "jan.peeters@voorbeeld.example", names="Jan Peeters")]
        )
    assert "unknown here" in outcome.detail
    assert not re.search(r"jan|peeters|470", outcome.detail)


def test_a_greylisted_letter_is_worth_another_try_and_then_goes():
    with smtp_server(greylist=True) as room:
        road = a_road(room.port)
        assert statuses(road, a_letter()) == [("retry", "later")]
        assert statuses(road, a_letter()) == [("accepted", "")]
    assert len(room.letters) == 1


def test_one_connection_carries_all_batches():
    with smtp_server() as room:
        road = a_road(room.port)
        for first in range(0, 300, 100):
            assert set(statuses(road, *map(a_letter, range(first, first + 100)))) == {("accepted", "")}
        road.close()
    assert (len(room.letters), room.connections) == (300, 1)


def test_a_connection_that_died_between_batches_is_opened_again():
    with smtp_server(idle_seconds=0.2) as room:
        road = a_road(room.port)
        assert statuses(road, a_letter(0)) == [("accepted", "")]
        time.sleep(0.5)
        assert statuses(road, a_letter(1)) == [("accepted", "")]
    assert (len(room.letters), room.connections) == (2, 2)


def test_a_connection_lost_after_the_final_dot_leaves_us_unsure():
    with smtp_server(hang_up_after_dot=True) as room:
        outcomes = statuses(a_road(room.port), a_letter(0), a_letter(1))
    assert outcomes == [("unsure", "connection_lost")] * 2
    assert len(room.letters) == 2


def test_an_unreadable_answer_to_the_final_dot_leaves_us_unsure():
    with smtp_server(answer_after_dot="wablief?") as room:
        assert statuses(a_road(room.port), a_letter()) == [("unsure", "unreadable_answer")]


@pytest.mark.parametrize(
    "answer, outcome",
    [("554 5.7.1 Looks like spam", ("failed", "refused")), ("451 4.3.0 Try later", ("retry", "later"))],
)
def test_a_letter_refused_after_the_final_dot_was_not_sent(answer, outcome):
    with smtp_server(answer_after_dot=answer) as room:
        assert statuses(a_road(room.port), a_letter()) == [outcome]


def test_a_connection_lost_before_the_body_was_surely_not_sent():
    with conversation("250 hello\r\n", "250 ok\r\n", "250 ok\r\n", greeting="220 dag\r\n") as port:
        assert statuses(a_road(port), a_letter()) == [("retry", "connection_lost")]


@pytest.mark.parametrize(
    "greeting, code", [("", "no_answer"), ("554 not here\r\n", "refused"), ("421 full\r\n", "busy")]
)
def test_a_server_that_does_not_greet_gets_nothing(greeting, code):
    with conversation(greeting=greeting, silent_seconds=2) as port:
        assert statuses(a_road(port, timeout=0.3), a_letter(0), a_letter(1)) == [("retry", code)] * 2


def test_an_unreachable_server_is_dialled_once_for_the_whole_batch():
    road = a_road(free_port())
    assert statuses(road, *map(a_letter, range(50))) == [("retry", "no_answer")] * 50


def test_signing_in():
    with smtp_server(auth=("belfort", "ge:h@im")) as room:
        assert statuses(a_road(room.port, user="belfort:ge%3Ah%40im@"), a_letter()) == [("accepted", "")]
        wrong = a_road(room.port, user="belfort:verkeerd@")
        outcomes = list(wrong.send([a_letter()]))
        assert [(o.status, o.code) for o in outcomes] == [("retry", "not_authorised")]
        assert "verkeerd" not in f"{outcomes}{wrong!r}{wrong.name}"
        assert statuses(a_road(room.port), a_letter()) == [("retry", "not_authorised")]


def test_starttls_checks_the_certificate(tmp_path, monkeypatch):
    cert, context = certificate(tmp_path)
    with smtp_server(tls=context) as room:
        assert statuses(a_road(room.port, starttls=1), a_letter()) == [("retry", "no_safe_connection")]
        assert statuses(a_road(room.port, starttls=1, verify=0), a_letter()) == [("accepted", "")]
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
        assert statuses(a_road(room.port, starttls=1), a_letter()) == [("accepted", "")]


def test_a_server_without_starttls_gets_no_letter_in_the_clear():
    with smtp_server() as room:
        assert statuses(a_road(room.port, starttls=1), a_letter()) == [("retry", "no_safe_connection")]
    assert room.letters == []


def test_smtps_speaks_tls_from_the_first_byte(tmp_path, monkeypatch):
    cert, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    with smtp_server(implicit_tls=context) as room:
        assert statuses(a_road(room.port, "smtps"), a_letter()) == [("accepted", "")]
