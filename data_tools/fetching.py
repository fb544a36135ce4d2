"""Fetches files from web servers: one at a time, with pauses, within robots.txt and within limits."""

import contextlib
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple, TypeVar
from urllib.parse import urljoin, urlsplit

import protego
import requests
import tqdm
import urllib3

from webtoon_colorize import __version__

USER_AGENT = f"webtoon_colorize/{__version__} (data_tools.download)"
ROBOT = "webtoon_colorize"  # the name that robots.txt may speak to

PAUSE = 1.0  # seconds between two requests, at least
ATTEMPTS = 5  # for each file
BACK_OFF = 2.0  # seconds before the second attempt; each further one waits twice as long
LONGEST_WAIT = 120.0  # seconds; a server that asks for more is left alone
FAILED_IN_A_ROW = 3  # files of one server, after which it is left alone
TIMEOUT = 30.0  # seconds to connect, and for the next bytes to come
MOST_SECONDS = 300.0  # for one file
MOST_BYTES = 50 * 2**20  # of one file
REDIRECTS = 5
CHUNK = 2**16  # bytes

_PASSING = (408, 425, 429)  # statuses that may be better next time, as may all from 500

T = TypeVar("T")


class FetchError(ValueError):
    """A file that cannot be had; the message is the reason."""


class Hitch(Exception):
    """Something that may be better next time; the message says what.

    `wait`: seconds that the server asks for.
    """

    def __init__(self, reason: str, *, wait: float = 0.0):
        super().__init__(reason)
        self.wait = wait


class _Answer(NamedTuple):
    status: int
    reason: str  # of the status, as in "Not Found"
    content: bytes  # empty unless the status is 200


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: requests would look at redirects, and read all that comes with them, even where it does not follow."""


class Fetcher:
    """Asks servers for files.

    A server that asks for a long pause, or from which several files in a row cannot be had, is left alone afterwards.
    So is one whose robots.txt cannot be had (RFC 9309, section 2.3.1.4).
    """

    def __init__(self, *, pause: float = PAUSE, back_off: float = BACK_OFF):
        self._pause, self._back_off = pause, back_off
        self._session = _Session()
        self._session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "identity"})
        self._earliest = 0.0  # of the next request, in `time.monotonic`
        self._rules: dict[str, protego.Protego] = {}  # origin -> its robots.txt
        self._failed: Counter[str] = Counter()  # origin -> files in a row that could not be had
        self._left_alone: dict[str, str] = {}  # origin -> why

    def fetch(self, url: str, check: Callable[[bytes], None]) -> bytes:
        """The file at `url`.

        `check` raises Hitch for content that is damaged, FetchError for content that is something else.

        Raises:
          FetchError: the server refuses or does not have the file, its robots.txt forbids it, `check` does not like it,
            it is too large or too slow, or nothing came after all attempts.
        """

        def fetch_once() -> bytes:
            answer = self._follow(url, self._check_robots)
            self._failed[origin_of(url)] = 0
            if answer.status != 200:
                raise FetchError(f"the server answers {answer.status} {answer.reason}")
            check(answer.content)
            return answer.content

        return self._insist(fetch_once, origin_of(url))

    def _insist(self, attempt: Callable[[], T], origin: str) -> T:
        """The result of the first attempt that succeeds. Raises FetchError."""
        for number in range(ATTEMPTS):
            try:
                return attempt()
            except Hitch as hitch:
                reason = str(hitch)
                if hitch.wait > LONGEST_WAIT:
                    self._left_alone[origin] = f"{reason} and asks for a pause of {hitch.wait:.0f} seconds"
                    raise FetchError(self._left_alone[origin]) from hitch
                wait = max(hitch.wait, self._back_off * 2**number)
            self._earliest = max(self._earliest, time.monotonic() + wait)
            if number + 1 < ATTEMPTS:
                tqdm.tqdm.write(f"{origin}: {reason}; asking again in {wait:.0f} seconds", file=sys.stderr)
        self._failed[origin] += 1
        if self._failed[origin] == FAILED_IN_A_ROW:
            self._left_alone[origin] = f"{FAILED_IN_A_ROW} files in a row could not be had from it, the last: {reason}"
        raise FetchError(f"{reason}, {ATTEMPTS} times")

    def _follow(self, url: str, check_robots: Callable[[str], None]) -> _Answer:
        """Asks for `url` and follows redirects. Raises FetchError and Hitch."""
        for _ in range(REDIRECTS + 1):
            if reason := self._left_alone.get(origin_of(url)):
                raise FetchError(f"this server is left alone: {reason}")
            check_robots(url)
            with self._ask(url) as response:
                if not response.is_redirect:
                    return _read(response)
            url = _redirected(url, response.headers["Location"])
        raise FetchError(f"the server redirects more than {REDIRECTS} times")

    def _check_robots(self, url: str) -> None:
        """Raises FetchError if the server's robots.txt forbids `url` or cannot be had."""
        origin = origin_of(url)
        if origin not in self._rules:
            self._rules[origin] = self._read_rules(origin)
        if not self._rules[origin].can_fetch(url, ROBOT):
            raise FetchError("the server's robots.txt forbids it")
        if (self._rules[origin].crawl_delay(ROBOT) or 0) > LONGEST_WAIT:
            raise FetchError(f"the server's robots.txt asks for more than {LONGEST_WAIT:.0f} seconds between requests")

    def _read_rules(self, origin: str) -> protego.Protego:
        """A server without a robots.txt forbids nothing. Raises FetchError."""
        try:
            answer = self._insist(lambda: self._follow(f"{origin}/robots.txt", lambda url: None), origin)
        except FetchError as error:
            self._left_alone.setdefault(origin, f"its robots.txt cannot be had ({error})")
            raise FetchError(self._left_alone[origin]) from error
        return protego.Protego.parse(answer.content.decode("utf-8-sig", errors="replace"))

    def _ask(self, url: str) -> requests.Response:
        """The answer, unread, after the pause since the request before it. Raises FetchError and Hitch."""
        rules = self._rules.get(origin_of(url))
        time.sleep(max(0.0, self._earliest - time.monotonic()))
        try:
            return self._session.get(url, stream=True, timeout=TIMEOUT, allow_redirects=False)
        except (requests.ConnectionError, requests.Timeout) as error:
            raise Hitch(_sentence(error)) from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, UnicodeError) as error:
            raise FetchError(f"{url} cannot be asked for ({error})") from error
        finally:
            self._earliest = time.monotonic() + max(self._pause, (rules and rules.crawl_delay(ROBOT)) or 0.0)


def origin_of(url: str) -> str:
    """Scheme, host and port. Raises FetchError unless this is an address of the web."""
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname:
            return f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        pass
    raise FetchError(f"{url} does not begin with https://host or http://host")


def _redirected(url: str, target: str) -> str:
    """The address that a redirect leads to. Raises FetchError where it leads out of the web, or from https to http."""
    try:
        to = urljoin(url, target)
        origin_of(to)
    except ValueError as error:
        raise FetchError(f"the server redirects to {target}, which is no address of the web") from error
    if urlsplit(url).scheme == "https" and urlsplit(to).scheme == "http":
        raise FetchError(f"the server redirects from https to {to}")
    return to


def _read(response: requests.Response) -> _Answer:
    """The content, if the status is 200. Raises FetchError if it is too large or slow, and Hitch."""
    status, reason = response.status_code, response.reason or ""
    if status in _PASSING or status >= 500:
        raise Hitch(f"the server answers {status} {reason}", wait=_wait(response))
    if status != 200:
        return _Answer(status, reason, b"")
    content, end = bytearray(), time.monotonic() + MOST_SECONDS
    try:
        while chunk := response.raw.read1(CHUNK, decode_content=True):
            content += chunk
            if len(content) > MOST_BYTES:
                raise FetchError(f"the file is larger than {MOST_BYTES // 2**20} MiB")
            if time.monotonic() > end:
                raise FetchError(f"the file did not come within {MOST_SECONDS:.0f} seconds")
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise Hitch(_sentence(error)) from error
    return _Answer(status, reason, bytes(content))


def _wait(response: requests.Response) -> float:
    """The seconds of Retry-After, which may hold a date instead; 0 without one."""
    with contextlib.suppress(urllib3.exceptions.InvalidHeader):
        return urllib3.Retry().get_retry_after(response.raw) or 0.0
    return 0.0


def _sentence(error: Exception) -> str:
    cause = error.args[0] if error.args else error
    cause = getattr(cause, "reason", None) or cause
    return f"the connection failed ({re.sub(r'^HTTPS?Connection.*?: ', '', str(cause))})"
