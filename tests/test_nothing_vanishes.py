"""Whatever looks like a page is done or named, and what cannot be done is in the output as it was."""

import io
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tests.comics import archive, art, gray, is_colored, page_bytes, save

SMALL = {"height": 60, "width": 50}


def test_every_ending_of_jpeg_capitals_no_ending_and_a_wrong_one_are_pages(tmp_path, colorize):
    names = ["1.jpg", "2.jfif", "3.jpe", "4.JPEG", "5", "6.png", "7.gif"]
    for name in names:
        save(tmp_path / "in" / name, gray(**SMALL), format="JPEG")
    code, said = colorize("in")
    assert code == 0 and "7 pages coloured.\n" in said
    for name in names:
        with Image.open(tmp_path / "out" / name) as image:
            assert image.format == "JPEG" and is_colored(np.array(image))
    assert "1 page coloured." in colorize("in/2.jfif")[1]


@pytest.mark.parametrize(
    "name, kind, said_kind",
    [("1.gif", "GIF", "a GIF"), ("1.bmp", "BMP", "a BMP"), ("1.tif", "TIFF", "a TIFF"), ("1.avif", "AVIF", "an AVIF")],
)
def test_images_of_other_formats_are_named_and_copied(tmp_path, colorize, name, kind, said_kind):
    path = save(tmp_path / "in" / name, gray(**SMALL), format=kind)
    code, said = colorize("in")
    assert code == 2 and f"{name}: this is {said_kind} image; JPEG, PNG and WebP can be coloured.\n" in said
    assert (tmp_path / "out" / name).read_bytes() == path.read_bytes()
    code, said = colorize(f"in/{name}", output_dir=str(tmp_path / "other"))
    assert code == 2 and said_kind in said and not (tmp_path / "other").exists()


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_animations_are_named_and_copied(tmp_path, colorize, kind):
    frames = [Image.fromarray(gray(seed, **SMALL)) for seed in (1, 2)]
    data = io.BytesIO()
    frames[0].save(data, kind, save_all=True, append_images=frames[1:])
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "1.png").write_bytes(data.getvalue())
    save(tmp_path / "in" / "2.png", gray(3, **SMALL))
    code, said = colorize("in")
    assert code == 1 and "1.png: this is an animation; only still pages can be coloured.\n" in said
    assert (tmp_path / "out" / "1.png").read_bytes() == data.getvalue()


def test_pages_that_are_left_alone_are_named_with_the_reason(tmp_path, colorize):
    save(tmp_path / "in" / "1.png", art(1, **SMALL))
    save(tmp_path / "in" / "2.png", gray(2, **SMALL))
    assert "1.png: it has colour already; it is copied.\n1 page coloured" in colorize("in")[1]
    code, said = colorize("in", skip_existing=True)
    assert code == 0 and said.startswith(
        "1.png: it has colour already; it is copied.\n2.png: it is there already.\n0 pages coloured, 2 pages left"
    )


def test_a_page_that_failed_is_done_when_existing_ones_are_skipped(tmp_path, colorize, monkeypatch):
    save(tmp_path / "in" / "1.png", gray(1, **SMALL))
    save(tmp_path / "in" / "2.png", gray(2, **SMALL))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "1.png").write_bytes((tmp_path / "in" / "1.png").read_bytes())  # as it is after a failure
    (tmp_path / "out" / "2.png").touch()  # as it is after a power cut
    assert "2 pages coloured." in colorize("in", skip_existing=True)[1]
    assert "0 pages coloured, 2 pages left" in colorize("in", skip_existing=True)[1]


def test_a_page_whose_layer_could_not_be_written_is_not_done(tmp_path, colorize):
    save(tmp_path / "in" / "1.png", gray(1, **SMALL))
    layer = tmp_path / "out" / "colorize-layers" / "1.png.ora"
    layer.mkdir(parents=True)
    code, said = colorize("in", color_layer=True)
    assert code == 2 and "1.png: it could not be written (is a directory)." in said
    layer.rmdir()
    assert "1 page coloured." in colorize("in", color_layer=True, skip_existing=True)[1]


def test_a_page_that_is_there_without_a_layer_that_is_asked_for_is_not_done(tmp_path, colorize):
    save(tmp_path / "in" / "1.png", gray(1, **SMALL))
    archive(tmp_path / "in" / "book.cbz", {"1.png": page_bytes(tmp_path)})
    colorize("in")
    asked = {"color_layer": True, "skip_existing": True}
    assert "2 pages coloured." in colorize("in", **asked)[1]
    assert "0 pages coloured, 2 pages left" in colorize("in", **asked)[1]
    (tmp_path / "out" / "colorize-layers" / "book.cbz" / "1.png.ink.png").unlink()
    assert "1 page coloured, 1 page left" in colorize("in", **asked)[1]
    assert len(list((tmp_path / "out" / "colorize-layers").rglob("*.*.*"))) == 6


def test_links_and_loops_are_named_and_nothing_outside_is_read(tmp_path, colorize):
    save(tmp_path / "in" / "1.png", gray(1, **SMALL))
    save(tmp_path / "other" / "2.png", gray(2, **SMALL))
    (tmp_path / "in" / "2.png").symlink_to(tmp_path / "other" / "2.png")
    (tmp_path / "in" / "self.png").symlink_to("self.png")
    (tmp_path / "in" / "loop").symlink_to(".")
    code, said = colorize("in")
    assert code == 1 and "1 page coloured.\n" in said and "3 files could not be coloured" in said
    assert "2.png: this is a link to a file outside the folder; name that file itself.\n" in said
    assert "loop: this is a link to a folder; name that folder itself.\n" in said
    assert "self.png: the file cannot be opened (too many levels of symbolic links).\n" in said
    assert os.listdir(tmp_path / "out") == ["1.png"]
    assert colorize("in/2.png")[0] == 0  # named by the user


def test_names_as_long_as_can_be_are_written_with_their_layers(tmp_path, colorize):
    save(tmp_path / "in" / ("a" * 251 + ".png"), gray(1, **SMALL))
    archive(tmp_path / "in" / ("b" * 251 + ".cbz"), {"c" * 300 + ".png": page_bytes(tmp_path)})
    code, said = colorize("in", color_layer=True)
    assert code == 0 and "2 pages coloured." in said
    assert sum(path.name.endswith(".color.png") for path in (tmp_path / "out").rglob("*.png")) == 2


def test_an_output_folder_that_is_a_file_is_named_before_anything_is_done(tmp_path, colorize):
    save(tmp_path / "1.png", gray(1, **SMALL))
    (tmp_path / "out").touch()
    with pytest.raises(ValueError, match="out is a file; --output_dir is a folder$"):
        colorize("1.png")
    with pytest.raises(ValueError, match="out is a file; --output_dir is a folder$"):
        colorize("1.png", output_dir=str(tmp_path / "out" / "sub"), run_dir="no run")


def test_so_is_a_folder_in_it_that_is_a_file_or_cannot_be_written(tmp_path, colorize, monkeypatch):
    save(tmp_path / "in" / "a" / "1.png", gray(1, **SMALL))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").touch()
    with pytest.raises(ValueError, match="out/a is a file; .*out/a is to be a folder$"):
        colorize("in", run_dir="no run")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(ValueError, match=f"^{tmp_path} cannot be written to: choose another --output_dir$"):
        colorize("in", output_dir=str(tmp_path / "new"), run_dir="no run")


def test_names_that_are_no_text_are_printed():
    code = "from webtoon_colorize import __main__; __main__.allow_any_names(); print('\\udcff')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\\udcff\n"
