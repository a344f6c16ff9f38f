"""Where webhooks may go: nowhere inside, in whatever spelling, unless the operator says so."""

import socket

import pytest
from anyio.from_thread import start_blocking_portal

from application.webhooks import AddressRefused
from infrastructure.webhook_guard import Guard, is_public, looked_up

INSIDE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104  # nobody listens there
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2606:4700::5efe:7f00:1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1111%eth0",
    "fec0::1",
    "ff02::1",
    "no address",
    "",
]
OUTSIDE = [
    "1.1.1.1",
    "103.10.64.1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
    "2001:4860:4860::8888",
    "2606:4700:4700::1111",
    "2404:c0::1",
]
SPELLINGS = [
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://017700000001/",
    "https://127.0.0.1./",
    "https://localhost/",
    "https://LOCALHOST./",
    "https://127。0。0。1/",
    "https://[::1]/",
    "https://[::ffff:7f00:1]/",
    "https://[0:0:0:0:0:ffff:127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[fe80::1%25lo]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://0/",
    "https://no-such-name.invalid/",
]
NEVER = {
    "http://example.com/": "scheme",
    "ftp://example.com/": "scheme",
    "file:///etc/passwd": "malformed",
    "gopher://example.com/": "scheme",
    "//example.com/": "scheme",
    "example.com": "malformed",
    "https://": "malformed",
    "https:///path": "malformed",
    "": "malformed",
    "https://user:secret@example.com/": "userinfo",
    "https://user@example.com/": "userinfo",
    "https://example.com\\@127.0.0.1/": "userinfo",
    "https://example.com:8443/": "port",
    "https://example.com:80/": "port",
    "https://example.com:22/": "port",
    "https://example.com:0/": "port",
    "https://exa mple.com/": "malformed",
    "https://example.com/\r\nX-Header: 1": "malformed",
    "https://example.com/\x00": "malformed",
    "https://example.com/ ": "malformed",
    "https://example.com/" + "a" * 2_000: "malformed",
}


@pytest.fixture(scope="module")
def portal():
    with start_blocking_portal() as portal:
        yield portal


def refused(portal, address, guard=None):
    guard = guard or Guard()
    try:
        portal.call(guard.addresses, guard.target(address))
    except AddressRefused as refused:
        return refused.code
    return None


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_outside_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize("address", SPELLINGS)
def test_an_address_inside_is_refused_however_it_is_spelt(portal, address):
    assert refused(portal, address) in {"not_public", "malformed"}


@pytest.mark.parametrize(("address", "code"), NEVER.items(), ids=range(len(NEVER)))
def test_what_is_never_called_says_why_and_not_where_it_leads(address, code):
    with pytest.raises(AddressRefused) as caught:
        Guard().target(address)
    assert caught.value.code == str(caught.value) == code


def test_a_public_address_over_tls_may_be_called(portal):
    assert refused(portal, "https://1.1.1.1/hook?x=1#part") is None
    assert str(Guard().target("https://1.1.1.1/hook?x=1#part").url) == "https://1.1.1.1/hook?x=1"


def test_one_address_inside_among_several_is_enough_to_refuse(portal, monkeypatch):
    both = [(2, 1, 6, "", ("1.1.1.1", 443)), (2, 1, 6, "", ("127.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    assert refused(portal, "https://example.com/") == "not_public"
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both[:1])
    assert refused(portal, "https://example.com/") is None


def test_a_name_that_leads_nowhere_and_one_that_leads_inside_are_refused_alike(portal):
    assert refused(portal, "https://no-such-name.invalid/") == refused(portal, "https://localhost/")


@pytest.mark.parametrize(
    ("allowed", "address", "may"),
    [
        ("127.0.0.1", "https://127.0.0.1/", True),
        ("127.0.0.1", "http://127.0.0.1/", True),
        ("127.0.0.1", "https://127.0.0.1:8443/", False),
        ("127.0.0.1:8443", "https://127.0.0.1:8443/", True),
        ("127.0.0.1:8443", "https://127.0.0.1/", False),
        ("127.0.0.1:*", "http://127.0.0.1:9/", True),
        ("[::1]:9000", "http://[::1]:9000/", True),
        ("LocalHost:9000", "http://localhost:9000/", True),
        ("localhost:9000", "http://127.0.0.1:9000/", False),
        ("127.0.0.1", "https://127.0.0.2/", False),
        (" , 127.0.0.1 ", "http://127.0.0.1/", True),
        ("", "https://127.0.0.1/", False),
    ],
)
def test_the_operator_allows_hosts_inside_by_name_and_port(portal, allowed, address, may):
    assert (refused(portal, address, Guard(allowed.split(","))) is None) == may


def test_a_name_is_looked_up_without_holding_up_the_loop(portal):
    assert "127.0.0.1" in portal.call(looked_up, "localhost", 443)
