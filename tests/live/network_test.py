#!/usr/bin/env python3
"""Endpoints, proxies and certificates as users configure them."""
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time

import live
from live import Desk, Skip, Stub

ONE = ("--region", "us-east-1")
NAMES = "DNS:localhost,IP:127.0.0.1,DNS:*.amazonaws.com,DNS:*.us-east-1.amazonaws.com,DNS:*.us-west-2.amazonaws.com,DNS:*.s3-control.us-east-1.amazonaws.com,DNS:*.ecr.us-east-1.amazonaws.com,DNS:*.sagemaker.us-east-1.amazonaws.com,DNS:*.api.aws"


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for s in (source, target):
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def both_ways(a, b):
    threading.Thread(target=pump, args=(a, b), daemon=True).start()
    pump(b, a)


class Listener:
    """A thread for each connection, which runs self.serve(connection)."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.guarded, args=(connection,), daemon=True).start()

    def guarded(self, connection):
        try:
            self.serve(connection)
        except OSError:
            connection.close()

    def serve(self, connection):
        raise NotImplementedError


class Tls(Listener):
    """The stub behind TLS, with a certificate that signs itself."""

    def __init__(self, stub, names=NAMES):
        if not shutil.which("openssl"):
            raise Skip("there is no openssl program")
        self.folder = tempfile.TemporaryDirectory(prefix="ward-tls-")
        self.ca = f"{self.folder.name}/cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-subj", "/CN=ward test", "-addext", f"subjectAltName={names}", "-keyout", f"{self.folder.name}/key.pem",
                        "-out", self.ca], check=True, capture_output=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.ca, f"{self.folder.name}/key.pem")
        self.stub = stub
        super().__init__()
        self.url = f"https://localhost:{self.port}"

    def serve(self, connection):
        inside = self.context.wrap_socket(connection, server_side=True)
        both_ways(inside, socket.create_connection(("127.0.0.1", self.stub.port)))


class Proxy(Listener):
    """CONNECT to anywhere ends at `port`, whatever was asked for; so does an absolute GET or POST. .asked are the targets."""

    def __init__(self, port, password=None):
        self.asked, self.to, self.password = [], port, password
        super().__init__()
        self.url = f"http://127.0.0.1:{self.port}"

    def serve(self, connection):
        head = b""
        while b"\r\n\r\n" not in head:
            data = connection.recv(65536)
            if not data:
                return
            head += data
        line = head.split(b"\r\n")[0].decode().split()
        self.asked.append(line[1])
        if self.password and f"Proxy-Authorization: Basic {self.password}".encode() not in head:
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n")
            connection.close()
            return
        behind = socket.create_connection(("127.0.0.1", self.to))
        if line[0] == "CONNECT":
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            behind.sendall(head)
        both_ways(connection, behind)


def dead_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def test_endpoint_of_one_service():
    with Stub() as stub, Stub() as s3, Desk(stub) as desk:
        desk.audit(*ONE, env={"AWS_ENDPOINT_URL_S3": s3.url}).is_(1)
        assert {r[1] for r in s3.logged()} == {"s3"}
        assert "s3" not in {r[1] for r in stub.logged()} and len(stub.logged()) > 20
        assert set(desk.rows("SELECT DISTINCT source FROM call")) == {("stub",)}


def test_endpoint_option_wins():
    with Stub() as stub, Stub() as wrong, Desk() as desk:
        env = {"AWS_ENDPOINT_URL": wrong.url, "AWS_ENDPOINT_URL_S3": wrong.url, "AWS_ENDPOINT_URL_STS": wrong.url}
        desk.audit(*ONE, "--endpoint-url", stub.url, env=env).is_(1)
        assert not wrong.logged() and stub.requests("s3") and stub.requests("sts")
        desk.audit(*ONE, "--endpoint-url", stub.url, env={"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}).is_(1)


def test_services_section():
    with Stub() as stub, Stub() as iam, Desk() as desk:
        desk.write(".aws/config", f"[profile here]\nendpoint_url = {stub.url}\nservices = test\n"
                                  f"[services test]\niam =\n  endpoint_url = {iam.url}\n")
        desk.audit(*ONE, env={"AWS_PROFILE": "here"}).is_(1)
        assert {r[1] for r in iam.logged()} == {"iam"}
        assert "iam" not in {r[1] for r in stub.logged()} and stub.requests("ec2")


def test_wrong_endpoints():
    with Desk() as desk:
        desk.audit(*ONE, "--endpoint-url", "127.0.0.1:99").is_(2).says("endpoint-url")
        desk.audit(*ONE, env={"AWS_ENDPOINT_URL": "not an address"}).is_(2).says("AWS_ENDPOINT_URL")
        began = time.monotonic()
        port = dead_port()
        desk.audit(*ONE, "--endpoint-url", f"http://127.0.0.1:{port}").is_(4).says(str(port), "onnect")
        assert time.monotonic() - began < 60
        desk.audit(*ONE, "--endpoint-url", "http://no-such-host.invalid").is_(4).says("no-such-host.invalid")


def test_tls_with_its_bundle():
    with Stub() as stub, Desk() as desk, Tls(stub) as tls:
        desk.audit(*ONE, env={"AWS_ENDPOINT_URL": tls.url, "AWS_CA_BUNDLE": tls.ca}).is_(1)
        assert len(stub.logged()) > 20
        desk.write(".aws/config", f"[profile tls]\nca_bundle = {tls.ca}\nendpoint_url = {tls.url}\n")
        desk.audit(*ONE, env={"AWS_PROFILE": "tls"}).is_(1)


def test_tls_is_refused():
    with Stub() as stub, Desk() as desk, Tls(stub) as tls, Tls(stub) as other, Tls(stub, "DNS:elsewhere.example") as elsewhere:
        began = time.monotonic()
        for env in ({}, {"AWS_CA_BUNDLE": other.ca}):
            desk.audit(*ONE, env={"AWS_ENDPOINT_URL": tls.url, **env}).is_(4).says("certificate", "AWS_CA_BUNDLE")
        desk.audit(*ONE, env={"AWS_ENDPOINT_URL": elsewhere.url, "AWS_CA_BUNDLE": elsewhere.ca}).is_(4).says("localhost")
        assert not stub.logged()
        assert time.monotonic() - began < 60, "a refused certificate is asked for again and again"
        desk.audit(*ONE, env={"AWS_ENDPOINT_URL": tls.url, "AWS_CA_BUNDLE": "/no/such/bundle.pem"}).is_(2).says("/no/such/bundle.pem")
        junk = desk.write("junk.pem", "no certificate\n")
        desk.audit(*ONE, env={"AWS_ENDPOINT_URL": tls.url, "AWS_CA_BUNDLE": junk}).is_(2, 4).says("junk.pem")


def test_proxy_to_aws():
    """No endpoint at all: the names are AWS's own, and the proxy leads them to the stub."""
    with Stub() as stub, Desk() as desk, Tls(stub) as tls, Proxy(tls.port) as proxy:
        desk.audit(*ONE, env={"HTTPS_PROXY": proxy.url, "AWS_CA_BUNDLE": tls.ca}).is_(1)
        assert {"sts.us-east-1.amazonaws.com:443", "iam.amazonaws.com:443", "ec2.us-east-1.amazonaws.com:443",
                f"{live.ACCOUNT}.s3-control.us-east-1.amazonaws.com:443"} <= set(proxy.asked), sorted(set(proxy.asked))
        bad = desk.rows("SELECT op, status, code, message FROM call WHERE status NOT IN ('ok', 'empty', 'absent')")
        assert not bad, bad
        # One connection serves many requests.
        assert len(proxy.asked) < len(stub.logged())


def test_proxy_with_a_password():
    with Stub() as stub, Desk() as desk, Tls(stub) as tls, Proxy(tls.port, "YW5uOndvcmQ=") as proxy:
        env = {"AWS_CA_BUNDLE": tls.ca, "AWS_ENDPOINT_URL": "https://clinic.us-east-1.amazonaws.com"}
        desk.audit(*ONE, env={**env, "HTTPS_PROXY": f"http://ann:word@127.0.0.1:{proxy.port}"}).is_(1)
        result = desk.audit(*ONE, env={**env, "HTTPS_PROXY": f"http://ann:sesame@127.0.0.1:{proxy.port}"}).is_(4).says("407")
        assert "sesame" not in result.err


def test_no_proxy():
    with Stub() as stub, Desk() as desk, Tls(stub) as tls, Proxy(tls.port) as proxy:
        env = {"HTTPS_PROXY": proxy.url, "AWS_CA_BUNDLE": tls.ca, "AWS_ENDPOINT_URL": tls.url}
        desk.audit(*ONE, env={**env, "NO_PROXY": "localhost"}).is_(1)
        assert not proxy.asked
        desk.audit(*ONE, env=env).is_(1)
        assert set(proxy.asked) == {f"localhost:{tls.port}"}


def test_proxy_is_dead():
    with Stub() as stub, Desk() as desk, Tls(stub) as tls:
        port = dead_port()
        began = time.monotonic()
        env = {"HTTPS_PROXY": f"http://127.0.0.1:{port}", "AWS_CA_BUNDLE": tls.ca, "AWS_ENDPOINT_URL": tls.url}
        desk.audit(*ONE, env=env).is_(4).says(str(port))
        assert time.monotonic() - began < 60
        assert not stub.logged() and os.path.exists(tls.ca)


live.main(globals())
