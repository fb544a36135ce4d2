"""Comics from a server that misbehaves: what is written, what is named, and what a second call does."""

import datetime
import signal
import subprocess
import sys
import time

import pytest

from data_tools import sources
from data_tools.download import ATTRIBUTION
from data_tools.pages import find_pages
from data_tools.sources import SourceError
from tests import downloads
from tests.downloads import attribution, listed, run, written
from tests.web import cut, ok, serving, silent, status

quick, jpeg = downloads.quick, downloads.jpeg


def test_a_list_becomes_a_comic_that_can_be_prepared_with_its_attribution(tmp_path, monkeypatch, jpeg):
    pages = {"/my%20comic/ep01/001.jpg?size=2": ok(jpeg), "/2": ok(jpeg)}
    with serving(pages) as server:
        first, second = f"{server.url}/my%20comic/ep01/001.jpg?size=2", f"{server.url}/2"
        path = listed(tmp_path, "# mine", "", f"{first}\r", f"  {second}   my comic/2화/page 2.png  ", first)
        assert run(monkeypatch, "urls", tmp_path / "out", list=path) == 0
    assert written(tmp_path / "out") == ["my comic/2화/page 2.png", "my comic/ep01/001.jpg"]
    assert (tmp_path / "out/my comic/ep01/001.jpg").read_bytes() == jpeg
    found, bad = find_pages([tmp_path / "out"])
    assert [(page.title, page.episode, page.name) for page in found] == [
        ("my comic", "2화", "page 2.png"),
        ("my comic", "ep01", "001.jpg"),
    ] and not bad
    facts = {"artist": "A. Painter", "licence": "CC0", "date": datetime.date.today().isoformat()}
    expected = {"2화/page 2.png": facts | {"url": second}, "ep01/001.jpg": facts | {"url": first}}
    assert attribution(tmp_path / "out/my comic") == expected


def test_what_cannot_be_had_is_named_and_the_rest_is_kept(tmp_path, monkeypatch, capsys, jpeg):
    html = b"\xef\xbb\xbf\n <!DOCTYPE html><p>Not found</p>"
    pages = {
        "/t/e/1.jpg": [status(500), ok(jpeg)],
        "/t/e/3.jpg": ok(html),
        "/t/e/4.jpg": ok(jpeg[:-200]),
        "/t/e/5.jpg": cut(jpeg, 1000),
        "/t/e/6.jpg": ok(b""),
        "/t/e/7.jpg": ok(jpeg),
    }
    with serving(pages) as server:
        path = listed(tmp_path, *(f"{server.url}/t/e/{number}.jpg" for number in range(1, 8)))
        assert run(monkeypatch, "urls", tmp_path / "out", list=path) == 1
        counts = [server.asked.count(f"/t/e/{number}.jpg") for number in range(1, 8)]
        said = capsys.readouterr()
        reasons = dict(line.split(": ", 1) for line in said.err.splitlines() if line.startswith("Left out"))
        names = [f"Left out t/e/{number}.jpg ({server.url}/t/e/{number}.jpg)" for number in range(2, 7)]
    assert written(tmp_path / "out") == ["t/e/1.jpg", "t/e/7.jpg"]
    assert list(reasons) == names
    assert counts == [2, 1, 1, 5, 5, 1, 1]  # what may be whole next time is asked for again
    for name, reason in zip(names, ("404 Not Found.", "is a web page and no image.", "cut off", "broken", "is empty")):
        assert reason in reasons[name]
    assert f"2 of 7 pages are in {tmp_path / 'out'}." in said.out


def test_a_second_call_fetches_only_what_is_missing_or_was_cut_off(tmp_path, monkeypatch, jpeg):
    with serving({f"/t/e/{number}.jpg": ok(jpeg) for number in (1, 2)}) as server:
        addresses = [f"{server.url}/t/e/{number}.jpg" for number in (1, 2, 3, 4)]
        for name, content in (("1", jpeg[:-200]), ("4", jpeg)):  # left there by another program
            (tmp_path / "t/e").mkdir(parents=True, exist_ok=True)
            (tmp_path / f"t/e/{name}.jpg").write_bytes(content)
        assert run(monkeypatch, "urls", tmp_path, list=listed(tmp_path, *addresses)) == 1
        before = attribution(tmp_path / "t")
        server.asked.clear()
        server.pages["/t/e/3.jpg"] = ok(jpeg)
        path = listed(tmp_path, *addresses)
        assert run(monkeypatch, "urls", tmp_path, list=path, artist="B. Painter") == 0
        assert server.asked == ["/robots.txt", "/t/e/3.jpg"]
        server.asked.clear()
        assert run(monkeypatch, "urls", tmp_path, list=path) == 0 and server.asked == []
    assert all((tmp_path / f"t/e/{number}.jpg").read_bytes() == jpeg for number in (1, 2, 3, 4))
    after = attribution(tmp_path / "t")
    assert after.pop("e/3.jpg")["artist"] == "B. Painter" and before.pop("e/3.jpg")
    assert after == before


def test_another_list_adds_to_a_titles_attribution(tmp_path, monkeypatch, jpeg):
    with serving({f"/t/{number}/1.jpg": ok(jpeg) for number in (1, 2)}) as server:
        for number, artist in ((1, "A. Painter"), (2, "B. Painter")):
            path = listed(tmp_path, f"{server.url}/t/{number}/1.jpg")
            assert run(monkeypatch, "urls", tmp_path, list=path, artist=artist) == 0
    assert {page: row["artist"] for page, row in attribution(tmp_path / "t").items()} == {
        "1/1.jpg": "A. Painter",
        "2/1.jpg": "B. Painter",
    }


@pytest.mark.parametrize("content", [b"page;artist\n1;2\n", b"\xff\xfe"])
def test_an_attribution_that_cannot_be_read_is_not_overwritten(tmp_path, monkeypatch, capsys, content):
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / ATTRIBUTION).write_bytes(content)
    path = listed(tmp_path, "http://127.0.0.1:1/t/e/1.jpg")
    assert run(monkeypatch, "urls", tmp_path, list=path) == 2
    assert capsys.readouterr().err.startswith(f"error: {tmp_path / 't' / ATTRIBUTION} is damaged: ")
    assert (tmp_path / "t" / ATTRIBUTION).read_bytes() == content


COMMAND = [sys.executable, "-m", "data_tools.download"]


@pytest.mark.parametrize("how, code", [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
def test_a_program_that_is_stopped_leaves_only_whole_pages_and_goes_on(tmp_path, jpeg, how, code):
    """It is stopped in its second page, of which half is there."""

    def half(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(jpeg)))
        handler.end_headers()
        handler.wfile.write(jpeg[: len(jpeg) // 2])
        silent(10)(handler)

    with serving({"/t/e/1.jpg": ok(jpeg), "/t/e/2.jpg": half}) as server:
        path = listed(tmp_path, f"{server.url}/t/e/1.jpg", f"{server.url}/t/e/2.jpg")
        command = [*COMMAND, "urls", f"--list={path}", "--artist=A", "--licence=B", f"--output_dir={tmp_path / 'out'}"]
        stopped = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        while "/t/e/2.jpg" not in server.asked:
            assert stopped.poll() is None
            time.sleep(0.01)
        stopped.send_signal(how)
        said = stopped.communicate()[1]
        assert stopped.returncode == code and "Traceback" not in said
        assert written(tmp_path / "out") == ["t/e/1.jpg"]
        assert attribution(tmp_path / "out/t").keys() == {"e/1.jpg", "e/2.jpg"}
        server.asked.clear()
        server.pages["/t/e/2.jpg"] = ok(jpeg)
        again = subprocess.run(command, capture_output=True, text=True)
        assert again.returncode == 0 and server.asked == ["/robots.txt", "/t/e/2.jpg"]
    assert written(tmp_path / "out") == ["t/e/1.jpg", "t/e/2.jpg"]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["https://a.org/x.jpg"], "line 1: x.jpg is not title/episode/page.jpg"),
        (["# mine", "https://a.org/t/e/x.php?page=1"], "line 2: t/e/x.php is not title/episode/page.jpg"),
        (["https://a.org/1 t/e/../x.jpg"], "line 1: t/e/../x.jpg is not title/episode/page.jpg"),
        (["https://a.org/1 t/../x.jpg"], "line 1: t/../x.jpg: '..' cannot be the name"),
        (["https://a.org/t/%2e%2e/x.jpg"], "line 1: t/../x.jpg: '..' cannot be the name"),
        (["https://a.org/%2Fetc/e/x.jpg"], "line 1: /etc/e/x.jpg is not title"),
        (["https://a.org/1 /e/x.jpg"], "line 1: /e/x.jpg: '' cannot be the name"),
        ([f"https://a.org/1 {'화' * 70}/e/x.jpg"], "cannot be the name of a file or folder"),
        (["ftp://a.org/t/e/x.jpg"], "line 1: ftp://a.org/t/e/x.jpg does not begin with https://host"),
        (["t/e/x.jpg"], "line 1: t/e/x.jpg does not begin with https://host"),
        (["http://["], "does not begin with https://host"),
        (["https://me:secret@a.org/t/e/x.jpg"], "line 1: an address with a password"),
        (["https://a.org/t/e/x.jpg", "https://b.org/T/e/x.jpg"], "line 2: there is another page T/e/x.jpg above"),
        (["# nothing", ""], "has no addresses"),
    ],
)
def test_a_list_that_makes_no_sense_is_refused_with_the_line(tmp_path, lines, reason):
    with pytest.raises(SourceError) as error:
        sources.read_list(listed(tmp_path, *lines), artist="A", licence="B")
    assert reason in str(error.value)


def test_a_list_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "latin.txt").write_bytes(b"# f\xfcr mich\n")
    for name in ("absent.txt", "latin.txt"):
        with pytest.raises(SourceError, match=f"{name} cannot be read"):
            sources.read_list(tmp_path / name, artist="A", licence="B")


def test_a_disk_that_takes_no_files_ends_the_program_with_a_sentence(tmp_path, monkeypatch, capsys):
    (tmp_path / "out").write_text("a file")
    path = listed(tmp_path, "http://127.0.0.1:1/t/e/1.jpg")
    assert run(monkeypatch, "urls", tmp_path / "out", list=path) == 2
    assert capsys.readouterr().err == f"error: {tmp_path / 'out'}: file exists\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "say what to download, pepper_and_carrot or urls, and not nothing"),
        (["urls", "pepper_and_carrot"], "and not urls pepper_and_carrot"),
        (["urls", "--list=x", "--artist=A"], "urls needs --licence"),
        (["urls", "--lang=en"], "--lang is for pepper_and_carrot"),
        (["pepper_and_carrot", "--lang=../en"], "it is a code such as en"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_refused(arguments, sentence, tmp_path):
    done = subprocess.run([*COMMAND, f"--output_dir={tmp_path / 'out'}", *arguments], capture_output=True, text=True)
    assert done.returncode == 2 and sentence in done.stderr and done.stderr.count("\n") == 1
