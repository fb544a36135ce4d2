"""Cutting on several cores: what interrupts it, and what a page can do to it."""

import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from data_tools import crops
from data_tools.crops import Settings, cut_episode
from data_tools.cutting import cut_all
from data_tools.journal import Journal
from data_tools.pages import ComicError, Page, find_pages
from tests.comics import art, comic, save, strip
from tests.test_prepare import ROOT, contents
from webtoon_colorize.files import remove_unfinished


def start(comic_dir, output):
    command = [sys.executable, "-m", "data_tools.prepare", f"--comic_dir={comic_dir}", f"--output_dir={output}"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_until(holds):
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def children(process):
    return [int(each) for each in pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def is_running(number):
    try:
        return pathlib.Path(f"/proc/{number}/stat").read_text().rsplit(")")[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not pathlib.Path("/proc/self/task").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("end, moment", [(signal.SIGKILL, 1), (signal.SIGKILL, 20), (signal.SIGINT, 10)])
def test_an_interrupted_run_goes_on_and_ends_with_the_same_bytes(tmp_path, end, moment):
    comic(tmp_path / "in", episodes=30)
    assert start(tmp_path / "in", tmp_path / "whole").wait() == 0
    process = start(tmp_path / "in", tmp_path / "out")
    panels = tmp_path / ".out.partial" / "dataset" / "panels"
    wait_until(lambda: len(list(panels.rglob("*.png"))) >= moment)
    workers = children(process)
    process.send_signal(end)
    assert process.wait() == (130 if end == signal.SIGINT else -end)
    wait_until(lambda: not any(map(is_running, workers)))  # none is left behind
    assert not (tmp_path / "out").exists()
    before = {path: path.stat().st_mtime_ns for path in panels.rglob("[!.]*.png")}
    assert start(tmp_path / "in", tmp_path / "out").wait() == 0
    after = {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "panels").rglob("*.png")}
    kept = sum(after[tmp_path / "out" / "panels" / path.relative_to(panels)] == time for path, time in before.items())
    assert kept >= len(before) - 2 * (os.cpu_count() or 1)  # only those in work are cut again
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out", "whole"]


def test_what_was_begun_with_other_pages_is_not_used(tmp_path):
    comic(tmp_path / "in")
    folder = tmp_path / ".out.partial"
    with_other = Journal(folder / "done.sqlite", "other")
    with_other.add([(0, cut_episode(find_pages([tmp_path / "in"])[0][:1], folder / "dataset", Settings())[0])])
    with_other.close()
    save(folder / "dataset" / "panels" / "old.png", art(1))
    for output in ("out", "whole"):
        assert start(tmp_path / "in", tmp_path / output).wait() == 0
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_only_one_process_makes_a_dataset(tmp_path):
    journal = Journal(tmp_path / "done.sqlite", "source")
    with pytest.raises(ComicError, match="Another process is making this dataset"):
        Journal(tmp_path / "done.sqlite", "source")
    journal.close()
    Journal(tmp_path / "done.sqlite", "source").close()


def test_a_journal_that_is_damaged_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "done.sqlite").write_text("no journal " * 100)
    with pytest.raises(ComicError, match=f"done.sqlite cannot be used .*remove {tmp_path}"):
        Journal(tmp_path / "done.sqlite", "source")


class Bomb(type(pathlib.Path())):
    """A path that ends the process which unpickles it."""

    def __reduce__(self):
        return os._exit, (1,)


def test_a_page_that_ends_the_process_which_reads_it_is_named_and_the_rest_is_done(tmp_path):
    comic(tmp_path / "in", episodes=6)
    pages, _ = find_pages([tmp_path / "in"])
    episodes = [[page] for page in pages]
    episodes[2].append(Page(pages[2].title, pages[2].episode, "02.png", Bomb("x")))
    faults = {
        page.name: report.fault
        for episode, reports in cut_all(episodes, tmp_path / "out", Settings(), workers=2, begin=lambda name: None)
        for page, report in zip(episode, reports)
        if report.fault
    }
    assert faults == {"02.png": "the process that read it was ended, perhaps for want of memory"}
    remove_unfinished(tmp_path / "out")  # the other worker is killed too, perhaps while it writes
    assert len(list((tmp_path / "out" / "panels").rglob("*.png"))) == 6


def test_a_page_that_cannot_be_cut_is_named_and_the_rest_is_done(tmp_path, monkeypatch):
    comic(tmp_path / "in")
    find_panels = crops.find_panels

    def fail(image):
        if len(image) > 300:
            raise MemoryError
        return find_panels(image)

    monkeypatch.setattr(crops, "find_panels", fail)
    save(tmp_path / "in" / "가우스 전자" / "1화" / "02.png", strip(art(1), art(2)))
    reports = cut_episode(find_pages([tmp_path / "in"])[0], tmp_path / "out", Settings())
    assert [report.fault for report in reports] == [
        "",
        "it cannot be cut into panels (there is not enough memory)",
        "",
        "",
    ]


def test_a_full_disk_is_no_fault_of_a_page(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    comic(tmp_path / "in")
    monkeypatch.setattr(crops, "write_image", fail)
    with pytest.raises(OSError, match="No space left"):
        cut_episode(find_pages([tmp_path / "in"])[0], tmp_path / "out", Settings())
