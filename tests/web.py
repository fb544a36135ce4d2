"""A web server on this machine that misbehaves as it is told."""

import contextlib
import http.server
import threading
import time


class Server(http.server.ThreadingHTTPServer):
    """`pages`: path -> what it does, a function of the handler, or a list of them for one request after the other.

    The last of a list serves all further requests. `asked` holds the paths in the order of the requests, `agents`
    their User-Agents, and `most` the number of requests that were in progress at the same time.
    """

    def __init__(self, pages):
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages, self.asked, self.agents, self.most, self.now = pages, [], set(), 0, 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        """Says nothing of clients that hang up."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server = self.server
        count = server.asked.count(self.path)
        server.asked.append(self.path)
        server.agents.add(self.headers["User-Agent"])
        for _ in range(20):  # a client may have an answer before its handler has ended
            if server.now:
                time.sleep(0.01)
        server.now += 1
        server.most = max(server.most, server.now)
        answers = server.pages.get(self.path, status(404))
        try:
            (answers[min(count, len(answers) - 1)] if isinstance(answers, list) else answers)(self)
        finally:
            server.now -= 1

    def log_message(self, *arguments):
        """Says nothing."""


@contextlib.contextmanager
def serving(pages):
    with Server(pages) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def status(code, content=b"", *, length=None, **headers):
    """Answers with a status, content, the length that it claims for it (None: the true one), and headers."""

    def answer(handler):
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(content) if length is None else length))
        handler.end_headers()
        handler.wfile.write(content)
        handler.close_connection = handler.close_connection or length is not None

    return answer


def ok(content, **options):
    return status(200, content, **options)


def cut(content, after):
    """Hangs up after some bytes of the content."""
    return ok(content[:after], length=len(content))


def unmeasured(content):
    """Says nothing of the length, and hangs up when it is done."""

    def answer(handler):
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def dripping(content, *, seconds):
    """Sends a byte every few moments."""

    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        for number in range(len(content)):
            handler.wfile.write(content[number : number + 1])
            time.sleep(seconds)

    return answer


def silent(seconds):
    return lambda handler: time.sleep(seconds)
