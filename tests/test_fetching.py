"""Files from a server that misbehaves, and how it is treated."""

import email.utils
import gzip
import time
import types

import pytest

from data_tools import fetching
from data_tools.fetching import Fetcher, FetchError, Hitch
from tests.web import cut, dripping, ok, serving, silent, status, unmeasured

CONTENT = b"content"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self):
        self.now, self.slept = 100.0, []

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
        self.slept.append(seconds)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(fetching, "time", types.SimpleNamespace(monotonic=clock.monotonic, sleep=clock.sleep))
    return clock


def is_whole(content):
    if content != CONTENT:
        raise Hitch("it is not whole")


def fetch(server, path="/file", *, fetcher=None):
    return (fetcher or Fetcher(pause=0, back_off=0)).fetch(server.url + path, is_whole)


@pytest.mark.parametrize(
    "trouble",
    [
        status(500),
        status(520),
        status(408),
        status(503, Retry_After="nonsense"),
        status(429, Retry_After="0"),
        cut(CONTENT, 3),
        cut(CONTENT, 0),
        ok(CONTENT, length=100),
        ok(CONTENT, length=4),
        unmeasured(CONTENT[:4]),
    ],
    ids=[
        "500",
        "520",
        "408",
        "503",
        "429",
        "cut",
        "cut at once",
        "length too large",
        "length too small",
        "cut, of unknown length",
    ],
)
def test_trouble_that_passes_is_waited_out(trouble):
    with serving({"/file": [trouble, trouble, ok(CONTENT)]}) as server:
        assert fetch(server) == CONTENT
        assert server.asked == ["/robots.txt", "/file", "/file", "/file"]


def test_trouble_that_stays_is_named_after_five_attempts():
    with serving({"/file": status(502), "/half": cut(CONTENT, 3), "/other": ok(b"other")}) as server:
        with pytest.raises(FetchError, match="^the server answers 502 Bad Gateway, 5 times$"):
            fetch(server)
        with pytest.raises(FetchError, match=r"^the connection failed \(.*3 bytes read, 4 more expected.*\), 5 times$"):
            fetch(server, "/half")
        with pytest.raises(FetchError, match="^it is not whole, 5 times$"):
            fetch(server, "/other")
        assert all(server.asked.count(path) == 5 for path in server.pages)


@pytest.mark.parametrize("code", [204, 304, 401, 403, 404, 410])
def test_what_the_server_refuses_is_asked_for_once(code):
    with serving({"/file": status(code)}) as server:
        with pytest.raises(FetchError, match=f"^the server answers {code} "):
            fetch(server)
        assert server.asked == ["/robots.txt", "/file"]


def test_requests_follow_each_other_with_a_pause_and_name_the_project(clock):
    with serving({"/1": ok(CONTENT), "/2": ok(CONTENT)}) as server:
        fetcher = Fetcher()
        for path in ("/1", "/2"):
            fetch(server, path, fetcher=fetcher)
        assert clock.slept == [0, 1, 1]  # robots.txt, /1, /2
        assert server.most == 1 and server.agents == {fetching.USER_AGENT}
        assert fetching.USER_AGENT.startswith("webtoon_colorize/")


def test_waits_double_and_are_as_long_as_the_server_asks(clock):
    in_a_minute = email.utils.formatdate(time.time() + 60, usegmt=True)
    answers = [status(500), status(429, Retry_After="30"), status(503, Retry_After=in_a_minute), status(500)]
    with serving({"/file": [*answers, ok(CONTENT)]}) as server:
        fetch(server, fetcher=Fetcher())
    robots, first, *waits = clock.slept
    assert (robots, first) == (0, 1) and waits == pytest.approx([2, 30, 60, 16], abs=2)


def test_a_server_that_asks_for_a_long_pause_is_left_alone():
    with serving({"/file": status(429, Retry_After="3600"), "/2": ok(CONTENT)}) as server:
        fetcher = Fetcher(pause=0, back_off=0)
        with pytest.raises(FetchError, match="^the server answers 429 .* and asks for a pause of 3600 seconds$"):
            fetch(server, fetcher=fetcher)
        with pytest.raises(FetchError, match="^this server is left alone: the server answers 429 "):
            fetch(server, "/2", fetcher=fetcher)
        assert server.asked == ["/robots.txt", "/file"]


def test_a_server_is_left_alone_after_three_files_in_a_row_that_could_not_be_had():
    with serving({f"/{number}": status(500) for number in (1, 2, 4, 5, 6, 7)} | {"/3": ok(CONTENT)}) as server:
        fetcher = Fetcher(pause=0, back_off=0)
        for number in (1, 2, 3, 4, 5, 6, 7):
            if number == 3:
                fetch(server, "/3", fetcher=fetcher)
                continue
            with pytest.raises(FetchError, match="3 files in a row" if number == 7 else "500 .*, 5 times"):
                fetch(server, f"/{number}", fetcher=fetcher)
        assert "/7" not in server.asked


def test_a_server_that_cannot_be_reached_is_left_alone():
    with serving({}) as server:
        pass
    fetcher = Fetcher(pause=0, back_off=0)
    for _ in range(2):
        with pytest.raises(FetchError, match=r"its robots.txt cannot be had \(the connection failed .*refused"):
            fetch(server, fetcher=fetcher)


def robots(text, **options):
    return {"/robots.txt": ok(text.encode(), **options), "/file": ok(CONTENT), "/art/1.jpg": ok(CONTENT)}


@pytest.mark.parametrize(
    "text",
    [
        "User-agent: *\nDisallow: /file",
        "\ufeffUser-agent: *\nDisallow: /file",
        "User-agent: *\nAllow: /\n\nUser-agent: webtoon_colorize\nDisallow: /",
        "User-agent: *\nDisallow: /*le$\nAllow: /",
        "User-agent: *\nCrawl-delay: 100000",
    ],
)
def test_what_robots_txt_forbids_is_not_asked_for(text):
    with serving(robots(text)) as server:
        with pytest.raises(FetchError, match="robots.txt (forbids it|asks for more than 120 seconds)"):
            fetch(server)
        assert server.asked == ["/robots.txt"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ufeffUser-agent: *\nDisallow: /art",
        "\xff not a robots.txt <html>",
        "User-agent: *\nDisallow: /fil\nAllow: /file",
        "User-agent: x\nDisallow: /",
    ],
)
def test_what_robots_txt_does_not_forbid_is_fetched(text):
    with serving(robots(text)) as server:
        assert fetch(server) == CONTENT


def test_the_delay_that_robots_txt_asks_for_is_kept(clock):
    with serving(robots("User-agent: *\nCrawl-delay: 7")) as server:
        fetcher = Fetcher()
        for _ in range(3):
            fetch(server, fetcher=fetcher)
    assert clock.slept == [0, 1, 7, 7]


@pytest.mark.parametrize("code", [401, 403, 404, 410])
def test_without_a_robots_txt_nothing_is_forbidden(code):
    with serving({"/robots.txt": status(code), "/file": ok(CONTENT)}) as server:
        assert fetch(server) == CONTENT


@pytest.mark.parametrize("code", [429, 501, 503])
def test_a_robots_txt_that_cannot_be_had_forbids_all(code):
    """RFC 9309, section 2.3.1.4; a server that is asked too often is no server without a robots.txt."""
    with serving({"/robots.txt": status(code), "/file": ok(CONTENT)}) as server:
        with pytest.raises(FetchError, match="its robots.txt cannot be had"):
            fetch(server)
        assert set(server.asked) == {"/robots.txt"}


def test_redirects_are_followed_and_each_is_held_against_robots_txt():
    pages = robots("User-agent: *\nDisallow: /art")
    pages |= {"/moved": status(302, Location="/file"), "/to_art": status(301, Location="art/1.jpg")}
    with serving(pages) as server:
        assert fetch(server, "/moved") == CONTENT
        with pytest.raises(FetchError, match="robots.txt forbids it"):
            fetch(server, "/to_art")
        assert "/art/1.jpg" not in server.asked


def test_the_robots_txt_of_the_server_that_a_redirect_leads_to_counts():
    with serving(robots("User-agent: *\nDisallow: /")) as other, serving({}) as server:
        server.pages["/moved"] = status(302, Location=f"{other.url}/file")
        with pytest.raises(FetchError, match="robots.txt forbids it"):
            fetch(server, "/moved")
        assert other.asked == ["/robots.txt"]


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/file", "data:,content", "http://["])
def test_redirects_out_of_the_web_are_refused(target):
    moved, refused = status(302, Location=target), pytest.raises(FetchError, match="which is no address of the web$")
    with serving({"/moved": moved}) as server, refused:
        fetch(server, "/moved")


def test_a_redirect_from_https_to_http_is_refused():
    assert fetching._redirected("http://a.org/x", "https://a.org/y") == "https://a.org/y"
    with pytest.raises(FetchError, match="redirects from https to http://a.org/y"):
        fetching._redirected("https://a.org/x", "http://a.org/y")


def test_redirects_in_a_circle_end():
    with serving({"/moved": status(302, Location="/moved")}) as server:
        with pytest.raises(FetchError, match="more than 5 times"):
            fetch(server, "/moved")
        assert server.asked.count("/moved") == 6


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/x", "http://", "http://[", "nonsense", ""])
def test_other_addresses_are_refused(url):
    with pytest.raises(FetchError, match="does not begin with https://host or http://host"):
        Fetcher().fetch(url, is_whole)


def test_a_file_that_is_too_large_or_too_slow_is_given_up(monkeypatch):
    pages = {"/large": ok(bytes(5000)), "/bomb": ok(gzip.compress(bytes(5000)), Content_Encoding="gzip")}
    with serving(pages | {"/slow": dripping(bytes(1000), seconds=0.02)}) as server:
        monkeypatch.setattr(fetching, "MOST_BYTES", 4096)
        for path in ("/large", "/bomb"):
            with pytest.raises(FetchError, match="^the file is larger than "):
                fetch(server, path)
        monkeypatch.setattr(fetching, "MOST_SECONDS", 0.1)
        with pytest.raises(FetchError, match="^the file did not come within "):
            fetch(server, "/slow")


def test_a_server_that_says_nothing_is_waited_for_only_so_long(monkeypatch):
    with serving({"/file": silent(1)}) as server:
        fetcher = Fetcher(pause=0, back_off=0)
        fetcher._check_robots(server.url)
        monkeypatch.setattr(fetching, "TIMEOUT", 0.05)
        with pytest.raises(FetchError, match=r"^the connection failed \(Read timed out.*, 5 times$"):
            fetch(server, fetcher=fetcher)
