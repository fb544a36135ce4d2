"""What tests of `data_tools.download` share."""

import csv
import types

import pytest

from data_tools import download, fetching
from data_tools.download import ATTRIBUTION
from tests.comics import art, save


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(fetching.Fetcher.__init__, "__kwdefaults__", {"pause": 0.0, "back_off": 0.0})


@pytest.fixture(scope="module")
def jpeg(tmp_path_factory):
    return save(tmp_path_factory.mktemp("page") / "page.jpg", art(1)).read_bytes()


def run(monkeypatch, source, output, **values):
    """The exit code of the program."""
    values = {"output_dir": str(output), "lang": "gfx", "list": None, "artist": "A. Painter", "licence": "CC0"} | values
    monkeypatch.setattr(download, "FLAGS", types.SimpleNamespace(**values), raising=False)
    monkeypatch.setattr(download, "check_arguments", lambda arguments: arguments[0])
    return download.main([source])


def written(folder):
    """All files below the folder but attributions and hidden ones, which are locks."""
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("[!.]*") if path.is_file())
    return sorted(name for name in files if not name.endswith(ATTRIBUTION))


def attribution(folder):
    with open(folder / ATTRIBUTION, newline="", encoding="utf-8") as file:
        return {row.pop("page"): row for row in csv.DictReader(file)}


def listed(tmp_path, *lines):
    path = tmp_path / "list.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
