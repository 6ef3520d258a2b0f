#!/usr/bin/env python3
"""Credentials where users keep them, and what ward says when they are not there."""
import datetime
import hashlib
import json
import os
import signal
import time

import live
from live import Desk, Server, Stub, Terminal

ONE = ("--region", "us-east-1", "--control", "iam-root-mfa")
OTHER = "222222222222"
LATER = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
GIVEN = {"AccessKeyId": f"ASIA{OTHER}WARD", "SecretAccessKey": "s", "Token": "t", "Expiration": LATER}
WEB = ('answer * AssumeRoleWithWebIdentity when=WebIdentityToken=header.payload.signature\nbody\n<AssumeRoleWithWebIdentityResponse '
       'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials>'
       f"<AccessKeyId>ASIA{OTHER}WARD</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
       "<Expiration>@LATER@</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>\n.\n")
ROLE = (f"[profile audit]\nrole_arn = arn:aws:iam::{OTHER}:role/Audit\nsource_profile = base\n",
        f"[base]\naws_access_key_id = AKIA{live.ACCOUNT}WARD\naws_secret_access_key = secret\n")


def as_other(desk, stub, *args, **more):
    """The audit ran as the other account."""
    result = desk.audit(*ONE, *args, **more).is_(1, 3)
    assert [r[3] for r in stub.requests("sts", "GetCallerIdentity")] == [OTHER], stub.logged()
    assert f":{OTHER}:" in desk.one("SELECT caller_arn FROM run")
    assert {r[3] for r in stub.logged() if r[1] not in ("sts", "")} == {OTHER}
    return result


def test_role_with_source_profile():
    with Stub() as stub, Desk(stub, keys=False) as desk:
        desk.write(".aws/config", ROLE[0])
        desk.write(".aws/credentials", ROLE[1])
        as_other(desk, stub, "--profile", "audit")
        assert [r[3] for r in stub.requests("sts", "AssumeRole")] == [live.ACCOUNT]


def test_profile_of_the_environment():
    for name in ("AWS_PROFILE", "WARD_PROFILE"):
        with Stub() as stub, Desk(stub, keys=False) as desk:
            desk.write(".aws/config", ROLE[0])
            desk.write(".aws/credentials", ROLE[1])
            as_other(desk, stub, env={name: "audit"})


def test_profile_wins_over_keys_of_the_environment():
    with Stub() as stub, Desk(stub) as desk:
        desk.write(".aws/config", ROLE[0])
        desk.write(".aws/credentials", ROLE[1])
        as_other(desk, stub, "--profile", "audit")


def test_role_is_denied():
    with Stub("sts AssumeRole * * * denied\n") as stub, Desk(stub, keys=False) as desk:
        desk.write(".aws/config", ROLE[0])
        desk.write(".aws/credentials", ROLE[1])
        desk.audit(*ONE, "--profile", "audit").is_(4).says("AccessDenied", f"arn:aws:iam::{OTHER}:role/Audit")


def test_process():
    with Stub() as stub, Desk(stub, keys=False) as desk:
        text = json.dumps({"Version": 1, **{k: v for k, v in GIVEN.items() if k != "Token"}, "SessionToken": "t"})
        tool = desk.write("give me keys", f"#!/bin/sh\ntest \"$1\" = 'two words' || exit 3\necho '{text}'\n", 0o755)
        desk.write(".aws/config", f'[profile p]\ncredential_process = "{tool}" "two words"\n')
        as_other(desk, stub, "--profile", "p")


def test_process_fails():
    with Stub() as stub, Desk(stub, keys=False) as desk:
        tool = desk.write("tool", "#!/bin/sh\necho 'AKIASECRETSECRET not for the screen'\nexit 7\n", 0o755)
        desk.write(".aws/config", f"[profile p]\ncredential_process = {tool}\n[profile q]\ncredential_process = /no/such/tool\n")
        result = desk.audit(*ONE, "--profile", "p").is_(4).says("credential_process", "status 7")
        assert "AKIASECRET" not in result.err + result.out
        desk.audit(*ONE, "--profile", "q").is_(4).says("/no/such/tool")
        assert not stub.logged()


def test_web_identity():
    with Stub("", WEB) as stub, Desk(stub, keys=False) as desk:
        token = desk.write("token", "header.payload.signature\n")
        as_other(desk, stub, env={"AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": f"arn:aws:iam::{OTHER}:role/Audit"})
    with Stub() as stub, Desk(stub, keys=False) as desk:
        env = {"AWS_WEB_IDENTITY_TOKEN_FILE": f"{desk.folder}/gone", "AWS_ROLE_ARN": f"arn:aws:iam::{OTHER}:role/Audit"}
        desk.audit(*ONE, env=env).is_(4).says("gone")
        desk.audit(*ONE, env={**env, "AWS_ROLE_ARN": None}).is_(2).says("AWS_ROLE_ARN")


def test_container():
    def answer(_, path, headers):
        return (200, json.dumps(GIVEN)) if headers.get("authorization") == "word" and path == "/creds" else (403, "{}")
    with Stub() as stub, Desk(stub, keys=False) as desk, Server(answer) as server:
        env = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{server.url}/creds", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "word"}
        as_other(desk, stub, env=env)
        desk.audit(*ONE, env={**env, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "wrong"}).is_(4).says("container", "403")
        desk.audit(*ONE, env={**env, "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/creds"}).is_(2).says("https")


def instance(method, path, headers):
    if method == "PUT" and path == "/latest/api/token":
        return 200, "session-token"
    if headers.get("x-aws-ec2-metadata-token") != "session-token":
        return 401, ""
    names = {"/latest/meta-data/iam/security-credentials/": "app-role",
             "/latest/meta-data/iam/security-credentials/app-role": json.dumps({"Code": "Success", **GIVEN})}
    return (200, names[path]) if path in names else (404, "")


def test_instance():
    with Stub() as stub, Desk(stub, keys=False) as desk, Server(instance) as server:
        as_other(desk, stub, env={"AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url, "AWS_EC2_METADATA_DISABLED": None})


def test_instance_of_the_old_kind():
    """Version 1 alone: its credentials are not taken."""
    def answer(method, path, _):
        return (404, "") if method == "PUT" else instance("GET", path, {"x-aws-ec2-metadata-token": "session-token"})
    with Stub() as stub, Desk(stub, keys=False) as desk, Server(answer) as server:
        env = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url, "AWS_EC2_METADATA_DISABLED": None}
        desk.audit(*ONE, env=env).is_(4).says("no AWS credentials")
        assert [r[0] for r in server.seen] == ["PUT"]
        assert not stub.logged()


SSO = ("[profile sso]\nsso_session = clinic\nsso_account_id = 222222222222\nsso_role_name = Audit\n"
       "[sso-session clinic]\nsso_start_url = https://clinic.awsapps.com/start\nsso_region = us-east-1\n")


def sso_cache(desk, until):
    name = hashlib.sha1(b"clinic").hexdigest()  # the name that the AWS CLI gives the file
    desk.write(f".aws/sso/cache/{name}.json", json.dumps({
        "startUrl": "https://clinic.awsapps.com/start", "region": "us-east-1", "accessToken": "sso-access-token", "expiresAt": until}))


def test_sso():
    def answer(_, path, headers):
        if headers.get("x-amz-sso_bearer_token") != "sso-access-token" or not path.startswith("/federation/credentials?"):
            return 401, "{}"
        return 200, json.dumps({"roleCredentials": {"accessKeyId": GIVEN["AccessKeyId"], "secretAccessKey": "s", "sessionToken": "t",
                                                    "expiration": int(time.time() + 3600) * 1000}})
    with Stub() as stub, Desk(stub, keys=False) as desk, Server(answer) as server:
        desk.write(".aws/config", SSO)
        sso_cache(desk, LATER)
        as_other(desk, stub, "--profile", "sso", env={"AWS_ENDPOINT_URL_SSO": server.url})
        assert "sso-access-token" not in open(desk.db, "rb").read().decode("latin-1")


def test_sso_has_ended():
    with Stub() as stub, Desk(stub, keys=False) as desk:
        desk.write(".aws/config", SSO)
        desk.audit(*ONE, "--profile", "sso").is_(4).says("not logged in", "aws sso login --profile sso")
        sso_cache(desk, "2026-01-01T00:00:00Z")
        desk.audit(*ONE, "--profile", "sso").is_(4).says("has ended", "aws sso login --profile sso")
        assert not stub.logged()


def test_no_credentials():
    with Stub() as stub, Desk(stub, keys=False) as desk:
        result = desk.audit(*ONE).is_(4).says("no AWS credentials", "hint:", "AWS_PROFILE")
        assert result.out == "" and not stub.logged()


def test_keys_are_wrong():
    for code in ("InvalidClientTokenId", "ExpiredToken", "SignatureDoesNotMatch"):
        with Stub(f"* * * * * error=403:{code}\n") as stub, Desk(stub) as desk:
            result = desk.audit(*ONE).is_(4).says(code)
            assert "stub-secret" not in result.err


def test_wrong_profiles():
    with Stub() as stub, Desk(stub, keys=False) as desk:
        desk.write(".aws/config", "[profile a]\nrole_arn = arn:aws:iam::222222222222:role/A\nsource_profile = b\n"
                                  "[profile b]\nrole_arn = arn:aws:iam::222222222222:role/B\nsource_profile = a\n")
        desk.audit(*ONE, "--profile", "nobody").is_(2, 4).says("nobody")
        desk.audit(*ONE, "--profile", "a").is_(2, 4).says("source_profile")
        desk.write(".aws/config", "[profile a\nrole_arn = x\n")
        desk.audit(*ONE, "--profile", "a").is_(2).says(".aws/config")
        assert not stub.logged()


MFA = ROLE[0] + f"mfa_serial = arn:aws:iam::{live.ACCOUNT}:mfa/ann\n"
MFA_ANSWER = "answer sts AssumeRole when=TokenCode=123456\nbody\n"


def mfa_desk(stub):
    desk = Desk(stub, keys=False)
    desk.write(".aws/config", MFA)
    desk.write(".aws/credentials", ROLE[1])
    return desk


def mfa_stub():
    with open(f"{live.STUB_DIR}/answers/base.txt", encoding="utf-8") as f:
        good = f.read().split("answer sts AssumeRole\nbody\n")[1].split("\n.\n")[0]
    denied = ("answer sts AssumeRole\nstatus 403\nbody\n<ErrorResponse><Error><Code>AccessDenied</Code><Message>MultiFactorAuthentication failed "
              "with invalid MFA one time pass code</Message></Error></ErrorResponse>\n.\n")
    return Stub("", f"{MFA_ANSWER}{good}\n.\n{denied}")


def test_mfa_on_a_terminal():
    with mfa_stub() as stub, mfa_desk(stub) as desk:
        terminal = Terminal(desk, "audit", *ONE, "--profile", "audit", "--output", "json")
        terminal.read(f"MFA code for arn:aws:iam::{live.ACCOUNT}:mfa/ann")
        os.write(terminal.master, b"123456\n")
        status, out = terminal.end()
        assert status in (1, 3), (status, terminal.said)
        assert json.loads(out)["findings"]
        assert [r[3] for r in stub.requests("sts", "GetCallerIdentity")] == [OTHER]


def test_mfa_code_is_wrong():
    with mfa_stub() as stub, mfa_desk(stub) as desk:
        terminal = Terminal(desk, "audit", *ONE, "--profile", "audit")
        terminal.read("MFA code for")
        os.write(terminal.master, b"999999\n")
        status, out = terminal.end()
        assert status == 4 and out == "" and "invalid MFA one time pass code" in terminal.said, terminal.said


def test_mfa_is_interrupted():
    with mfa_stub() as stub, mfa_desk(stub) as desk:
        terminal = Terminal(desk, "audit", *ONE, "--profile", "audit")
        terminal.read("MFA code for")
        time.sleep(0.2)
        terminal.process.send_signal(signal.SIGINT)
        status, out = terminal.end()
        assert status == 130 and out == "", (status, terminal.said)
        assert not stub.logged()


def test_mfa_without_a_terminal():
    with mfa_stub() as stub, mfa_desk(stub) as desk:
        result = desk.audit(*ONE, "--profile", "audit").is_(4)
        result.says(f"MFA device arn:aws:iam::{live.ACCOUNT}:mfa/ann", "terminal")
        assert not stub.logged()


live.main(globals())
