#!/usr/bin/env python3
"""ward-stub does what its rules and answers say: stub_test.py WARD_STUB SOURCE_DIR. Ends with `N passed, M failed`."""
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
import traceback

STUB, SOURCE = sys.argv[1], sys.argv[2]
ANSWERS = f"{SOURCE}/answers"


class Stub:
    """A running ward-stub with these rules and answers."""

    def __init__(self, rules="", answers="", *options):
        self.folder = tempfile.TemporaryDirectory()
        self.log = f"{self.folder.name}/log"
        for name, text in (("rules", rules), ("answers", answers)):
            with open(f"{self.folder.name}/{name}", "w", encoding="utf-8") as f:
                f.write(text)
        self.process = subprocess.Popen(
            [STUB, "--routes", f"{SOURCE}/routes.tsv", "--rules", f"{self.folder.name}/rules", "--answers",
             f"{self.folder.name}/answers", "--answers", f"{ANSWERS}/base.txt", "--log", self.log, *options],
            stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.stdout.close()
        assert self.process.wait(10) == 0, "ward-stub ended badly"
        self.folder.cleanup()

    def connect(self, timeout=60):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def logged(self):
        with open(self.log, encoding="utf-8") as f:
            return [line.rstrip("\n").split("\t") for line in f]


def headers(service, region="us-east-1", key="AKIA111111111111WARD", **more):
    more["Authorization"] = f"AWS4-HMAC-SHA256 Credential={key}/20260102/{region}/{service}/aws4_request, " \
                            "SignedHeaders=host, Signature=00"
    return {name.replace("_", "-"): value for name, value in more.items()}


def call(connection, service, target=None, form=None, method="POST", path="/", **more):
    """(status, body) of one call in its protocol."""
    extra = {"X_Amz_Target": target} if target else {}
    connection.request(method, path, body=form or ("{}" if target else None), headers=headers(service, **extra, **more))
    answer = connection.getresponse()
    return answer.status, answer.read().decode(), answer


def test_keep_alive_and_mark():
    with Stub() as stub:
        connection = stub.connect()
        for _ in range(3):
            status, body, answer = call(connection, "kms", "TrentService.ListKeys")
            assert (status, body) == (200, '{"Keys":[]}'), body
            assert answer.getheader("x-ward-stub") == "1"
        assert [row[1:5] for row in stub.logged()] == [["kms", "ListKeys", "111111111111", "us-east-1"]] * 3


def test_operation_by_protocol():
    with Stub() as stub:
        connection = stub.connect()
        call(connection, "ec2", form="Action=DescribeInstances&Version=2016-11-15")
        call(connection, "s3", method="GET", path="/some-bucket?acl")
        call(connection, "s3", method="GET", path="/")
        call(connection, "s3", method="GET", path="/v20180820/configuration/publicAccessBlock")
        call(connection, "lambda", method="GET", path="/2015-03-31/functions/")
        call(connection, "backup", method="GET", path="/backup/plans/abc/selections/")
        call(connection, "elasticloadbalancing", form="Action=DescribeLoadBalancers&Version=2015-12-01")
        call(connection, "elasticloadbalancing", form="Action=DescribeLoadBalancers&Version=2012-06-01")
        assert [row[1:3] for row in stub.logged()] == [
            ["ec2", "DescribeInstances"], ["s3", "GetBucketAcl"], ["s3", "ListBuckets"], ["s3control", "GetPublicAccessBlock"],
            ["lambda", "ListFunctions"], ["backup", "ListBackupSelections"], ["elbv2", "DescribeLoadBalancers"],
            ["elb", "DescribeLoadBalancers"]], stub.logged()


def test_errors_by_protocol():
    with Stub("* * * * * denied\n") as stub:
        connection = stub.connect()
        status, body, _ = call(connection, "kms", "TrentService.ListKeys")
        assert status == 400 and "#AccessDeniedException" in body and "kms:ListKeys" in body
        status, body, _ = call(connection, "ec2", form="Action=DescribeInstances")
        assert status == 403 and "<Code>UnauthorizedOperation</Code>" in body
        status, body, _ = call(connection, "iam", form="Action=ListUsers")
        assert status == 403 and "<ErrorResponse><Error>" in body and "<Code>AccessDenied</Code>" in body
        status, body, _ = call(connection, "s3", method="GET", path="/b?policy")
        assert status == 403 and "<Error><Code>AccessDenied</Code>" in body and "ErrorResponse" not in body
        status, _, answer = call(connection, "lambda", method="GET", path="/2015-03-31/functions")
        assert status == 403 and answer.getheader("x-amzn-ErrorType") == "AccessDeniedException"


def test_rule_scope_and_count():
    rules = "kms ListKeys 111111111111 us-west-2 2-3 throttled\nkms * * us-east-2 3- expired\n"
    with Stub(rules) as stub:
        connection = stub.connect()

        def statuses(region, key="AKIA111111111111WARD"):
            return [call(connection, "kms", "TrentService.ListKeys", region=region, key=key)[0] for _ in range(4)]
        assert statuses("us-west-2") == [200, 400, 400, 200]
        assert statuses("us-west-2", "AKIA222222222222WARD") == [200] * 4
        assert statuses("us-east-2") == [200, 200, 400, 400]


def test_time_out_and_cut():
    with Stub("kms * * * 1 timeout\nkms * * * 2 cut\n") as stub:
        try:
            call(stub.connect(timeout=0.3), "kms", "TrentService.ListKeys")
            raise AssertionError("answered")
        except TimeoutError:
            pass
        try:
            call(stub.connect(), "kms", "TrentService.ListKeys")
            raise AssertionError("whole")
        except http.client.IncompleteRead:
            pass
        assert call(stub.connect(), "kms", "TrentService.ListKeys")[0] == 200


def test_close_and_die():
    with Stub("kms * * us-east-1 * close\nkms * * us-west-2 2 die\n") as stub:
        connection = stub.connect()
        _, _, answer = call(connection, "kms", "TrentService.ListKeys")
        assert answer.getheader("connection") is None
        connection.sock.settimeout(60)
        assert connection.sock.recv(1) == b"", "still open"
        connection = stub.connect()
        call(connection, "kms", "TrentService.ListKeys", region="us-west-2")
        try:
            call(connection, "kms", "TrentService.ListKeys", region="us-west-2")
            raise AssertionError("answered")
        except (http.client.RemoteDisconnected, ConnectionResetError):
            pass


def test_html_and_ok_with_error():
    with Stub("s3 GetBucketPolicy * * * html\ns3 GetBucketAcl * * * ok-with-error\nkms * * * * error=418:TeapotException\n") as stub:
        connection = stub.connect()
        status, body, answer = call(connection, "s3", method="GET", path="/b?policy")
        assert status == 200 and answer.getheader("content-type") == "text/html" and body.startswith("<!doctype")
        status, body, _ = call(connection, "s3", method="GET", path="/b?acl")
        assert status == 200 and "<Code>InternalError</Code>" in body
        status, body, _ = call(connection, "kms", "TrentService.ListKeys")
        assert status == 418 and "TeapotException" in body


LIST = """answer kms ListKeys list=25/10
body
{"Keys":[
--item--
@SEP@{"KeyId":"@N@"}
--more--
],"NextMarker":"@NEXT@","Truncated":true}
--tail--
],"Truncated":false}
.
"""


def pages(stub, limit=6):
    connection, marker, sizes = stub.connect(), None, []
    while len(sizes) < limit:
        form = '{"Marker":"%s"}' % marker if marker else "{}"
        status, body, _ = call(connection, "kms", "TrentService.ListKeys", form=form)
        sizes.append((status, body.count("KeyId")))
        if status != 200 or "NextMarker" not in body:
            break
        marker = body.split('"NextMarker":"')[1].split('"')[0]
    return sizes


def test_paging_and_its_faults():
    with Stub(answers=LIST) as stub:
        assert pages(stub) == [(200, 10), (200, 10), (200, 5)]
    with Stub("kms ListKeys * * * page2\n", LIST) as stub:
        assert pages(stub) == [(200, 10), (500, 0)]
    with Stub("kms ListKeys * * * repeat\n", LIST) as stub:
        assert pages(stub) == [(200, 10)] * 6


def test_answer_conditions():
    answers = ("answer s3 GetBucketPolicy account=2* when=phi\nstatus 404\ntype application/xml\nbody\n<Error/>\n.\n"
               'answer account ListRegions region=us-*\nbody\n{"a":"@ACCOUNT@/@REGION@"}\n.\n')
    with Stub(answers=answers) as stub:
        connection = stub.connect()
        assert call(connection, "s3", method="GET", path="/phi?policy", key="AKIA222222222222WARD")[0] == 404
        assert call(connection, "s3", method="GET", path="/phi?policy")[0] == 200
        assert call(connection, "s3", method="GET", path="/web?policy", key="AKIA222222222222WARD")[0] == 200
        assert call(connection, "account", path="/listRegions", form="{}")[1].strip() == '{"a":"111111111111/us-east-1"}'


def test_latency_and_drip():
    with Stub("kms * * us-west-2 * drip\nkms * * us-east-1 * latency=150\n") as stub:
        for region, least in (("us-east-1", 0.14), ("us-west-2", 0.2)):
            start = time.monotonic()
            assert call(stub.connect(), "kms", "TrentService.ListKeys", region=region)[1] == '{"Keys":[]}'
            assert time.monotonic() - start > least, region


def test_assumed_key_is_known():
    with Stub() as stub:
        connection = stub.connect()
        body = call(connection, "sts", form="Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A333333333333%3Arole%2Fx")[1]
        key = body.split("<AccessKeyId>")[1].split("<")[0]
        call(connection, "kms", "TrentService.ListKeys", key=key)
        assert stub.logged()[-1][3] == "333333333333"


def test_forward():
    """One stub behind another: what the front has no answer for is the other's."""
    with Stub("ec2 * * * * html\n", "answer kms ListKeys\nbody\n{\"Keys\":[{\"KeyId\":\"behind\"}]}\n.\n") as behind:
        with Stub("", 'answer kms ListAliases\nbody\n{"Aliases":["front"]}\n.\n', "--forward", str(behind.port)) as front:
            connection = front.connect()
            for _ in range(2):
                assert "behind" in call(connection, "kms", "TrentService.ListKeys")[1]
                assert "front" in call(connection, "kms", "TrentService.ListAliases")[1]
            assert [row[7] for row in front.logged()] == ["behind", "stub"] * 2
            assert [row[2] for row in behind.logged()] == ["ListKeys"] * 2
    with Stub("", "", "--forward", "1") as front:
        assert call(front.connect(), "kms", "TrentService.ListKeys")[0] == 502


def test_128_connections():
    with Stub() as stub:
        connections = [stub.connect() for _ in range(128)]
        for _ in range(2):
            for connection in connections:
                connection.request("POST", "/", body="{}", headers=headers("kms", X_Amz_Target="TrentService.ListKeys"))
            assert all(c.getresponse().read() == b'{"Keys":[]}' for c in connections)


def test_garbage_is_closed():
    with Stub() as stub:
        for text in (b"nonsense\r\n\r\n", b"GET / SPDY\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"A" * 70000):
            with socket.create_connection(("127.0.0.1", stub.port), timeout=60) as s:
                s.sendall(text)
                try:
                    assert s.recv(10) == b"", text
                except ConnectionResetError:
                    pass
        assert call(stub.connect(), "kms", "TrentService.ListKeys")[0] == 200


def test_bad_files():
    with tempfile.TemporaryDirectory() as folder:
        for option, text in (("--rules", "kms ListKeys\n"), ("--rules", "kms * * * 0 denied\n"), ("--rules", "a b c d 1 nonsense\n"),
                             ("--rules", "a b c d * error=404\n"), ("--answers", "answer kms\n"), ("--answers", "answer a b\nbody\n{}\n"),
                             ("--answers", "answer a b list=3\nbody\n.\n"), ("--routes", "a\tb\n")):
            with open(f"{folder}/bad", "w", encoding="utf-8") as f:
                f.write(text)
            result = subprocess.run([STUB, option, f"{folder}/bad"], capture_output=True, text=True, timeout=120, check=False)
            assert result.returncode == 4 and result.stderr, (option, text, result)


def main():
    os.environ.pop("http_proxy", None)
    failed = 0
    tests = [(name, f) for name, f in globals().items() if name.startswith("test_")]
    for name, f in tests:
        try:
            f()
            print(f"ok: {name}")
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f"FAILED: {name}")
            traceback.print_exc(file=sys.stdout)
    print(f"{len(tests) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
