"""E-mail against a real server on this machine, with TLS and a certificate of its own."""

from __future__ import annotations

import email
import email.policy
import runpy
import smtplib
import socket
import sqlite3
import ssl
from pathlib import Path
from types import SimpleNamespace

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from geoalarm.schedule.delivery.mail import MailCarrier
from geoalarm.schedule.state.delivery_ledger import Ledger

kit = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "schedule_kit.py")))

# aiosmtpd announces changes of its own, of no concern here
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd.*")]


class Mailbox:
    """Keeps what it is sent. ``answers`` gives, by address, what it says instead of OK: to RCPT, or after the
    last dot.
    """

    def __init__(self):
        self.kept, self.answers, self.after, self.logins, self.connections = [], {}, {}, [], 0
        self.before_answer = lambda envelope: None

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        said = self.answers.get(address, [])
        if said:
            return said.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        said = self.after.get(envelope.rcpt_tos[0], [])
        if said:
            answer = said.pop(0)
            if answer == "drop":
                self.kept.append(envelope)
                server.transport.abort()
            return answer
        self.kept.append(envelope)
        self.before_answer(envelope)
        return "250 kept"

    def login(self, server, session, envelope, mechanism, data):
        self.logins.append((data.login, data.password))
        return AuthResult(success=(data.login, data.password) == (b"crise", b"s3cret"), handled=False)

    @property
    def messages(self):
        return [email.message_from_bytes(one.content, policy=email.policy.default) for one in self.kept]

    @property
    def readers(self):
        return [one.rcpt_tos[0] for one in self.kept]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A certificate authority, and its certificate as a file."""
    made = trustme.CA()
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    made.cert_pem.write_to_path(str(path))
    return made, path


@pytest.fixture
def server(authority, request):
    """``server(security)`` starts one; gives its mailbox and its port."""
    started = []

    def start(security="starttls", name="localhost", login=False):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority[0].issue_cert(name).configure_cert(context)
        box, port = Mailbox(), free_port()
        more = {
            "tls": {"ssl_context": context},
            "starttls": {"tls_context": context, "require_starttls": True},
            "plain": {},
        }[security]
        more |= {"authenticator": box.login, "auth_required": True} if login else {}
        controller = Controller(box, hostname="127.0.0.1", port=port, **more)
        controller.start()
        started.append(controller)
        return box, port

    yield start
    for controller in started:
        controller.stop(no_assert=True)


@pytest.fixture
def send(tmp_path, authority):
    """``send(port, ...)``: a job that is due once and sends by this server; its run, the service."""

    def go(port, *, runner=None, clock=None, security="starttls", **mail):
        target = {
            "host": "localhost",
            "port": port,
            "security": security,
            "from": "Crise <crise@prefecture.example>",
            "to": ["a@x.example"],
        }
        job = {
            "deliver": [{"mail": target | {"cafile": str(authority[1])} | mail}],
            "retries": {"times": 2, "first_wait": "1 s", "factor": 2},
        }
        clock = clock or kit.TestClock("2026-01-16 05:00:01")
        service = kit.service(tmp_path, runner, clock, **job)
        (run,) = service.once()
        return run, service

    return go


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_message_arrives_over_tls(server, send, security):
    box, port = server(security)
    run, service = send(
        port,
        security=security,
        per="commune",
        attach="pdf",
        link="https://x.example/e",
        to=["a@x.example", "b@x.example"],
    )
    assert run.state == "done"
    assert sorted(box.readers) == ["a@x.example"] * 3 + ["b@x.example"] * 3
    message = next(one for one in box.messages if one["To"] == "a@x.example" and "Lille" in one["Subject"])
    assert message["Subject"] == "Rapport du 16 janvier 2026\u00a0: Lille"
    assert message["From"] == "Crise <crise@prefecture.example>"
    assert (message["Auto-Submitted"], message["Content-Language"]) == ("auto-generated", "fr")
    assert message["Date"].datetime == kit.utc("2026-01-16 05:00:01")
    plain, page = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    for text in (plain, page):
        assert "Lille" in text
        assert "ne décidez rien avec" in text  # example data say so
        assert "https://x.example/e/daily/2026-01-16T0600%2B0100/FR-59350/fr.html" in text
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("fr.pdf", "application/pdf")
    assert attached.get_content() == b"%PDF-1.4 Lille"
    assert len({one["Message-ID"] for one in box.messages}) == 6
    assert {row.message_id for row in service.ledger.in_state("sent")} == {
        one["Message-ID"] for one in box.messages
    }


def test_nobody_sees_the_address_of_another(server, send):
    box, port = server()
    send(port, to=["a@x.example", "b@x.example"])
    assert [(one["To"], one["Cc"], one["Bcc"]) for one in box.messages] == [
        ("a@x.example", None, None),
        ("b@x.example", None, None),
    ]
    assert [len(one.rcpt_tos) for one in box.kept] == [1, 1]


def test_each_commune_has_its_readers(server, send):
    box, port = server()
    send(
        port,
        per="commune",
        to={"FR:59350": ["lille@x.example"], "BE:54007": ["mouscron@x.example"], "*": ["all@x.example"]},
    )
    told = sorted((one["To"], one["Subject"].rpartition(" ")[2]) for one in box.messages)
    assert told == [
        ("all@x.example", "Lille"),
        ("all@x.example", "Mouscron"),
        ("all@x.example", "Roubaix"),
        ("lille@x.example", "Lille"),
        ("mouscron@x.example", "Mouscron"),
    ]


def test_what_is_lacking_is_told(server, send):
    box, port = server()
    run, _ = send(port, runner=kit.SmallReports(lacking=("FR:59350",)), link="https://x.example")
    (message,) = box.messages
    assert run.state == "partly"
    assert message["Subject"] == "Rapports du 16 janvier 2026\u00a0: 2 communes"
    for kind in ("plain", "html"):
        text = message.get_body((kind,)).get_content()
        assert "Le rapport d'une commune n'a pas pu être fait." in text.replace("&#x27;", "'")
        assert "Lille" in text
        assert "/index.html" in text


@pytest.mark.parametrize("lang", ["fr", "nl", "de", "en"])
def test_every_language_has_its_message(server, send, lang):
    box, port = server()
    send(port, lang=lang)
    (message,) = box.messages
    assert message["Content-Language"] == lang
    assert {"fr": "janvier", "nl": "januari", "de": "Januar", "en": "January"}[lang] in message["Subject"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_another_name_is_refused(server, send, security):
    box, port = server(security, name="elsewhere.example")
    run, service = send(port, security=security)
    assert (run.state, box.kept, service.clock.waits) == ("partly", [], [])
    assert "certificate is not accepted" in service.ledger.in_state("failed")[0].note


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_nobody_is_refused(server, send, security):
    box, port = server(security)
    run, _ = send(port, security=security, cafile=None)
    assert (run.state, box.kept) == ("partly", [])


def test_a_server_without_starttls_gets_nothing(server, send):
    box, port = server("plain")
    run, service = send(port)
    assert (run.state, box.kept, service.clock.waits) == ("partly", [], [])
    assert "nothing is sent in plain" in service.ledger.in_state("failed")[0].note


def test_the_login_comes_from_the_environment(server, send, monkeypatch):
    monkeypatch.setenv("MAIL_USER", "crise")
    monkeypatch.setenv("MAIL_PASSWORD", "s3cret")
    box, port = server(login=True)
    run, service = send(port, user_env="MAIL_USER", password_env="MAIL_PASSWORD")
    assert (run.state, box.logins) == ("done", [(b"crise", b"s3cret")])
    assert b"s3cret" not in service.runs._database.path.read_bytes()


def test_a_wrong_login_is_told_and_not_repeated(server, send, monkeypatch):
    monkeypatch.setenv("MAIL_USER", "crise")
    monkeypatch.setenv("MAIL_PASSWORD", "wrong")
    box, port = server(login=True)
    run, service = send(port, user_env="MAIL_USER", password_env="MAIL_PASSWORD")
    (row,) = service.ledger.in_state("failed")
    assert (run.state, service.clock.waits) == ("partly", [])
    assert "535" in row.note
    assert "wrong" not in row.note
    assert {password for _, password in box.logins} == {b"wrong"}


def test_a_login_that_is_not_set_is_told(server, send, monkeypatch):
    monkeypatch.delenv("MAIL_USER", raising=False)
    _, port = server()
    _, service = send(port, user_env="MAIL_USER", password_env="MAIL_PASSWORD")
    assert "MAIL_USER" in service.ledger.in_state("failed")[0].note


@pytest.mark.parametrize("where", ["answers", "after"])
def test_a_server_that_asks_to_wait_is_asked_again(server, send, where):
    """Greylisting: only the one it asked to wait with is sent again."""
    box, port = server()
    getattr(box, where)["b@x.example"] = ["450 later", "451 later still"]
    run, service = send(port, to=["a@x.example", "b@x.example", "c@x.example"])
    assert (run.state, service.clock.waits) == ("done", [1, 2])
    assert box.readers == ["a@x.example", "c@x.example", "b@x.example"]


@pytest.mark.parametrize("where", ["answers", "after"])
def test_a_server_that_refuses_is_told_and_the_rest_is_delivered(server, send, where):
    box, port = server()
    getattr(box, where)["b@x.example"] = ["550 no such reader"]
    run, service = send(port, to=["a@x.example", "b@x.example", "c@x.example"])
    (row,) = service.ledger.in_state("failed")
    assert (run.state, service.clock.waits, box.readers) == ("partly", [], ["a@x.example", "c@x.example"])
    assert (row.parcel.addressee, row.note) == ("b@x.example", "550 no such reader")


@pytest.mark.parametrize(("answer", "copies"), [("550 go away", 0), ("450 later", 1)])
def test_a_server_that_answers_and_leaves_is_not_asked_for_ever(server, send, monkeypatch, answer, copies):
    box, port = server()
    box.answers["a@x.example"] = [answer]
    monkeypatch.setattr(
        smtplib.SMTP, "rset", lambda self: (_ for _ in ()).throw(smtplib.SMTPServerDisconnected("gone"))
    )
    run, service = send(port)
    assert (run.state, len(box.kept)) == ("done" if copies else "partly", copies)
    assert service.clock.waits == ([1] if copies else [])


def test_a_server_that_waits_for_ever_is_given_up(server, send):
    box, port = server()
    box.answers["a@x.example"] = ["450 later"] * 9
    run, service = send(port)
    assert (run.state, service.clock.waits, box.kept) == ("partly", [1, 2], [])
    assert service.ledger.in_state("failed")


def test_a_server_that_is_away_is_waited_for(server, send):
    clock = kit.TestClock("2026-01-16 05:00:01")
    run, service = send(free_port(), clock=clock)
    assert (run.state, clock.waits) == ("partly", [1, 2])
    assert "ConnectionRefused" in service.ledger.in_state("failed")[0].note


def test_a_server_that_closes_after_each_message_is_asked_again_at_once(server, send):
    """421 after one message: progress was made, so no waiting and no attempt lost."""
    box, port = server()
    people = [f"p{n}@x.example" for n in range(8)]
    for one in people[1:]:
        box.answers[one] = ["421 enough for now"]
    run, service = send(port, to=people)
    assert (run.state, service.clock.waits, box.readers) == ("done", [], people)


def test_many_messages_share_connections(server, send):
    box, port = server()
    people = [f"p{n}@x.example" for n in range(60)]
    run, _ = send(port, to=people)
    assert (run.state, len(box.kept)) == ("done", 60)
    assert box.connections == 2 * 2  # two connections, each greets before and after STARTTLS


def test_an_answer_that_never_came_is_uncertain_and_not_sent_again(server, send):
    """The server kept the message and the line broke before it said so: nobody can know, so nobody sends
    twice.
    """
    box, port = server()
    box.after["b@x.example"] = ["drop"]
    run, service = send(port, to=["a@x.example", "b@x.example", "c@x.example"])
    (row,) = service.ledger.in_state("uncertain")
    assert run.state == "partly"
    assert sorted(box.readers) == ["a@x.example", "b@x.example", "c@x.example"]
    assert row.parcel.addressee == "b@x.example"
    assert row.message_id in {one["Message-ID"] for one in box.messages}


def test_uncertain_messages_are_sent_again_where_the_file_says_so(server, send):
    box, port = server()
    box.after["b@x.example"] = ["drop"]
    run, _ = send(port, to=["a@x.example", "b@x.example", "c@x.example"], when_uncertain="again")
    assert run.state == "done"
    assert sorted(box.readers) == ["a@x.example", "b@x.example", "b@x.example", "c@x.example"]
    first, second = (one["Message-ID"] for one in box.messages if one["To"] == "b@x.example")
    assert first == second  # a mailbox can tell


def test_a_receipt_that_cannot_be_written_is_no_reason_to_send_twice(server, send, monkeypatch):
    """The disk is full at the worst moment: the message was kept, and our book does not say so."""
    box, port = server()
    full = [sqlite3.OperationalError("database or disk is full")]
    real = Ledger.receipt

    def receipt(self, parcel, note=""):
        if full:
            raise full.pop()
        real(self, parcel, note)

    monkeypatch.setattr(Ledger, "receipt", receipt)
    run, service = send(port, to=["a@x.example", "b@x.example"])
    told = {row.parcel.addressee: row.state for row in service.ledger.of(run.job, run.due)}
    assert (box.readers, told) == (
        ["a@x.example", "b@x.example"],
        {"a@x.example": "uncertain", "b@x.example": "sent"},
    )


def test_after_the_mend_only_what_failed_is_sent(server, send):
    box, port = server()
    box.answers["b@x.example"] = ["550 no such reader"]
    box.after["c@x.example"] = ["drop"]
    run, service = send(port, to=["a@x.example", "b@x.example", "c@x.example"])
    assert run.state == "partly"
    assert [one.due for one in service.again()] == [run.due]
    (run,) = service.once()
    assert (run.state, box.readers) == (
        "partly",
        ["a@x.example", "c@x.example", "b@x.example"],
    )  # c stays uncertain
    assert [row.state for row in service.ledger.of(run.job, run.due)] == ["sent", "sent", "uncertain"]


class Killed(BaseException):
    pass


@pytest.mark.parametrize(("rule", "copies"), [("leave", 0), ("again", 1)])
def test_killed_before_the_last_dot(server, send, monkeypatch, rule, copies):
    """The intent is written, the dot was not sent: nothing arrived, but the next process cannot know."""
    box, port = server()
    with monkeypatch.context() as patch:
        patch.setattr(
            smtplib.SMTP,
            "send",
            lambda self, s, real=smtplib.SMTP.send: (
                (_ for _ in ()).throw(Killed) if s == b".\r\n" else real(self, s)
            ),
        )
        with pytest.raises(Killed):
            send(port, when_uncertain=rule)
    assert box.kept == []
    run, service = send(port, when_uncertain=rule)
    assert len(box.kept) == copies
    assert [row.state for row in service.ledger.of(run.job, run.due)] == [
        "uncertain" if rule == "leave" else "sent"
    ]


def test_killed_before_the_message_was_whole_it_is_sent_once(server, send, monkeypatch):
    box, port = server()
    with monkeypatch.context() as patch:
        patch.setattr(MailCarrier, "_send", lambda self, smtp, parcel: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            send(port)
    run, _ = send(port)
    assert (run.state, len(box.kept)) == ("done", 1)


def test_a_name_with_line_breaks_cannot_add_a_header(server, send, monkeypatch):
    monkeypatch.setitem(
        kit.COMMUNES, "FR:59350", "Lille\r\nBcc: thief@x.example\r\n\r\nbody\u202e<script>alert(1)</script>"
    )
    box, port = server()
    run, _ = send(port, per="commune", to={"FR:59350": ["a@x.example"]})
    (message,) = box.messages
    assert run.state == "done"
    assert message["Bcc"] is None
    assert (
        message["Subject"]
        == "Rapport du 16 janvier 2026\u00a0: Lille Bcc: thief@x.example body <script>alert(1)</script>"
    )
    assert "<script>" not in message.get_body(("html",)).get_content()
    assert box.readers == ["a@x.example"]


def test_a_line_of_one_dot_does_not_end_the_message(server, send, monkeypatch):
    monkeypatch.setitem(kit.COMMUNES, "FR:59350", "x" * 60 + " . .. ... " + "y" * 60)
    box, port = server()
    box_run, _ = send(port, per="commune", to={"FR:59350": ["a@x.example"]})
    assert box_run.state == "done"
    assert "y" * 60 in box.messages[0].get_body(("plain",)).get_content().replace("\n", "")


def test_documents_that_are_too_large_are_linked(server, send):
    box, port = server()
    run, _ = send(
        port,
        runner=kit.SmallReports(size=100_000),
        per="commune",
        attach="pdf",
        link="https://x.example",
        limit_mb=0.1,
    )
    message = box.messages[0]
    assert run.state == "done"
    assert list(message.iter_attachments()) == []
    assert "trop lourds pour un courriel (0,1 Mo)" in message.get_body(("plain",)).get_content()


def test_documents_that_are_too_large_without_a_link_are_told(server, send):
    box, port = server()
    run, service = send(
        port, runner=kit.SmallReports(size=100_000), per="commune", attach="pdf", limit_mb=0.1
    )
    assert (run.state, box.kept) == ("partly", [])
    assert "over limit_mb 0.1" in service.ledger.in_state("failed")[0].note
