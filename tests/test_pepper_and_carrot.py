"""The comic Pepper & Carrot, from its official index."""

import json
import re

import pytest

from data_tools import sources
from tests import downloads
from tests.downloads import attribution, run, written
from tests.web import ok, serving

quick, jpeg = downloads.quick, downloads.jpeg


EPISODE = {
    "name": "ep01_Potion-of-Flight",
    "total_pages": 3,
    "pages": {
        "cover": "Pepper-and-Carrot_by-David-Revoy_E01.jpg",
        "title": "Pepper-and-Carrot_by-David-Revoy_E01P00.jpg",
        "1": "Pepper-and-Carrot_by-David-Revoy_E01P01.jpg",
        "2": "Pepper-and-Carrot_by-David-Revoy_E01P02.gif",
    },
}


@pytest.fixture
def site(monkeypatch, jpeg):
    """A server with an index of one episode, and its pages without text and in French."""
    with serving({}) as server:
        folder = "/0_sources/ep01_Potion-of-Flight/low-res"
        for number in ("", "P00", "P01"):
            server.pages[f"{folder}/gfx-only/gfx_Pepper-and-Carrot_by-David-Revoy_E01{number}.jpg"] = ok(jpeg)
            server.pages[f"{folder}/fr_Pepper-and-Carrot_by-David-Revoy_E01{number}.jpg"] = ok(jpeg)
        monkeypatch.setattr(sources, "PEPPER_AND_CARROT", f"{server.url}/0_sources/episodes-v1.json")
        yield server


def publish(site, content):
    site.pages["/0_sources/episodes-v1.json"] = ok(
        content if isinstance(content, bytes) else json.dumps(content).encode()
    )


@pytest.mark.parametrize("lang", ["gfx", "fr"])
def test_pepper_and_carrot_comes_without_text_or_in_a_language(site, tmp_path, monkeypatch, capsys, lang):
    publish(site, [EPISODE])
    assert run(monkeypatch, "pepper_and_carrot", tmp_path, lang=lang) == 0
    names = [f"{lang}_Pepper-and-Carrot_by-David-Revoy_E01{number}.jpg" for number in ("", "P00", "P01")]
    assert written(tmp_path) == sorted(f"pepper_and_carrot/ep01_Potion-of-Flight/{name}" for name in names)
    assert "E01P02.gif: it is an animation" in capsys.readouterr().out
    rows = attribution(tmp_path / "pepper_and_carrot").values()
    assert {(row["artist"], row["licence"]) for row in rows} == {("David Revoy, www.peppercarrot.com", "CC BY 4.0")}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<html>moved</html>", r"what comes is not JSON \(Expecting value.*\), 5 times"),
        (b"[" * 100_000, r"what comes is not JSON \("),
        (b"\xff\xff", r"what comes is not JSON \("),
        ({"episodes": []}, "is not a list of episodes"),
        ([], "is not a list of episodes"),
    ],
)
def test_an_index_that_cannot_be_read_is_an_error(site, tmp_path, monkeypatch, capsys, content, reason):
    publish(site, content)
    assert run(monkeypatch, "pepper_and_carrot", tmp_path / "out") == 2
    [error] = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert re.search(reason, error)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "episode",
    [
        7,
        {},
        {"name": "x"},
        {"name": 1, "pages": {"1": "a.jpg"}},
        {"name": "x", "pages": []},
        {"name": "x", "pages": {"1": 2}},
    ],
)
def test_an_episode_that_the_index_does_not_describe_is_named_and_the_others_are_fetched(
    site, tmp_path, monkeypatch, capsys, episode
):
    publish(site, [episode, EPISODE])
    assert run(monkeypatch, "pepper_and_carrot", tmp_path) == 1
    assert len(written(tmp_path)) == 3
    assert "Left out episode 1 of http" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["..", "../..", "/etc", "a/b", "C:x", ".hidden", "", "a\\b", "a\0", "\ud800", "a."])
def test_names_in_the_index_that_leave_the_folder_are_refused(site, tmp_path, monkeypatch, capsys, name):
    publish(
        site,
        [{"name": name, "pages": {"1": "x.jpg"}}, {"name": "x", "pages": {"1": "../x.jpg", "2": "x.exe"}}, EPISODE],
    )
    assert run(monkeypatch, "pepper_and_carrot", tmp_path / "out") == 1
    assert len(written(tmp_path)) == len(written(tmp_path / "out")) == 3
    assert capsys.readouterr().err.count("Left out ") == 1 + 2
