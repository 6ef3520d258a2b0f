"""What the live tests share: a running ward-stub, ward as a user runs it, and the loop over the test functions.

A test file ends with `live.main(globals())`; its arguments are WARD WARD_STUB. Ends with `N passed, M failed`."""
import http.server
import json
import os
import pty
import select
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
STUB_DIR = f"{ROOT}/tests/stub"
WARD = os.path.abspath(sys.argv[1])
STUB = os.path.abspath(sys.argv[2])
ACCOUNT = "111111111111"
KEYS = {"AWS_ACCESS_KEY_ID": f"AKIA{ACCOUNT}WARD", "AWS_SECRET_ACCESS_KEY": "stub-secret"}
GOOD = ("ok", "empty", "absent", "gone", "unavailable")


class Skip(Exception):
    """Not possible on this machine; the message says why."""


class Stub:
    """A running ward-stub. Answers come before those of base.txt; .logged() are the requests so far."""

    def __init__(self, rules="", answers="", *options, base=True):
        self.folder = tempfile.TemporaryDirectory(prefix="ward-stub-")
        self.log = f"{self.folder.name}/log"
        for name, text in (("rules", rules), ("answers", answers)):
            with open(f"{self.folder.name}/{name}", "w", encoding="utf-8") as f:
                f.write(text)
        command = [STUB, "--routes", f"{STUB_DIR}/routes.tsv", "--rules", f"{self.folder.name}/rules",
                   "--answers", f"{self.folder.name}/answers"]
        command += ["--answers", f"{STUB_DIR}/answers/base.txt"] if base else []
        self.process = subprocess.Popen(command + ["--log", self.log, *options], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.stdout.close()
        self.process.wait(10)
        self.folder.cleanup()

    def logged(self):
        """(time, service, operation, account, region, status, signed, who, fault, agent, target) of each request."""
        with open(self.log, encoding="utf-8") as f:
            return [tuple(line.rstrip("\n").split("\t")) for line in f if line.endswith("\n")]

    def requests(self, service=None, operation=None, account=None):
        return [r for r in self.logged() if (not service or r[1] == service) and (not operation or r[2] == operation)
                and (not account or r[3] == account)]


class Desk:
    """A user's folder: home, store, configuration, and the environment of what runs there."""

    def __init__(self, stub=None, keys=True):
        self.temporary = tempfile.TemporaryDirectory(prefix="ward-live-")
        self.folder = self.temporary.name
        self.stub = stub
        self.db = f"{self.folder}/ward.db"
        os.makedirs(f"{self.folder}/.aws")
        self.env = {"PATH": os.environ["PATH"], "HOME": self.folder, "LANG": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]
        if keys:
            self.env.update(KEYS)
        if stub:
            self.env["AWS_ENDPOINT_URL"] = stub.url

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.temporary.cleanup()

    def write(self, name, text, mode=0o600):
        path = f"{self.folder}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, mode)
        return path

    def environment(self, env=None):
        merged = {**self.env, **(env or {})}
        return {k: v for k, v in merged.items() if v is not None}

    def run(self, *args, env=None, timeout=300, **more):
        """The ended process; .status is the exit status, .out and .err what it said."""
        more.setdefault("stdin", subprocess.DEVNULL)
        done = subprocess.run([WARD, *args], cwd=self.folder, env=self.environment(env), capture_output=True, text=True,
                              timeout=timeout, check=False, **more)
        return Ended(args, done.returncode, done.stdout, done.stderr)

    def audit(self, *args, **more):
        return self.run("audit", *args, **more)

    def start(self, *args, env=None, **more):
        more.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen([WARD, *args], cwd=self.folder, env=self.environment(env), stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, **more)

    def rows(self, sql, *values):
        db = sqlite3.connect(f"file:{self.db}?mode=ro", uri=True)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def one(self, sql, *values):
        rows = self.rows(sql, *values)
        return rows[0][0] if rows else None

    def intact(self):
        assert self.one("PRAGMA integrity_check") == "ok"
        assert not self.rows("PRAGMA foreign_key_check"), "foreign keys"
        assert not self.rows("SELECT id FROM resource WHERE call NOT IN (SELECT id FROM call)"), "resources without call"
        assert not self.rows("SELECT call FROM call_part WHERE call NOT IN (SELECT id FROM call)"), "parts without call"


class Server:
    """A small HTTP server: `answer(method, path, headers)` gives (status, text); .seen are the requests."""

    def __init__(self, answer):
        self.seen = seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def serve(self):
                seen.append((self.command, self.path, dict(self.headers)))
                status, text = answer(self.command, self.path, {k.lower(): v for k, v in self.headers.items()})
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_PUT = do_POST = serve

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Terminal:
    """ward with a terminal as its input and standard error."""

    def __init__(self, desk, *args, env=None):
        self.master, slave = pty.openpty()
        self.said = ""
        self.process = subprocess.Popen([WARD, *args], cwd=desk.folder, env=desk.environment(env), stdin=slave, stderr=slave,
                                        stdout=subprocess.PIPE, text=True, start_new_session=True)
        os.close(slave)

    def read(self, text=None, seconds=120):
        """Reads until `text` was said, or to the end."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and (text is None or text not in self.said):
            ready, _, _ = select.select([self.master], [], [], 0.1)
            if ready:
                try:
                    data = os.read(self.master, 4096)
                except OSError:
                    data = b""
                if not data:
                    break
                self.said += data.decode()
        assert text is None or text in self.said, self.said
        return self.said

    def end(self):
        self.read()
        out = self.process.communicate(timeout=120)[0]
        os.close(self.master)
        return self.process.returncode, out


class Ended:
    def __init__(self, args, status, out, err):
        self.args, self.status, self.out, self.err = args, status, out, err

    def __str__(self):
        return f"ward {' '.join(self.args)}: status {self.status}\n--- out\n{self.out[-1500:]}\n--- err\n{self.err[-3000:]}"

    def is_(self, *statuses):
        assert self.status in statuses, f"status {statuses} wanted: {self}"
        assert "Sanitizer" not in self.err and "runtime error" not in self.err, str(self)
        return self

    def says(self, *texts):
        for text in texts:
            assert text in self.err, f"{text!r} wanted on standard error: {self}"
        return self

    def prints(self, *texts):
        for text in texts:
            assert text in self.out, f"{text!r} wanted on standard output: {self}"
        return self

    def json(self):
        return json.loads(self.out)


def ended(process, timeout=300):
    """Waits for what Desk.start began."""
    out, err = process.communicate(timeout=timeout)
    return Ended(process.args[1:], process.returncode, out, err)


def until(what, seconds=120, message="nothing happened"):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = what()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(message)


def interrupt(process):
    process.send_signal(signal.SIGINT)


def findings(result):
    """id -> finding of an `audit --output json --all-findings`."""
    return {f["id"]: f for f in result.json()["findings"]}


def main(names):
    tests = {n: f for n, f in names.items() if n.startswith("test_")}
    wanted = sys.argv[3:] or list(tests)
    passed = failed = skipped = 0
    again = []
    for name in wanted:
        began = time.monotonic()
        try:
            tests[name]()
            passed += 1
            print(f"ok {name} ({time.monotonic() - began:.1f} s)", flush=True)
        except Skip as e:
            skipped += 1
            print(f"skipped {name}: {e}", flush=True)
        except Exception:  # pylint: disable=broad-except
            print(f"FAILED {name}", flush=True)
            traceback.print_exc(file=sys.stdout)
            again.append(name)
    # Some of these stop ward in the middle of its work, and come too late on a machine that stands still for seconds.
    # That does not happen twice in a row; a defect does.
    for name in again:
        try:
            tests[name]()
            passed += 1
            print(f"ok {name}, the second time", flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f"FAILED {name}, twice", flush=True)
            traceback.print_exc(file=sys.stdout)
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(1 if failed else 0 if passed else 77)
