"""E-mail that came back, from real servers into the report: nothing acknowledged before it is written down."""

import smtplib
import socket
import threading
from time import sleep

import pytest

import models
from dispatch.providers import BadRoad, open_road, verp
from dispatch.providers.base import Content, Outcome, Outgoing
from dispatch.sending import bounces, messages, report
from models import Campaign, Member, Message
from tests import cast
from tests.cast import NOON
from tests.dovecot import PASSWORD, USER, dovecot
from tests.servers import free_port, postfix, wait_until
from tests.test_dsn import KEY, group, prose
from tests.test_dsn import report as dsn_report
from tests.test_kill import MAIL, launched, standing, tallied

pytestmark = pytest.mark.loopback
BOUNCES = "bounce@zone.example"


@pytest.fixture
def campaign(app):
    """A campaign that is over: a mail server took all of its letters."""
    sender, bin = cast.user("sender", cast.zone()), cast.bin_named("Molenakker")
    for number in range(10):
        cast.member(bin, f"Lid{number}", email=f"lid{number}@dood.example")
    made = launched(sender, bin, texts=MAIL)
    claimed = messages.claim("email", made, limit=100, now=NOON)
    messages.record([Outcome(one.reference, "accepted") for one in claimed], road="r", now=NOON)
    Campaign.update(status="done", ended_at=NOON, moved_at=NOON).where(Campaign.id == made.id).execute()
    return made


@pytest.fixture
def door():
    """open() is the port of an open door."""
    ways = []

    def open():
        port = free_port()
        ways.append(bounces.Bounces(f"lmtp://127.0.0.1:{port}", KEY))
        ways[-1].open()
        return port

    yield open
    for way in ways:
        way.close()


def references():
    return [row.reference for row in Message.select().order_by(Message.id)]


def back(reference):
    return verp.address(verp.pattern(BOUNCES), reference, KEY)


def a_report(reference, **facts):
    return dsn_report(group(**facts), to=back(reference)).replace(b"\n", b"\r\n")


def hand_in(port, letter, *readers, greeting=smtplib.LMTP):
    with greeting("127.0.0.1", port) as server:
        return server.sendmail("", readers, letter)


def test_a_letter_that_comes_back_after_the_end_moves_the_report_and_becomes_a_task(campaign, door):
    first, *_ = references()
    hand_in(door(), a_report(first), back(first))
    assert standing(campaign) == tallied(campaign) == {"failed": 1, "accepted": 9}
    message = Message.get(Message.reference == first)
    assert message.code == "no_such_mailbox" and message.ended_at
    sentence = str(report.what_happened(message))
    assert sentence == "Accepted, and came back: the mailbox does not exist any more"
    assert [member.email for member in Member.select().where(Member.email_fault == "no_such_mailbox")] == [
        message.address
    ]
    assert Campaign.get_by_id(campaign.id).moved_at > NOON  # so the next paper is a new one


def test_a_full_mailbox_is_no_dead_address_and_a_delay_changes_nothing(campaign, door):
    first, second, *_ = references()
    port = door()
    hand_in(port, a_report(first, status="5.2.2", words="552 5.2.2 full"), back(first))
    hand_in(port, a_report(second, action="delayed", status="4.4.1"), back(second))
    assert standing(campaign) == tallied(campaign) == {"failed": 1, "accepted": 9}
    assert not Member.select().where(Member.email_fault != "").exists()


def test_the_door_takes_only_what_comes_back_and_believes_only_our_own_mark(campaign, door):
    first, *_ = references()
    port = door()
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        hand_in(port, a_report(first), BOUNCES)
    assert refused.value.recipients[BOUNCES][0] == 550
    forged = f"bounce+{first}-0123456789@zone.example"
    hand_in(port, a_report(first), forged)
    assert standing(campaign) == {"accepted": 10}


def test_a_letter_for_several_readers_settles_each_and_lmtp_is_told_of_each(campaign, door):
    readers = [back(reference) for reference in references()[:3]]
    with smtplib.LMTP("127.0.0.1", door()) as server:
        server.ehlo()
        server.mail("")
        for reader in readers:
            server.rcpt(reader)
        told = [server.data(prose()), server.getreply(), server.getreply()]
    assert [code for code, _ in told] == [250] * 3
    assert standing(campaign) == {"failed": 3, "accepted": 7}


def test_a_server_that_speaks_smtp_is_told_once(campaign, door):
    readers = [back(reference) for reference in references()[:3]]
    assert hand_in(door(), prose(), *readers, greeting=smtplib.SMTP) == {}
    assert standing(campaign) == {"failed": 3, "accepted": 7}


def test_what_cannot_be_written_down_stays_with_the_mail_server(campaign, door, monkeypatch):
    first, *_ = references()
    port = door()
    with monkeypatch.context() as patched:
        patched.setattr(models.database.obj, "execute_sql", None)
        with pytest.raises(smtplib.SMTPDataError) as told:
            hand_in(port, a_report(first), back(first))
        assert told.value.smtp_code == 451
    assert standing(campaign) == {"accepted": 10}
    hand_in(port, a_report(first), back(first))
    assert standing(campaign) == {"failed": 1, "accepted": 9}


def test_a_server_that_goes_before_the_final_dot_has_handed_in_nothing(campaign, door):
    first, *_ = references()
    port = door()
    with socket.create_connection(("127.0.0.1", port)) as peer:
        file = peer.makefile("rb")
        said = f"LHLO post\r\nMAIL FROM:<>\r\nRCPT TO:<{back(first)}>\r\nDATA\r\n".encode()
        peer.sendall(said + a_report(first))
        while not file.readline().startswith(b"354"):
            pass
        peer.shutdown(socket.SHUT_WR)
        assert file.read() == b""
    assert standing(campaign) == {"accepted": 10}


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"DATA\r\n", b"503"),
        (b"RCPT TO: nobody\r\n", b"550"),
        (b"VRFY an\r\n", b"500"),
        (b"x" * 9000 + b"\r\n", b"500"),
        (b"\xff\xfe\r\n", b"500"),
        (b"NOOP\r\n", b"250"),
        (b"HELO post\r\n", b"250"),
    ],
)
def test_the_door_answers_whatever_is_said(app, door, said, answer):
    with socket.create_connection(("127.0.0.1", door())) as peer:
        file = peer.makefile("rb")
        assert file.readline().startswith(b"220")
        peer.sendall(said)
        assert file.readline().startswith(answer)


def test_many_servers_at_once_are_served_or_asked_to_come_again(campaign, door):
    port, done = door(), []

    def server(reference):
        done.append(hand_in(port, a_report(reference), back(reference)))

    servers = [threading.Thread(target=server, args=(reference,)) for reference in references()]
    for one in servers:
        one.start()
    for one in servers:
        one.join()
    assert done == [{}] * 10 and standing(campaign) == tallied(campaign) == {"failed": 10}


def test_a_mailbox_is_read_written_down_and_then_marked(campaign, monkeypatch):
    first, second, *rest = references()
    with dovecot() as server:
        server.put(a_report(first), b"Subject: Hallo\r\n\r\nDag", a_report(second, action="delayed"))
        way = bounces.Bounces(mailbox_url(server), KEY)
        with monkeypatch.context() as patched:
            patched.setattr(models.database.obj, "execute_sql", None)
            with pytest.raises(TypeError):
                way.collect()
        assert server.unread() == 3 and standing(campaign) == {"accepted": 10}
        way.collect()
        assert server.unread() == 0 and standing(campaign) == {"failed": 1, "accepted": 9}
        server.put(
            *[a_report(reference) for reference in rest * 8]
        )  # more than one armful, and each told again
        way.collect()
        assert server.unread() == 0 and standing(campaign) == tallied(campaign) == {
            "failed": 9,
            "accepted": 1,
        }


def test_a_wrong_password_and_a_missing_folder_are_errors_without_words(app):
    with dovecot() as server:
        for url in (mailbox_url(server, password="fout"), mailbox_url(server) + "&folder=Nergens"):
            with pytest.raises(Exception) as told:
                bounces.Bounces(url, KEY).collect()
            assert "fout" not in str(told.value)


def mailbox_url(server, password=PASSWORD):
    return f"imaps://{USER}:{password.replace(' ', '%20')}@127.0.0.1:{server.port}?verify=0"


@pytest.mark.parametrize(
    "url", ["pop://h", "lmtp://127.0.0.1", "imaps://", "imaps://u:geheim@h?map=x", "bounce@zone.example"]
)
def test_a_way_in_that_does_not_exist_stops_the_start(url):
    with pytest.raises(BadRoad) as refusal:
        bounces.Bounces(url, KEY)
    assert "geheim" not in str(refusal.value)


def hand_over(road, letters) -> None:
    """As a pump does: what a server that is just beginning did not take goes again."""
    left = {one.reference: one for one in letters}
    for _turn in range(3):
        answers = [outcome for outcome in road.send([*left.values()]) if outcome]
        taken = [outcome for outcome in answers if outcome.status != "retry"]
        assert {(outcome.status, outcome.code) for outcome in taken} <= {("accepted", "")}
        for outcome in taken:
            del left[outcome.reference]
        if not left:
            return
        sleep(1)
    raise AssertionError(f"not taken in three turns: {answers}")


def test_a_real_postfix_brings_back_what_nobody_can_have(campaign, door, tmp_path):
    """Signed in over STARTTLS; Postfix takes the letter, finds no mailbox, and hands its own report in at our door."""
    first, second, *_ = references()
    with dovecot() as post, postfix(tmp_path, more=local(door(), post.sasl)) as office:
        road = a_road(office.port, USER, PASSWORD.replace(" ", "%20"))
        letters = [
            Outgoing(first, "niemand@dood.example", Content("Dag")),
            Outgoing(second, "an@voorbeeld.example", Content("Dag")),
        ]
        hand_over(road, letters)
        road.close()
        wait_until(lambda: standing(campaign)["failed"] == 1, seconds=40, what="the report")
    message = Message.get(Message.reference == first)
    assert message.code == "no_such_mailbox" and "niemand" not in message.detail
    assert standing(campaign) == tallied(campaign) == {"failed": 1, "accepted": 9}


def test_a_real_postfix_refuses_a_wrong_password(app, tmp_path):
    with dovecot() as post, postfix(tmp_path, more=local(1, post.sasl)) as office:
        road = a_road(office.port, USER, "fout")
        found = [
            outcome
            for outcome in road.send([Outgoing("0" * 16, "an@dood.example", Content("Dag"))])
            if outcome
        ]
        road.close()
    assert [(outcome.status, outcome.code) for outcome in found] == [("retry", "not_authorised")]


def a_road(port, user, password):
    options = f"from=no-reply@zone.example&starttls=1&verify=0&bounces={BOUNCES}"
    url = f"smtp://{user}:{password}@127.0.0.1:{port}?{options}"
    return open_road(url, channel="email", receipt_key=KEY)


def local(door, sasl):
    return f"""
mydestination = dood.example
local_recipient_maps =
alias_maps =
transport_maps = inline:{{zone.example=lmtp:inet:127.0.0.1:{door}}}
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {sasl}
smtpd_tls_auth_only = yes
"""
