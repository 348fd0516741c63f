import re
import time
from email import message_from_bytes, policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dispatch.providers import open_road
from dispatch.providers.base import Attachment, Content, Outgoing, Unfit
from dispatch.providers.letter import write
from tests.servers import certificate, conversation, free_port, post_office, postfix, smtp_server, wait_until

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
    names = facts.pop("names", "")
    content = facts.pop("content", None) or Content(facts.pop("text", "Dag"), **facts)
    return Outgoing(f"{n:016d}", address or f"lid{n}@voorbeeld.example", content, names)


@pytest.fixture(params=["UTC", "Europe/Brussels", "America/New_York"])
def zone(request, monkeypatch):
    """The time zone of the machine, which is not always ours."""
    with monkeypatch.context() as machine:
        machine.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


def test_a_letter_is_dated_now_whatever_the_time_zone_of_the_machine(zone):
    written = write(a_letter(), b"From: a@b.example\r\n", "a@b.example")
    date = message_from_bytes(written, policy=policy.SMTP)["Date"].datetime
    assert abs(date.timestamp() - time.time()) < 5
    assert date.utcoffset().total_seconds() in (3600, 7200)  # on the clocks of Brussels


def statuses(road, *letters):
    """Of the letters that were pulled, in the order of their numbers."""
    return [(outcome.status, outcome.code) for outcome in answers(road, *letters)]


def answers(road, *letters):
    return sorted(filter(None, road.send(letters)))


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
        outcomes = answers(a_road(room.port), outgoing)
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
    assert mail["Subject"] == outgoing.content.subject
    assert mail["Message-ID"] == "<0000000000000000@zavelstreek.example>"
    assert mail["Date"].datetime.utcoffset() is not None
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert (mail["Content-Language"], mail["Precedence"]) == ("nl", "bulk")
    assert mail["List-Id"] == "<molenakker.zavelstreek>"
    assert mail["List-Unsubscribe"].startswith("<mailto:no-reply@zavelstreek.example?subject=unsubscribe%20")
    assert text_of(mail.get_body()) == outgoing.content.text
    [attached] = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == (plan.filename, plan.content)


@pytest.mark.parametrize(
    "house",
    [
        "Politiezone Zavelstreek",
        'Zone "Été" <x@y.example>',
        "Hulpverleningszone Été-Ligne",
        "Zone\r\nBcc: x@y.example",
    ],
)
def test_who_writes_is_the_house_and_the_mailbox_stays_that_of_the_setting(house):
    road = open_road("smtp://host?from=no-reply@be-alert.example", channel="email")
    letter = a_letter(house=house)
    mail = message_from_bytes(write(letter, road.from_line(house), road.mailbox), policy=policy.default)
    [writer] = mail["From"].addresses
    assert (writer.display_name, writer.addr_spec) == (" ".join(house.split()), "no-reply@be-alert.example")
    assert mail["Bcc"] is None


def test_a_road_whose_setting_names_somebody_keeps_that_name():
    road = open_road(f"smtp://host?from={SENDER}", channel="email")
    assert (
        road.from_line("Zavelstreek") == b'From: "Politiezone Zavelstreek" <no-reply@zavelstreek.example>\r\n'
    )


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
        wrong = Outgoing("0" * 16, address, Content("Dag"))
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
        letter = a_letter(0, "jan.peeters@voorbeeld.example", names="Jan Peeters")
        [outcome] = answers(a_road(room.port), letter)
    assert "unknown here" in outcome.detail
    assert not re.search(r"jan|peeters|470", outcome.detail)


def test_a_greylisted_letter_is_worth_another_try_and_then_goes():
    with smtp_server(greylist=True) as room:
        road = a_road(room.port)
        assert statuses(road, a_letter()) == [("retry", "later")]
        assert statuses(road, a_letter()) == [("accepted", "")]
    assert len(room.letters) == 1


def test_one_connection_carries_all_feeds():
    with smtp_server() as room:
        road = a_road(room.port, connections=1)
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
        assert statuses(a_road(port, timeout=0.3), a_letter(0), a_letter(1)) == [("retry", code)]


def test_an_unreachable_server_answers_one_letter_and_leaves_the_others_where_they_are():
    road, feed = a_road(free_port()), iter(list(map(a_letter, range(50))))
    assert [(o.status, o.code) for o in filter(None, road.send(feed))] == [("retry", "no_answer")]
    assert len(list(feed)) == 49


def test_signing_in():
    with smtp_server(auth=("belfort", "ge:h@im")) as room:
        assert statuses(a_road(room.port, user="belfort:ge%3Ah%40im@"), a_letter()) == [("accepted", "")]
        wrong = a_road(room.port, user="belfort:verkeerd@")
        outcomes = answers(wrong, a_letter())
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


READS_AHEAD = pytest.mark.parametrize("extensions", [(), ("PIPELINING",), ("PIPELINING", "CHUNKING")])


@READS_AHEAD
def test_each_letter_reaches_its_own_reader_once(extensions):
    letters = [a_letter(n, text=f"Dag {n}\n.\n..einde") for n in range(200)]
    with post_office(*extensions) as office:
        assert statuses(a_road(office.port, connections=3), *letters) == [("accepted", "")] * 200
    assert sorted(letter.recipients[0] for letter in office.letters) == sorted(o.address for o in letters)
    for letter in office.letters:
        assert text_of(letter.parsed) == f"Dag {letter.recipients[0][3:].split('@')[0]}\n.\n..einde"
        assert (
            letter.parsed["Message-ID"]
            == f"<{int(letter.recipients[0][3:].split('@')[0]):016d}@zavelstreek.example>"
        )


@READS_AHEAD
def test_a_queue_identity_is_kept_of_what_was_accepted(extensions):
    with post_office(*extensions) as office:
        outcomes = answers(a_road(office.port, connections=1), *map(a_letter, range(3)))
    assert [(o.provider_reference, o.detail) for o in outcomes] == [(f"0000000{n}", "") for n in (1, 2, 3)]


@READS_AHEAD
def test_refusals_in_mid_pipeline_touch_only_their_own_reader(extensions):
    refuse = {"lid1@voorbeeld.example": "550 5.1.1 unknown", "lid2@voorbeeld.example": "450 4.2.0 later"}
    with post_office(*extensions, refuse=refuse) as office:
        found = statuses(a_road(office.port, connections=1), *map(a_letter, range(6)))
    assert (
        found
        == [("accepted", ""), ("failed", "no_such_mailbox"), ("retry", "later")] + [("accepted", "")] * 3
    )
    assert [letter.recipients[0][3] for letter in office.letters] == ["0", "3", "4", "5"]


@READS_AHEAD
def test_a_refused_sender_refuses_every_letter(extensions):
    with post_office(*extensions, answers={"MAIL": "550 5.1.8 not you"}) as office:
        found = statuses(a_road(office.port, connections=1), *map(a_letter, range(3)))
    assert found == [("failed", "sender_refused")] * 3 and office.letters == []


def test_no_body_follows_a_refused_data():
    with post_office("PIPELINING", answers={"DATA": "451 4.3.0 disk full"}) as office:
        assert statuses(a_road(office.port), *map(a_letter, range(3))) == [("retry", "later")] * 3
    assert set(office.verbs) <= {"EHLO", "MAIL", "RCPT", "DATA", "RSET", "QUIT"}


def test_a_lone_dot_ends_a_letter_for_nobody():
    talk = conversation(
        "250-x\r\n250 PIPELINING\r\n",
        "250 ok\r\n550 5.1.1 no\r\n354 go\r\n",
        "554 none\r\n250 ok\r\n",
        greeting="220 dag\r\n",
    )
    with talk as port:
        assert statuses(a_road(port), a_letter()) == [("failed", "no_such_mailbox")]


def test_after_421_the_letters_behind_it_were_surely_not_sent():
    refuse = {"lid1@voorbeeld.example": "421 4.3.2 going down"}
    with post_office("PIPELINING", "CHUNKING", refuse=refuse) as office:
        found = statuses(a_road(office.port, connections=1), *map(a_letter, range(5)))
    assert found[:2] == [("accepted", ""), ("retry", "later")]
    assert [letter.recipients[0][3] for letter in office.letters].count("1") == 0
    accepted = {letter.recipients[0] for letter in office.letters}
    assert accepted == {f"lid{n}@voorbeeld.example" for n in range(5) if found[n][0] == "accepted"}


@pytest.mark.parametrize("is_mute", [False, True])
@READS_AHEAD
def test_a_server_that_goes_in_mid_pipeline_leaves_no_wrong_certainty(extensions, is_mute):
    with post_office(*extensions, hang_up_after=5, is_mute=is_mute) as office:
        road, feed = a_road(office.port, connections=1, timeout=0.5), iter(list(map(a_letter, range(40))))
        found = [o for o in road.send(feed) if o]
    delivered = {letter.recipients[0] for letter in office.letters}
    assert [o.status for o in found].count("accepted") == 5
    for outcome in found:
        if f"lid{int(outcome.reference)}@voorbeeld.example" in delivered:
            assert outcome.status in ("accepted", "unsure")
    assert len(found) + len(list(feed)) == 40 and len({o.reference for o in found}) == len(found)
    assert {o.code for o in found} == {"", "no_answer" if is_mute else "connection_lost"}


def test_tls_and_sign_in_and_reading_ahead_together(tmp_path, monkeypatch):
    cert, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    with post_office("PIPELINING", "CHUNKING", "AUTH PLAIN", tls=context) as office:
        road = a_road(office.port, user="belfort:geheim@", starttls=1, connections=1)
        letters = [a_letter(n, text="regel\n" * 3000) for n in range(60)]
        assert statuses(road, *letters) == [("accepted", "")] * 60
        road.close()
    assert (len(office.letters), office.logins) == (60, 1)


def test_a_handshake_that_hangs_is_given_up():
    with conversation(silent_seconds=60) as port:
        start = time.monotonic()
        [outcome] = answers(a_road(port, "smtps", timeout=0.3), a_letter())
        assert outcome.status == "retry" and time.monotonic() - start < 30


def test_a_quiet_feed_is_asked_again_while_letters_are_under_way():
    def feed():
        yield a_letter(0)
        yield None
        yield a_letter(1)
        while True:
            yield None

    with post_office("PIPELINING") as office:
        assert [o.status for o in a_road(office.port).send(feed()) if o] == ["accepted"] * 2


def test_what_an_abandoned_feed_never_gave_was_not_sent():
    with post_office("PIPELINING") as office:
        feed = iter(list(map(a_letter, range(1000))))
        road = a_road(office.port, connections=1)
        sending = road.send(feed)
        while not next(sending):
            pass
        sending.close()
        left = len(list(feed))
        assert statuses(road, a_letter(2000)) == [("accepted", "")]
    assert left > 900 and len(office.letters) <= 1000 - left + 1


@pytest.mark.parametrize("without", ["", "chunking", "chunking,pipelining"])
def test_a_real_postfix_takes_what_it_accepts_and_nothing_else(tmp_path, without):
    letters = [a_letter(n, text="Dag\n.\nbuur\n" * 40) for n in range(300)]
    letters[150] = a_letter(150, "nobody@voorbeeld.example")
    with postfix(tmp_path, without) as office:
        road = a_road(office.port, connections=4, starttls=1, verify=0)
        found = answers(road, *letters)
        assert (found[150].status, found[150].provider_reference) == ("failed", "")
        assert {o.status for o in found if int(o.reference) != 150} == {"accepted"}
        assert len({o.provider_reference for o in found}) == 300
        wait_until(lambda: len(office.delivered()) >= 299, what="the deliveries")
        road.close()
        assert sorted(office.delivered()) == sorted(o.address for o in letters if o.address[0] == "l")
