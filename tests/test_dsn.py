"""What comes back: reports as servers write them, prose, answering machines, complaints, forgeries and rubbish."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.providers import BadRoad, dsn, open_road, verp
from dispatch.providers.base import REASONS, Content, Outgoing
from tests.servers import post_office

KEY = "a key"
REFERENCE = "0123456789abcdef"
BACK = verp.address("bounce+*@zone.example", REFERENCE, KEY)
REPORT = """From: MAILER-DAEMON@post.example
To: {to}
Auto-Submitted: auto-replied
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b

I'm sorry to have to inform you.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; post.example

{groups}

--b
Content-Type: message/rfc822

Subject: Verkeersmelding

Dag
--b--
"""


def group(action="failed", status="5.1.1", words="550 5.1.1 unknown user", to="an@voorbeeld.example"):
    return (
        f"Final-Recipient: rfc822; {to}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {words}\n"
    )


def report(*groups, to=BACK):
    return REPORT.format(to=to, groups="\n".join(groups) or group()).encode()


def prose(
    sender="MAILER-DAEMON@post.example",
    subject="failure notice",
    headers="",
    body="Hi. This is the qmail-send",
):
    return f"From: {sender}\nTo: {BACK}\nSubject: {subject}\n{headers}\n{body}\n".encode()


def said(mail, **facts):
    receipt = dsn.read(mail, KEY, **facts)
    return receipt and (receipt.status, receipt.code)


@pytest.mark.parametrize(
    ("status", "words", "code"),
    [
        ("5.1.1", "550 5.1.1 unknown user", "no_such_mailbox"),
        ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found", "no_such_mailbox"),
        ("5.0.0", "550 5.1.1 User unknown", "no_such_mailbox"),
        ("5.0.0", "550 no", "refused"),
        ("", "550 no", "refused"),
        ("5.2.2", "552 5.2.2 over quota", "mailbox_full"),
        ("4.2.2", "452 4.2.2 over quota", "mailbox_full"),
        ("5.2.3", "552 5.2.3 too large", "too_long"),
        ("5.7.1", "550 5.7.1 policy", "refused"),
        ("5.7.8", "550 5.7.8 sign in", "refused"),
        ("4.4.1", "connect to voorbeeld.example: timed out", "gave_up"),
        ("5.4.7", "delivery time expired", "gave_up"),
        ("4.1.1", "451 4.1.1 try again", "gave_up"),
    ],
)
def test_a_report_of_failure_is_told_in_our_codes(status, words, code):
    assert said(report(group(status=status, words=words))) == ("failed", code)
    assert code in REASONS


@pytest.mark.parametrize("action", ["delayed", "relayed", "expanded", "dreamt"])
def test_what_is_still_under_way_changes_nothing(action):
    assert said(report(group(action=action, status="4.4.1"))) is None


def test_a_letter_that_an_alias_spreads_has_arrived_when_one_mailbox_has_it():
    assert said(report(group(), group("delivered", "2.0.0"))) == ("delivered", "")
    assert said(report(group(), group("relayed", "2.0.0"))) is None


def test_the_words_that_are_kept_name_nobody():
    words = "550 5.1.1 an.verlinden: unknown, ask <post@voorbeeld.example> or 0470 11 22 33"
    kept = dsn.read(report(group(words=words, to="an.verlinden@voorbeeld.example")), KEY).detail
    assert kept.startswith("5.1.1 550 5.1.1") and "unknown" in kept
    assert not any(person in kept for person in ("verlinden", "@", "0470"))


def test_a_server_that_writes_prose_is_understood_by_its_return_address():
    assert said(prose()) == ("failed", "refused")
    assert said(prose("Mail System <x@post.example>", headers="X-Failed-Recipients: an@voorbeeld.example\n")) == (
        "failed", "refused",
    )  # fmt: skip


def test_a_warning_in_prose_changes_nothing():
    assert said(prose(subject="Warning: message delayed 24 hours")) is None


@pytest.mark.parametrize("headers", ["Auto-Submitted: auto-replied\n", "Precedence: bulk\n", ""])
def test_an_answering_machine_is_no_bounce(headers):
    assert said(prose("An <an@voorbeeld.example>", "Afwezig", headers, "Ik ben met vakantie.")) is None


def test_a_complaint_says_that_the_letter_arrived():
    complaint = report().replace(b"report-type=delivery-status", b"report-type=feedback-report")
    assert said(complaint) == ("delivered", "opted_out")


def test_nobody_can_make_another_letter_fail():
    other = BACK.replace(REFERENCE, "fedcba9876543210")
    assert said(report(to=other)) is None
    assert said(report(to="bounce@zone.example")) is None
    assert said(report(group(to=BACK), to="bounce@zone.example")) is None
    assert dsn.read(report(), "another key") is None


def test_the_envelope_counts_before_the_headers():
    assert said(report(to="x@y.example"), recipients=[BACK.upper()]) == ("failed", "no_such_mailbox")
    assert said(report(), recipients=["bounce@zone.example"]) is None


pieces = st.sampled_from(
    [b"\n", b"\n\n", b"--b\n", b"--b--\n", b"To: ", BACK.encode(), b"Content-Type: ", b"message/delivery-status",
     b"multipart/report; report-type=delivery-status; boundary=b\n", b"Action: failed\n", b"Status: 5.1.1\n",
     b"message/rfc822\n\n", b"Content-Transfer-Encoding: base64\n", b"\xff\xfe", b"From: =?x?b?\xe9?=\n", b"report-type*=a'b'%ff"]
)  # fmt: skip


@given(st.one_of(st.binary(), st.lists(pieces | st.binary(max_size=5)).map(b"".join)))
def test_no_rubbish_raises_or_settles_what_its_envelope_does_not_name(rubbish):
    dsn.read(rubbish, KEY)
    found = dsn.read(rubbish, KEY, [BACK])
    assert found is None or found.reference == REFERENCE
    assert dsn.read(rubbish, KEY, ["bounce@zone.example"]) is None


@given(st.data())
def test_a_damaged_report_never_raises(data):
    whole = report()
    start, length = data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, 60))
    damaged = whole[:start] + data.draw(st.binary(max_size=20)) + whole[start + length :]
    found = dsn.read(damaged, KEY)
    assert found is None or found.reference == REFERENCE


@pytest.mark.parametrize("charset", [b"us\x00x", b"undefined", b"idna"])
def test_a_report_that_the_parser_itself_stumbles_over_is_passed_over(charset):
    mail = (
        f"To: {BACK}\n".encode()
        + b"Content-Type: multipart/report; boundary*="
        + charset
        + b"'nl'%ff%ff\n\nx"
    )
    assert said(mail) is None


def test_boxes_in_boxes_without_end_are_left_closed():
    nested = f"To: {BACK}\n".encode() + b"Content-Type: message/rfc822\n\n" * 5000
    assert said(nested) is None


@pytest.mark.parametrize("bounces", ["bounce", "*@*.example", "x" * 60 + "@zone.example", "é@zone.example"])
def test_a_return_address_that_cannot_work_stops_the_start(bounces):
    with pytest.raises(BadRoad, match="bounces"):
        a_road(25, bounces)


@pytest.mark.loopback
@pytest.mark.parametrize("extensions", [(), ("PIPELINING", "DSN"), ("PIPELINING", "CHUNKING", "DSN")])
def test_each_letter_leaves_with_a_return_address_of_its_own(extensions):
    letters = [Outgoing(f"{n:016d}", f"lid{n}@voorbeeld.example", Content("Dag")) for n in range(20)]
    with post_office(*extensions) as office:
        road = a_road(office.port, "*@terug.zone.example")
        assert {outcome.status for outcome in road.send(letters) if outcome} == {"accepted"}
        road.close()
    backs = [letter.sender for letter in office.letters]
    assert sorted(verp.reference(back, KEY) for back in backs) == [letter.reference for letter in letters]
    assert all("@terug.zone.example" in back for back in backs)


def a_road(port, bounces):
    url = f"smtp://127.0.0.1:{port}?from=no-reply@zone.example&bounces={bounces}"
    return open_road(url, channel="email", receipt_key=KEY)
