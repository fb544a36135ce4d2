"""What the app's server refuses, and how it says so."""

import http.client
import json
import subprocess
import sys

from tests import browser as app
from tests.test_app_session import page, png

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
    assert ask(program, "/settings", Host="elsewhere.example")[0] == 400  # a name that was made to mean this computer
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
        ("/learn", b"{}", "there are no coloured panels to adapt to"),
        ("/learn", b'{"a": []}', 'expected {"page key": "page name", ...}'),
    ):
        assert ask(program, path, body) == (400, {"error": said})
    assert ask(program, f"{view}?seen=x-y", hints)[0] == 200
    assert ask(program, "/pages", bytes(64 * 2**20 + 1))[:1] == (413,)
