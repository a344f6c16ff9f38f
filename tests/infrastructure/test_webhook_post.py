"""One attempt: it goes to the address that was looked at, within limits, and tells only a code."""

import socket
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from anyio.from_thread import start_blocking_portal
from standardwebhooks import Webhook, WebhookVerificationError
from webhook_receivers import certificate, receiving

from infrastructure.webhook_guard import Guard
from infrastructure.webhook_post import ANSWER_BYTES, Post, retry_after
from infrastructure.webhook_signing import new_secret, signed_headers

BODY = b'{"type":"jejak.test"}'
NAME = "hook.example.go.id"


@pytest.fixture(scope="module")
def portal():
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def post(portal):
    def post(url, allowed="127.0.0.1:*", headers=None, total=10.0, listen=2.0):
        sender = Post(Guard([allowed]), total, listen)
        return portal.call(sender, url, headers or {}, BODY)

    return post


@pytest.fixture
def named(monkeypatch):
    """Let a name lead to this machine, to whoever asks for it once; return who asked."""
    asked, real = [], socket.getaddrinfo

    def lookup(host, port, *how, **more):
        if host == NAME:
            asked.append(host)
            assert len(asked) == 1, "the name was looked up again, behind the guard's back"
            host = "127.0.0.1"
        return real(host, port, *how, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


def test_what_is_taken_is_answered_with_its_status(post):
    with receiving() as receiver:
        answer = post(receiver.url)
    assert (answer.status, answer.why, answer.taken) == (204, None, True)
    [(headers, body)] = receiver.got
    assert body == BODY
    assert headers["Host"] == f"127.0.0.1:{receiver.port}"
    assert headers["Connection"] == "close"


@pytest.mark.parametrize("status", [301, 307])
def test_no_redirect_is_followed(post, status):
    with receiving() as inner, receiving(lambda _: (status, {"Location": inner.url})) as outer:
        answer = post(outer.url)
    assert (answer.status, answer.taken, answer.why) == (status, False, f"status_{status}")
    assert inner.got == []


def test_the_connection_goes_to_the_address_that_was_looked_at_under_the_name(post, named):
    with receiving() as receiver:
        answer = post(f"http://{NAME}:{receiver.port}/hook", f"{NAME}:*")
    assert answer.taken, answer
    assert named == [NAME]
    assert receiver.got[0][0]["Host"] == f"{NAME}:{receiver.port}"


def test_a_certificate_must_be_of_the_name_although_an_address_is_called(
    post, named, tmp_path, monkeypatch
):
    file, context = certificate(tmp_path, NAME)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with receiving(context=context) as receiver:
        assert post(f"https://{NAME}:{receiver.port}/", f"{NAME}:*").taken


def test_a_certificate_of_another_name_or_of_nobody_known_is_no_receiver(
    post, named, tmp_path, monkeypatch
):
    file, context = certificate(tmp_path, "other.example.go.id")
    with receiving(context=context) as receiver:
        url = f"https://{NAME}:{receiver.port}/"
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        assert post(url, f"{NAME}:*").why == "tls"
        named.clear()
        monkeypatch.delenv("SSL_CERT_FILE")
        assert post(url, f"{NAME}:*").why == "tls"
    assert receiver.got == []


def test_no_proxy_of_the_environment_is_asked(post, monkeypatch):
    with receiving() as proxy, receiving() as receiver:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert post(receiver.url).taken
    assert proxy.got == []


def test_who_does_not_answer_in_time_is_hung_up_on(post):
    until = threading.Event()
    with receiving(lambda _: lambda _: until.wait(10)) as receiver:
        answer = post(receiver.url, total=0.1)
        until.set()
    assert (answer.status, answer.why) == (None, "timeout")
    assert answer.milliseconds < 5_000


def test_who_drips_a_head_is_hung_up_on_too(post):
    until = threading.Event()

    def drip(door):
        door.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not until.wait(0.02):
            door.wfile.write(b"X-Drop: 1\r\n")

    with receiving(lambda _: drip) as receiver:
        answer = post(receiver.url, total=0.1)
        until.set()
    assert answer.why == "timeout"


def test_an_endless_answer_is_not_listened_to(post):
    sent, until = [], threading.Event()

    def endless(door):
        door.send_response(200)
        door.end_headers()
        while not until.is_set():
            door.wfile.write(b"x" * 8192)
            sent.append(8192)

    with receiving(lambda _: endless) as receiver:
        answer = post(receiver.url)
        until.set()
    assert answer.taken
    assert sum(sent) < 100 * ANSWER_BYTES


def test_a_slow_end_of_an_answer_does_not_undo_its_status(post):
    until = threading.Event()

    def slow(door):
        door.send_response(202)
        door.send_header("Content-Length", "5")
        door.end_headers()
        until.wait(10)

    with receiving(lambda _: slow) as receiver:
        answer = post(receiver.url, listen=0.05)
        until.set()
    assert answer.status == 202


def test_what_is_wrong_is_told_as_a_code_and_names_no_address(post):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        assert post(f"http://127.0.0.1:{port}/").why == "unreachable"
    assert post("https://10.1.2.3/").why == "not_public"
    assert post("https://localhost/").why == "not_public"
    assert post("http://example.com/").why == "scheme"
    with receiving(lambda _: lambda door: door.wfile.write(b"not HTTP at all\r\n\r\n")) as receiver:
        assert post(receiver.url).why == "broken"


def test_how_long_to_wait_is_read_in_seconds_and_as_a_date():
    soon = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    assert retry_after("120") == timedelta(minutes=2)
    assert timedelta(minutes=9) < retry_after(soon) <= timedelta(minutes=10)
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == timedelta()
    assert retry_after("9" * 5_000) == timedelta(seconds=999_999_999)
    assert [retry_after(one) for one in (None, "", "soon", "-1", "1.5", "٣")] == [None] * 6


def test_the_specs_own_library_reads_our_signatures_with_each_secret_that_signs():
    old, new = new_secret(), new_secret()
    headers = signed_headers("sub.1", datetime.now(UTC), BODY, [new, old])
    for secret in (old, new):
        assert Webhook(secret).verify(BODY, headers) == {"type": "jejak.test"}
    for secret, body in ((new_secret(), BODY), (new, BODY + b" ")):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new).verify(BODY, {**headers, "webhook-id": "sub.2"})
