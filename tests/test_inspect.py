"""The page that shows a dataset."""

import base64
import html.parser
import io
import pathlib
import subprocess
import sys

import pytest
from PIL import Image

from data_tools.crops import Settings
from data_tools.inspect import inspect, sample
from data_tools.prepare import prepare
from tests.comics import art, comic, save, strip

ROOT = pathlib.Path(__file__).parents[1]


class Reader(html.parser.HTMLParser):
    """The sources of all pictures and links, and the text."""

    def __init__(self, page):
        super().__init__()
        self.sources, self.text = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.sources += [value for name, value in attributes if name in ("src", "href")]

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inspect")
    title = comic(folder / "in", title="가우스 <전자>")
    save(title / "1화" / "02.png", strip(art(5), art(6, 100, 250)))
    save(title / "2화" / "02.jpg", strip(art(5)), quality=80)
    (title / "1화" / "03.png").touch()
    prepare([folder / "in"], folder / "out", Settings())
    return folder / "out"


def test_the_page_holds_all_it_shows(prepared):
    reader = Reader(inspect(prepared).read_text(encoding="utf-8"))
    assert all(source.startswith("data:image/jpeg;base64,") for source in reader.sources)
    # 4 panels are kept, each in a pair of two and on its sheet; dropped are a copy with its original, a small panel,
    # and a file without a picture.
    assert len(reader.sources) == 4 * 3 + 2 + 1
    image = Image.open(io.BytesIO(base64.b64decode(reader.sources[0].split(",")[1])))
    assert image.mode == "L"  # a pair begins with the gray picture


def test_the_page_names_titles_reasons_and_numbers(prepared):
    text = Reader(inspect(prepared).read_text(encoding="utf-8")).text
    for words in (
        "가우스 <전자>",
        "4 panels of 1 titles",
        "files that could not be read",
        "the file is empty",
        "art of an earlier panel",
        "too small",
    ):
        assert words in text


def test_the_page_is_the_same_each_time(prepared):
    assert inspect(prepared).read_bytes() == inspect(prepared).read_bytes()


def test_a_sample_is_spread_evenly():
    assert sample(range(100), 4) == [0, 25, 50, 75]
    assert sample("abc", 4) == ["a", "b", "c"]


def test_a_folder_without_a_dataset_is_refused_with_a_sentence(tmp_path):
    result = subprocess.run(
        [sys.executable, "-m", "data_tools.inspect", f"--data_dir={tmp_path}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 2 and str(tmp_path) in result.stderr and "Traceback" not in result.stderr
