"""What the app's server refuses, and how it says so."""

import asyncio
import http.client
import json
import subprocess
import sys

import pytest

from tests import browser as app
from tests.test_app_session import page, png
from webtoon_colorize.app import server

run_dir, program = app.run_dir, app.program


def test_a_taken_port_is_one_sentence(program):
    for flags, said in (
        (program.flags(), f"port {program.port} of 127.0.0.1 is taken, perhaps by this app; --port chooses another.\n"),
        ([*program.flags(), "--host=0.0.0.0"], "--host is one address of this computer, not all of them.\n"),
    ):
        found = subprocess.run([sys.executable, "-m", "webtoon_colorize.app", *flags], capture_output=True, text=True)
        assert (found.returncode, found.stdout, found.stderr) == (2, "", said)


def ask(program, path, body=None, **headers):
    """Status and JSON of an answer; headers' names have _ for -."""
    connection = http.client.HTTPConnection("127.0.0.1", program.port, timeout=60)
    method = "GET" if body is None else "POST"
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, json.loads(data) if "json" in (answer.getheader("content-type") or "") else data


def test_pages_of_other_sites_cannot_use_the_app(program):
    own = f"127.0.0.1:{program.port}"
    assert ask(program, "/settings", Host=own, Origin=f"http://{own}")[0] == 200
    for host in ("elsewhere.example", "elsewhere.example:8080"):  # a name that was made to mean this computer
        assert ask(program, "/settings", Host=host) == (400, {"error": f"the app does not answer at {host}"})
    for origin in ("http://elsewhere.example", "null", "http://127.0.0.1:1", f"https://{own}"):
        assert ask(program, "/pages", png(page()), Host=own, Origin=origin) == (
            403,
            {"error": "another site's page cannot use this app"},
        )


def test_no_other_file_can_be_read(program):
    for path in ("/../page.py", "/..%2fpage.py", "/%2e%2e/page.py", "//etc/passwd", "/static/../../page.py", "/.."):
        status, data = ask(program, path)
        assert status in (404, 405) and b"import" not in data and b"root:" not in data
    for key in ("../page.py", "%2e%2e", "0" * 64):
        assert ask(program, f"/pages/{key}/file", b'{"page.png": []}')[0] in (404, 405)


def test_requests_that_make_no_sense_are_refused_in_a_sentence(program):
    key = ask(program, "/pages", png(page()))[1]["key"]
    view, hints = f"/pages/{key}/view", b'{"page.png": []}'
    for path, body, said in (
        ("/pages", b"text", "this is not an image that can be read (JPEG, PNG and WebP can)"),
        ("/pages", b"", "the file is empty"),
        (view, b"no JSON", "this is not JSON (line 1, column 1)"),
        (view, b'{"a": [], "b": []}', "expected the hints of one page, got those of 2"),
        (f"{view}?y=-1", hints, "y is -1, expected a number"),
        (f"{view}?y=nan", hints, "y is nan, expected a number"),
        (view, b'{"a": [{"x": 400, "y": 0, "color": "#000000"}]}', "hint 1 at 400, 0 is outside the page of 400 x 640"),
        ("/strength?color=red&strength=1", None, "color is red, expected #rrggbb"),
        ("/strength?color=%23c03020&strength=2000", None, "strength is 2000, expected 0 to 4"),
        (f"/pages/{key}/suggestions?x=99999&y=5", None, "the place 99999, 5 is outside the page of 400 x 640"),
        (f"/pages/{key}/suggestions?x=5&y=640", None, "the place 5, 640 is outside the page of 400 x 640"),
        ("/learn", b"{}", "there are no coloured panels to adapt to"),
        ("/learn", b'{"a": []}', 'expected {"page key": "page name", ...}'),
    ):
        assert ask(program, path, body) == (400, {"error": said})
    assert ask(program, f"{view}?seen=x-y", hints)[0] == 200
    assert ask(program, "/pages", bytes(64 * 2**20 + 1))[:1] == (413,)


def test_every_refusal_is_a_sentence_in_json(program):
    for path, body, expected in (
        ("/nothing.js", None, (404, {"error": "the app does not answer GET /nothing.js (Not Found)"})),
        ("/pages", None, (404, {"error": "the app does not answer GET /pages (Not Found)"})),
        ("/settings", b"", (405, {"error": "the app does not answer POST /settings (Method Not Allowed)"})),
        ("/main.js", b"", (405, {"error": "the app does not answer POST /main.js (Method Not Allowed)"})),
    ):
        assert ask(program, path, body) == expected


def test_a_fault_of_the_program_is_a_sentence_in_json():
    class Broken:
        def open(self, data):
            raise RuntimeError("a fault")

    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"localhost")]
    scope = {"type": "http", "method": "POST", "path": "/pages", "query_string": b"", "headers": headers}
    with pytest.raises(RuntimeError, match="^a fault$"):  # for the terminal
        asyncio.run(server.build(Broken())(scope, receive, send))
    assert [sent[0]["status"], json.loads(sent[1]["body"])] == [
        500,
        {"error": "the program failed; its terminal says more"},
    ]


def test_a_strength_that_is_no_number_is_refused(run_dir, tmp_path):
    flags = [*app.Program(run_dir, tmp_path).flags(), "--strength=nan"]
    found = subprocess.run([sys.executable, "-m", "webtoon_colorize.app", *flags], capture_output=True, text=True)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == "error: --strength=nan is no number that can be used. See --help.\n"
