"""Receivers of webhooks as a test wants them: real servers on this machine, one thread each."""

import json
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Receiver:
    """Keeps what it is sent, and answers as ``answers`` says of an event.

    That is a status, a status with headers, or what writes an answer of its own.
    """

    def __init__(self, answers=None, context=None) -> None:
        self.got, self.came = [], threading.Condition()
        self.answers = answers or (lambda _: 204)
        receiver = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.told(dict(self.headers), body)
                receiver.answer(self, receiver.answers(json.loads(body)))

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port

    def told(self, headers, body):
        with self.came:
            self.got.append((headers, body))
            self.came.notify_all()

    def answer(self, door, said):
        """Send a status with headers, or call what writes something of its own."""
        if callable(said):
            return said(door)
        status, headers = said if isinstance(said, tuple) else (said, {})
        door.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            door.send_header(name, value)
        return door.end_headers()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hook"

    def ids(self):
        """Return the webhook-ids in the order in which they came."""
        return [headers["webhook-id"] for headers, _ in self.got]

    def await_(self, count, seconds=10):
        """Wait until so many requests came."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.got) >= count, seconds), self.got
        return self.got


@contextmanager
def receiving(answers=None, context=None):
    receiver = Receiver(answers, context)
    thread = threading.Thread(target=receiver.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


def certificate(directory, name):
    """Make a certificate for a name, signed by itself; return its file, and a server's context."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file, secret = directory / f"{name}.pem", directory / f"{name}.key"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return file, context
