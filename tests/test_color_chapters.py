"""The command line, from inputs to exit code: `__main__`, `color_chapters` and `io.chapters`."""

import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tests.comics import archive, art, gray, is_colored, load, page_bytes, save, strip
from tests.test_layers import composed
from tests.test_prints import lines
from tests.test_screentone import halftone
from webtoon_colorize.io import images
from webtoon_colorize.pages import grayscale, page_chroma


def test_a_folder_comes_out_with_the_same_names_formats_and_sizes(tmp_path, colorize):
    for index, name in enumerate(["1화/2.png", "1화/10.jpg", "2화/b c/1.webp"]):
        save(tmp_path / "in" / name, gray(index, height=90 + index, width=70), lossless=True)
    (tmp_path / "in" / "notes.txt").write_text("not a page")
    save(tmp_path / "in" / ".hidden" / "1.png", gray())
    code, said = colorize("in")
    assert code == 0 and "3 pages coloured." in said
    out = tmp_path / "out"
    assert {path.relative_to(out).as_posix() for path in out.rglob("*.*")} == {
        "1화/2.png",
        "1화/10.jpg",
        "2화/b c/1.webp",
    }
    for path in out.rglob("*.*"):
        with Image.open(tmp_path / "in" / path.relative_to(out)) as before, Image.open(path) as after:
            assert (before.format, before.size) == (after.format, after.size) and is_colored(np.array(after))


def test_slices_of_a_strip_come_out_like_the_strip_in_one(tmp_path, colorize):
    whole = np.ascontiguousarray(strip(*(art(seed) for seed in range(4)))[..., 0])
    save(tmp_path / "one" / "1.png", whole)
    for number, part in enumerate(np.split(whole, [150, 410, 700, 1000])):
        save(tmp_path / "many" / f"{number + 8}.png", part)
    colorize("one")
    colorize("many")
    parts = [load(tmp_path / "out" / f"{number + 8}.png") for number in range(5)]
    np.testing.assert_array_equal(np.concatenate(parts), load(tmp_path / "out" / "1.png"))


def test_coloured_pages_are_copied_and_sepia_ones_coloured(tmp_path, colorize):
    save(tmp_path / "in" / "1.png", art(1))
    light = gray(2)[..., None] / 255
    save(tmp_path / "in" / "2.png", (np.array([40, 26, 13]) + light * np.array([200, 196, 177])).astype(np.uint8))
    code, said = colorize("in")
    assert code == 0 and "1 page coloured, 1 page left as they are." in said
    assert (tmp_path / "out" / "1.png").read_bytes() == (tmp_path / "in" / "1.png").read_bytes()
    assert not np.array_equal(load(tmp_path / "out" / "2.png"), load(tmp_path / "in" / "2.png"))
    assert "2 pages coloured" in colorize("in", skip_colored=False)[1]


def test_a_page_that_could_not_be_coloured_is_named_and_stays_as_it_was(tmp_path, colorize):
    save(tmp_path / "in" / "1.png", lines())
    save(tmp_path / "in" / "2.png", gray(1))
    save(tmp_path / "in" / "3.png", np.full((90, 70), 255, np.uint8))
    code, said = colorize("in", color_layer=True)
    assert code == 0 and "1 page coloured, 2 pages left as they are." in said
    assert "1.png: it could not be coloured: it is line art, which takes colour from hints only." in said
    assert "3.png: it could not be coloured: nothing on it takes colour." in said
    assert "On these pages: line art (1), gray tones (1)" in said
    assert all(
        (tmp_path / "out" / name).read_bytes() == (tmp_path / "in" / name).read_bytes() for name in ("1.png", "3.png")
    )
    hints = tmp_path / "hints.json"
    hints.write_text(json.dumps({"1.png": [{"x": 60, "y": 60, "color": "#c8281e"}]}))
    code, said = colorize("in/1.png", hints=str(hints))
    assert code == 0 and "1 page coloured." in said
    colored = load(tmp_path / "out" / "1.png")
    assert (
        np.abs(colored[60:150, 60:150].astype(int) - (200, 40, 30)).max() <= 1
        and (colored[60:150, 200:300] == 255).all()
    )


def test_screentone_is_coloured_and_said(tmp_path, colorize):
    save(tmp_path / "in" / "1.png", halftone(np.tile(np.linspace(90, 200, 300), (300, 1)).astype(np.uint8), 7, 45))
    code, said = colorize("in")
    assert code == 0 and "On these pages: screentone (1)\n1 page coloured." in said
    assert (np.ptp(load(tmp_path / "out" / "1.png"), axis=2) > 10).mean() > 0.3


def test_bad_pages_are_named_and_the_rest_is_done(tmp_path, colorize):
    save(tmp_path / "in" / "1.png", gray(1))
    (tmp_path / "in" / "2.png").write_text("no image")
    (tmp_path / "in" / "3.jpg").touch()
    (tmp_path / "in" / "4.cbz").write_text("no archive")
    save(tmp_path / "in" / "5.png", gray(2))
    code, said = colorize("in", "missing.png")
    assert code == 1 and "2 pages coloured." in said and "4 files could not be coloured; all the rest is done." in said
    assert "2.png: this is not an image" in said and "3.jpg: the file is empty." in said
    assert "4.cbz: this is not a ZIP archive" in said and "missing.png: there is no such file." in said
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"1.png", "2.png", "3.jpg", "4.cbz", "5.png"}  # what mirrors a folder lacks nothing
    assert all(
        (tmp_path / "out" / name).read_bytes() == (tmp_path / "in" / name).read_bytes()
        for name in names - {"1.png", "5.png"}
    )


def test_huge_declared_sizes_are_refused_and_tall_pages_are_not(tmp_path, colorize, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 4_000_000)
    save(tmp_path / "in" / "1.png", np.zeros((2000, 2001), np.uint8))
    save(tmp_path / "in" / "2.png", gray(height=30_000, width=120))
    code, said = colorize("in")
    assert code == 1 and "1.png: the image is too large (4,002,000 pixels, 4,000,000 are allowed)." in said
    assert load(tmp_path / "out" / "2.png").shape == (30_000, 120, 3)


def test_a_page_that_breaks_the_colorizer_does_not_stop_the_others(tmp_path, colorize, monkeypatch):
    for number, width in enumerate((50, 51, 52)):
        save(tmp_path / "in" / f"{number}.png", gray(number, height=60, width=width))
    original = page_chroma.joined_panels

    def joined_panels(image, **options):
        if image.shape[1] == 51:
            raise MemoryError("no room")
        return original(image, **options)

    monkeypatch.setattr(page_chroma, "joined_panels", joined_panels)
    code, said = colorize("in")
    assert code == 1 and "1.png: it could not be coloured (there is not enough memory)." in said
    assert [is_colored(load(tmp_path / "out" / f"{number}.png")) for number in range(3)] == [True, False, True]


def test_existing_pages_are_left_and_the_strip_goes_on_as_if_they_were_coloured_now(tmp_path, colorize):
    whole = gray(height=1400, width=60)
    for number, part in enumerate(np.split(whole, 7)):
        save(tmp_path / "in" / f"{number}.png", part)
    colorize("in")
    full = load(tmp_path / "out" / "4.png")
    (tmp_path / "out" / "4.png").unlink()
    save(tmp_path / "out" / "3.png", np.zeros((1, 1), np.uint8))
    code, said = colorize("in", skip_existing=True)
    assert code == 0 and "1 page coloured, 6 pages left" in said
    np.testing.assert_array_equal(load(tmp_path / "out" / "4.png"), full)
    assert load(tmp_path / "out" / "3.png").shape == (1, 1)


def test_layers_multiplied_give_the_coloured_page_and_lie_where_no_page_can(tmp_path, colorize):
    save(tmp_path / "in" / "1.png", gray(1))
    save(tmp_path / "in" / "1.png.color.png", gray(2))  # called like a layer
    save(tmp_path / "in" / "2.png.ora" / "1.png", gray(3))  # in a folder that is
    save(tmp_path / "in" / "2.png", gray(4))
    hints = tmp_path / "hints.json"
    hints.write_text(json.dumps({"2.png": [{"x": 60, "y": 60, "color": "#c8281e"}]}))
    code, said = colorize("in", color_layer=True, hints=str(hints))
    assert code == 0 and "4 pages coloured." in said
    layers = tmp_path / "out" / "colorize-layers"
    for name in ("1.png", "1.png.color.png", "2.png"):
        page = load(tmp_path / "out" / name).astype(int)
        flat, ink = (load(layers / f"{name}.{kind}.png") for kind in ("color", "ink"))
        assert np.abs(np.round(flat * (ink / 255)) - page).max() <= 1
        np.testing.assert_array_equal(load(tmp_path / "out" / name), composed(layers / f"{name}.ora")[1])
    assert (layers / "2.png.ora~" / "1.png.ora").is_file()
    assert composed(layers / "2.png.ora")[2] == ["dots", "ink", "colour"]
    assert "4 pages coloured." in colorize("out", output_dir=str(tmp_path / "again"), skip_colored=False)[1]


@pytest.mark.parametrize("inputs", [["in/1.png", "other/1.png"], ["in", "in/1.png"]])
def test_inputs_that_would_overwrite_each_other_are_refused(tmp_path, colorize, inputs):
    save(tmp_path / "in" / "1.png", gray(1))
    save(tmp_path / "other" / "1.png", gray(1))
    with pytest.raises(ValueError, match="would both become"):
        colorize(*inputs)


def test_originals_are_not_overwritten_and_results_not_coloured_again(tmp_path, colorize):
    save(tmp_path / "1.png", gray(1))
    with pytest.raises(ValueError, match="1.png would be overwritten: choose another --output_dir"):
        colorize(".", output_dir=str(tmp_path))
    assert "1 page coloured" in colorize(".")[1]
    assert "1 page coloured" in colorize(".", skip_colored=False)[1]  # out/ lies in the folder and is passed over


@pytest.mark.parametrize("name", ["output_dir", "run_dir", "references", "adapted_run", "hints"])
def test_an_empty_path_is_refused(tmp_path, colorize, name):
    save(tmp_path / "1.png", gray(1))
    with pytest.raises(ValueError, match=f"--{name} is empty; it is to be a file or a folder$"):
        colorize("1.png", **{name: [""] if name == "references" else ""})
    assert [path.name for path in tmp_path.iterdir()] == ["1.png"]


def test_files_that_are_replaced_by_others_are_counted(tmp_path, colorize):
    save(tmp_path / "in" / "1.png", gray(1))
    archive(tmp_path / "in" / "book.cbz", {"1.png": page_bytes(tmp_path)})
    (tmp_path / "out").mkdir()
    for name in ("1.png", "book.cbz"):
        (tmp_path / "out" / name).write_text("mine")
    assert f"Replaced in {tmp_path}/out: 2 files that had another content.\n" in colorize("in")[1]
    assert "Replaced" not in colorize("in")[1]  # by the same


def test_the_exit_code_says_whether_anything_was_done(tmp_path, colorize):
    save(tmp_path / "1.png", gray(1))
    (tmp_path / "bad.png").write_bytes(b"no image")
    code, said = colorize("bad.png", "none.png")
    assert code == 2 and "2 files could not be coloured." in said
    code, said = colorize("1.png", "bad.png")
    assert code == 1 and "1 file could not be coloured; all the rest is done." in said


def test_a_folder_that_is_no_run_is_named(tmp_path, colorize):
    save(tmp_path / "1.png", gray(1))
    with pytest.raises(FileNotFoundError, match="is not a run folder"):
        colorize("1.png", run_dir=str(tmp_path))


def test_a_broken_hint_file_or_an_unknown_title_stops_before_anything_is_done(tmp_path, colorize):
    save(tmp_path / "1.png", gray(1))
    (tmp_path / "hints.json").write_text("{")
    with pytest.raises(ValueError, match="not JSON"):
        colorize("1.png", hints=str(tmp_path / "hints.json"))
    with pytest.raises(ValueError, match="no title three in this run; it knows one, two"):
        colorize("1.png", title="three")
    assert not (tmp_path / "out").exists()


def test_ink_on_a_transparent_background_is_coloured_as_on_white(tmp_path, colorize):
    page = lines()
    dark, ink = np.zeros_like(page), 255 - page
    files = {
        "white.png": page,
        "black.png": np.dstack([dark, dark, dark, ink]),  # as drawing programs export a layer of ink
        "black.webp": np.dstack([dark, dark, dark, ink]),
        "erased.png": np.dstack([page, page, page, ink]),
        "gray.png": np.dstack([dark, ink]),
    }
    for name, image in files.items():
        save(tmp_path / "in" / name, image, lossless=True)
    hints = tmp_path / "hints.json"
    hints.write_text(json.dumps({name: [{"x": 100, "y": 100, "color": "#c8281e"}] for name in files}))
    code, said = colorize("in", hints=str(hints), color_layer=True)
    assert code == 0 and "5 pages coloured." in said
    expected = load(tmp_path / "out" / "white.png")
    for name in files:
        np.testing.assert_array_equal(images.read_image(tmp_path / "out" / name), expected)
        layer = composed(tmp_path / "out" / "colorize-layers" / f"{name}.ora")[1]
        np.testing.assert_array_equal(layer, expected)
        if name != "white.png":
            alpha = load(tmp_path / "out" / name)[..., 3]
            assert alpha[100, 100] == 255 and alpha[100, 250] == alpha[5, 5] == 0


def test_a_title_that_changes_nothing_is_said(tmp_path, colorize):
    save(tmp_path / "1.png", gray(1))
    code, said = colorize("1.png", title="one")
    assert code == 0 and "--title=one changes nothing: this run was trained without titles.\n" in said


def test_a_deep_page_stays_deep(tmp_path, colorize):
    values = np.linspace(9000, 60000, 60 * 50).reshape(60, 50).astype(np.uint16)
    save(tmp_path / "in" / "1.png", values)
    assert colorize("in")[0] == 0
    from webtoon_colorize.io import page_images

    picture = page_images.decode((tmp_path / "out" / "1.png").read_bytes())
    assert picture.pixels.dtype == np.uint16 and is_colored(picture.pixels)


def test_the_command_names_what_is_wrong_and_exits_with_2(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "webtoon_colorize", str(tmp_path), "--run_dir", str(tmp_path), "--output_dir", "out"],
        cwd=pathlib.Path(__file__).parents[1],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Nothing was coloured. ") and "is not a run folder" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_page_counts_as_coloured_from_a_hundredth_on():
    assert grayscale.COLORED_PAGE_SHARE == 0.01
