"""Comics to datasets, on small comics that the tests draw."""

import csv
import hashlib
import json
import pathlib
import subprocess
import sys

import cv2
import numpy as np
import pytest

from data_tools.crops import Settings
from data_tools.pages import ComicError
from data_tools.prepare import prepare
from tests.comics import art, comic, save, strip
from webtoon_colorize.io.images import read_image

ROOT = pathlib.Path(__file__).parents[1]


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def run(comic_dir, output, **settings):
    code = prepare([str(comic_dir)], str(output), Settings(**settings))
    return code, rows(output / "panels.csv"), rows(output / "dropped.csv")


def test_a_comic_becomes_panels_with_a_manifest(tmp_path):
    comic(tmp_path / "in")
    code, panels, dropped = run(tmp_path / "in", tmp_path / "out")
    assert code == 0 and dropped == []
    assert list(panels[0]) == "path,title,episode,page,x,y,width,height,split,sha256,near_hash,tags,bubbles".split(",")
    first = panels[0]
    assert (first["path"], first["title"], first["episode"], first["page"]) == (
        "panels/가우스 전자/1화/01.png_0.png",
        "가우스 전자",
        "1화",
        "01.png",
    )
    np.testing.assert_allclose([int(first[key]) for key in ("x", "y", "width", "height")], (20, 20, 260, 240), atol=2)
    assert sorted(row["split"] for row in panels) == ["test", "train", "validation"]
    assert (first["tags"], first["bubbles"]) == ("", "[]")


def test_the_files_are_what_the_manifest_says(tmp_path):
    comic(tmp_path / "in")
    _, panels, _ = run(tmp_path / "in", tmp_path / "out")
    for row in panels:
        data = (tmp_path / "out" / row["path"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == row["sha256"]
        assert read_image(data).shape == (int(row["height"]), int(row["width"]), 3)
    assert len(list((tmp_path / "out" / "panels").rglob("*.png"))) == len(panels)
    summary = json.loads((tmp_path / "out" / "dataset.json").read_text())
    assert summary["titles"] == ["가우스 전자"] and summary["counts"]["가우스 전자"] == {
        "train": 1,
        "validation": 1,
        "test": 1,
    }


def test_table_one_is_printed(tmp_path, capsys):
    comic(tmp_path / "in", title="title")
    run(tmp_path / "in", tmp_path / "out")
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert (
        ["title", "train", "validation", "test"] in lines
        and ["title", "1", "1", "1"] in lines
        and ["all", "1", "1", "1"] in lines
    )


def test_each_reason_to_drop_is_recorded_with_a_thumbnail(tmp_path):
    title = comic(tmp_path / "in", title="t")
    gray = np.repeat(art(1)[..., :1], 3, axis=2)
    small, large = art(2, 100, 250), art(3, 900, 260)
    save(title / "1화" / "02.png", strip(art(4), gray, art(4), small, large))
    save(title / "1화" / "03.png", strip(art(5)))
    save(title / "2화" / "02.png", strip(art(5)))  # the same page again
    save(
        title / "3화" / "02.jpg", strip(cv2.resize(art(4), (234, 216), interpolation=cv2.INTER_AREA)), quality=70
    )  # its panel at nine tenths, saved again
    code, panels, dropped = run(tmp_path / "in", tmp_path / "out")
    assert code == 0 and len(panels) == 5
    reasons = {(row["reason"], row["episode"], row["page"]) for row in dropped}
    assert reasons == {
        *((reason, "1화", "02.png") for reason in ("gray", "duplicate", "too_small", "too_large")),
        ("duplicate_page", "2화", "02.png"),
        ("near_duplicate", "3화", "02.jpg"),
    }
    assert {row["detail"] for row in dropped if row["reason"] == "near_duplicate"} == {"t/1화/02.png_0"}
    assert all((tmp_path / "out" / row["thumbnail"]).is_file() for row in dropped)
    assert len(list((tmp_path / "out" / "dropped").rglob("*.jpg"))) == len(dropped)


def test_copies_are_dropped_across_titles(tmp_path):
    comic(tmp_path / "in", title="a")
    title = comic(tmp_path / "in", title="b", seed=1)
    save(title / "1화" / "02.jpg", strip(art(2)), quality=80)  # the art of a/2화, which may be in its test set
    _, panels, dropped = run(tmp_path / "in", tmp_path / "out")
    assert len(panels) == 6
    assert [(row["title"], row["page"], row["reason"]) for row in dropped] == [("b", "02.jpg", "near_duplicate_page")]


def test_pages_with_like_names_stay_apart(tmp_path):
    title = comic(tmp_path / "in", title="t")
    names = ["02.png", "02.jpg", "a/02.png", "b/02.png", "a%2F02.png", "10.png", "9.png"]
    for seed, name in enumerate(names):
        save(title / "1화" / name, strip(art(50 + seed)))
    _, panels, _ = run(tmp_path / "in", tmp_path / "out")
    pages = [row["page"] for row in panels if row["episode"] == "1화"]
    assert pages == ["01.png", "02.jpg", "02.png", "9.png", "10.png", "a%2F02.png", "a/02.png", "b/02.png"]
    assert len({row["path"] for row in panels}) == len(panels) == 10


def test_the_page_width_comes_first_and_annotations_follow_it(tmp_path, capsys):
    title = comic(tmp_path / "in", title="t")
    save(title / "1화" / "02.png", strip(art(6, 600, 520), width=600))
    bubble = [[0, 80], [240, 80], [240, 200], [0, 200]]  # sticks out of the panel, which begins at x = 20
    known = {
        "width": 600,
        "height": 640,
        "panels": [{"box": [20, 20, 520, 600], "tags": ["texture", "occlusion"], "bubbles": [bubble]}],
    }
    (title / "1화" / "02.json").write_text(json.dumps(known))
    _, panels, _ = run(tmp_path / "in", tmp_path / "out", page_width=300)
    row = next(row for row in panels if row["page"] == "02.png")
    np.testing.assert_allclose([int(row[key]) for key in ("x", "y", "width", "height")], (10, 10, 260, 300), atol=2)
    assert row["tags"] == "occlusion;texture"
    np.testing.assert_allclose(json.loads(row["bubbles"]), [[[0, 30], [110, 30], [110, 90], [0, 90]]], atol=2)
    assert ["t", "1", "1", "1", "1.000", "1.000"] in [line.split() for line in capsys.readouterr().out.splitlines()]


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_number_of_workers_does_not_matter(tmp_path):
    comic(tmp_path / "in", episodes=6)
    for workers in (1, 3):
        prepare([str(tmp_path / "in")], str(tmp_path / str(workers)), Settings(), workers=workers)
    assert contents(tmp_path / "1") == contents(tmp_path / "3")


def test_the_same_comic_gives_the_same_dataset(tmp_path):
    comic(tmp_path / "in", episodes=6)
    for name in ("one", "two"):
        run(tmp_path / "in", tmp_path / name)
    for path in (tmp_path / "one").rglob("*.*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()


def test_a_dataset_that_is_there_is_not_made_again_nor_overwritten(tmp_path, capsys):
    comic(tmp_path / "in")
    run(tmp_path / "in", tmp_path / "out")
    time = (tmp_path / "out" / "dataset.json").stat().st_mtime_ns
    assert run(tmp_path / "in", tmp_path / "out")[0] == 0
    assert "already made" in capsys.readouterr().out and (tmp_path / "out" / "dataset.json").stat().st_mtime_ns == time
    with pytest.raises(ComicError, match="remove it or choose another"):
        run(tmp_path / "in", tmp_path / "out", min_size=100)
    save(tmp_path / "in" / "가우스 전자" / "1화" / "02.png", art(3))
    with pytest.raises(ComicError, match="remove it or choose another"):
        run(tmp_path / "in", tmp_path / "out")


def test_panels_that_were_damaged_are_named_and_made_again(tmp_path, capsys):
    comic(tmp_path / "in", title="t")
    run(tmp_path / "in", tmp_path / "out")
    before = contents(tmp_path / "out")
    paths = sorted((tmp_path / "out" / "panels").rglob("*.png"))
    paths[0].write_bytes(paths[0].read_bytes()[:-20])
    paths[1].unlink()
    assert run(tmp_path / "in", tmp_path / "out")[0] == 0
    errors = capsys.readouterr().err
    assert [path.name for path in paths if f"{path} is missing or damaged" in errors] == [
        path.name for path in paths[:2]
    ]
    assert contents(tmp_path / "out") == before


def test_titles_may_be_spread_over_folders_but_episodes_may_not(tmp_path):
    comic(tmp_path / "a", title="t", episodes=2)
    save(tmp_path / "b" / "t" / "3화" / "01.png", strip(art(3)))
    assert prepare([tmp_path / "a", tmp_path / "b"], tmp_path / "out", Settings()) == 0
    save(tmp_path / "b" / "t" / "2화" / "02.png", strip(art(4)))
    with pytest.raises(ComicError, match="Episode 2화 of t is there twice"):
        prepare([tmp_path / "a", tmp_path / "b"], tmp_path / "out2", Settings())


@pytest.mark.parametrize("episodes", [1, 2])
def test_a_comic_of_one_title_with_too_few_episodes_is_refused_with_what_to_do(tmp_path, episodes):
    comic(tmp_path / "in", title="t", episodes=episodes)
    with pytest.raises(ComicError, match=rf"t: {episodes} episode.*Add episodes.*--without=t.*=0"):
        run(tmp_path / "in", tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_title_whose_episodes_turn_out_empty_is_refused_with_the_reasons_and_leaves_nothing(tmp_path):
    title = comic(tmp_path / "in", title="t", episodes=2)
    save(title / "3화" / "01.png", strip(np.repeat(art(3)[..., :1], 3, axis=2), art(4, 100, 250)))  # gray, too small
    (title / "3화" / "02.png").touch()
    reasons = "1 unreadable, 1 too small, 1 gray"
    with pytest.raises(ComicError, match=rf"t: 2 episodes with usable panels \(left out: {reasons}\)"):
        run(tmp_path / "in", tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_titles_with_too_few_episodes_are_left_out_by_name_and_the_rest_is_done(tmp_path, capsys):
    comic(tmp_path / "in", title="a", episodes=1, seed=1)
    title = comic(tmp_path / "in", title="b", episodes=2, seed=2)
    save(title / "3화" / "01.png", strip(np.repeat(art(3)[..., :1], 3, axis=2)))  # gray
    save(title / "1화" / "02.png", strip(art(3001), art(9)))  # art of title c, which keeps it when b is left out
    comic(tmp_path / "in", title="c", seed=3)
    code, panels, dropped = run(tmp_path / "in", tmp_path / "out")
    assert code == 1 and [row["title"] for row in panels] == ["c"] * 3
    reasons = sorted((row["title"], row["episode"], row["reason"]) for row in dropped)
    few = "too_few_episodes"
    assert reasons == [
        ("a", "", few),
        ("b", "1화", few),
        ("b", "1화", few),
        ("b", "1화", few),
        ("b", "2화", few),
        ("b", "3화", "gray"),
    ]
    assert json.loads((tmp_path / "out" / "dataset.json").read_text())["titles"] == ["c"]
    errors = capsys.readouterr().err
    assert "Left out a: 1 episode with" in errors and "Left out b: 2 episodes with" in errors and "1 gray" in errors


def test_a_share_of_zero_needs_no_episode(tmp_path):
    comic(tmp_path / "in", episodes=1)
    _, panels, _ = run(tmp_path / "in", tmp_path / "out", validation_share=0.0, test_share=0.0)
    assert [row["split"] for row in panels] == ["train"]


def test_a_title_can_be_left_out(tmp_path):
    comic(tmp_path / "in", title="a")
    comic(tmp_path / "in", title="b", episodes=1)
    prepare([tmp_path / "in"], tmp_path / "out", Settings(), without=["b"])
    assert {row["title"] for row in rows(tmp_path / "out" / "panels.csv")} == {"a"}


def test_an_empty_or_missing_folder_is_refused(tmp_path):
    (tmp_path / "in").mkdir()
    with pytest.raises(ComicError, match="There are no pages in .*in"):
        run(tmp_path / "in", tmp_path / "out")
    with pytest.raises(ComicError, match="there is no such folder"):
        run(tmp_path / "nowhere", tmp_path / "out")


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "data_tools.prepare", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60
    )


def test_the_command_says_in_a_sentence_why_there_is_no_dataset(tmp_path):
    comic(tmp_path / "in", title="t", episodes=1)
    result = command(f"--comic_dir={tmp_path / 'in'}", f"--output_dir={tmp_path / 'out'}")
    assert result.returncode == 2 and "t: 1 episode" in result.stderr and "Traceback" not in result.stderr


def test_the_commands_exit_code_tells_that_a_file_was_bad(tmp_path):
    title = comic(tmp_path / "in", title="t")
    (title / "1화" / "02.png").touch()
    result = command(f"--comic_dir={tmp_path / 'in'}", f"--output_dir={tmp_path / 'out'}")
    assert result.returncode == 1 and "02.png" in result.stderr and (tmp_path / "out" / "dataset.json").is_file()


def test_preparing_needs_no_tensorflow():
    code = "import sys, data_tools.prepare, data_tools.inspect; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0
