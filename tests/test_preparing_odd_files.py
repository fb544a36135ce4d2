"""What a comic's folders hold beside plain pages: archives, bad files, odd images, files of other kinds."""

import zipfile

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.comics import art, comic, save, strip
from tests.test_prepare import run


def test_other_files_are_ignored(tmp_path):
    title = comic(tmp_path / "in")
    for name in (
        "comic.json",
        "가우스 전자/readme.txt",
        "가우스 전자/1화/Thumbs.db",
        "가우스 전자/1화/ComicInfo.xml",
        "가우스 전자/1화/.hidden.png",
    ):
        (tmp_path / "in" / name).write_text("no page")
    save(title / "1화" / "__MACOSX" / "01.png", art(9))
    code, panels, dropped = run(tmp_path / "in", tmp_path / "out")
    assert code == 0 and len(panels) == 3 and dropped == []


def archive(path, names):
    with zipfile.ZipFile(path, "w") as file:
        for seed, name in enumerate(names):
            page = cv2.imencode(".png", strip(art(70 + seed)))[1].tobytes()
            file.writestr(name, b"no page" if name.endswith((".xml", ".txt")) else page)


def test_two_entries_of_one_name_are_two_pages_and_first_bytes_tell_what_has_no_ending(tmp_path):
    title = comic(tmp_path / "in", title="t", episodes=2)
    with pytest.warns(UserWarning, match="Duplicate"):
        archive(title / "3화.cbz", ["1.png", "1.png", "쪽\\2.png", "3", "notes.txt"])
    _, panels, _ = run(tmp_path / "in", tmp_path / "out")
    assert [row["page"] for row in panels if row["episode"] == "3화"] == ["1.png", "1.png (2)", "3", "쪽/2.png"]


def test_archives_are_episodes(tmp_path):
    title = comic(tmp_path / "in", title="t", episodes=2)
    archive(title / "3화.cbz", ["1.png", "__MACOSX/1.png", "ComicInfo.xml", "쪽/2.png"])
    _, panels, _ = run(tmp_path / "in", tmp_path / "out")
    assert [row["page"] for row in panels if row["episode"] == "3화"] == ["1.png", "쪽/2.png"]


def test_names_that_point_out_of_an_archive_are_refused_and_the_rest_is_done(tmp_path, capsys):
    title = comic(tmp_path / "in", title="t")
    archive(title / "4화.cbz", ["../../evil.png", "/evil.png", "good.png"])
    code, panels, dropped = run(tmp_path / "in", tmp_path / "out")
    assert code == 1 and len(panels) == 4
    assert {(row["page"], row["reason"]) for row in dropped} == {
        ("../../evil.png", "unreadable"),
        ("/evil.png", "unreadable"),
    }
    assert "../../evil.png" in capsys.readouterr().err
    assert not list(tmp_path.rglob("evil*"))


def test_bad_files_are_named_and_counted_and_the_rest_is_done(tmp_path, capsys):
    title = comic(tmp_path / "in", title="t")
    whole = save(title / "1화" / "02.png", strip(art(8))).read_bytes()
    (title / "1화" / "02.png").write_bytes(whole[: len(whole) // 2])
    (title / "1화" / "03 빈.png").touch()
    (title / "1화" / "04.jpg").write_text("no image")
    (title / "4화.cbz").write_text("no archive")
    code, panels, dropped = run(tmp_path / "in", tmp_path / "out")
    assert code == 1 and len(panels) == 3
    assert [(row["page"], row["reason"]) for row in dropped] == [
        (name, "unreadable") for name in ("02.png", "03 빈.png", "04.jpg", "4화.cbz")
    ]
    errors = capsys.readouterr().err
    assert all(name in errors for name in ("02.png", "03 빈.png", "04.jpg", "4화.cbz", "4 files"))


def test_what_looks_like_a_page_or_a_book_is_done_or_named(tmp_path, capsys):
    title = comic(tmp_path / "in", title="t")
    save(title / "1화" / "02.jfif", strip(art(41)), format="JPEG")
    save(title / "1화" / "no ending", strip(art(42)), format="PNG")
    save(title / "1화" / "@eaDir" / "thumb.png", art(43))
    save(title / "beside.png", art(44))
    archive(title / "1화" / "inside.cbz", ["1.png"])
    archive(title / "4화.zip", ["1.png"])
    (title / "5화.cbr").write_bytes(b"Rar!\x1a\x07\x00" + bytes(100))
    code, panels, dropped = run(tmp_path / "in", tmp_path / "out")
    assert code == 1
    assert [row["page"] for row in panels if row["episode"] == "1화"] == ["01.png", "02.jfif", "no ending"]
    assert [row["episode"] for row in panels if row["page"] == "1.png"] == ["4화"]
    named = {row["page"] for row in dropped}
    assert named == {"beside.png", "inside.cbz", "5화.cbr"} and all(name in capsys.readouterr().err for name in ["RAR"])


def test_odd_images_are_pages_like_others(tmp_path):
    title = comic(tmp_path / "in", title="t")
    Image.fromarray(strip(art(31))).convert("CMYK").save(title / "1화" / "02 cmyk.jpg", quality=95)
    cv2.imwrite(str(title / "1화" / "03 deep.png"), strip(art(32)).astype(np.uint16)[..., ::-1] * 257)
    Image.fromarray(strip(art(33))).quantize(64).save(title / "1화" / "04 palette.png")
    see_through = np.dstack([strip(art(34), gutter=(0, 0, 0)), np.full((280, 300), 255, np.uint8)])
    see_through[(see_through[..., :3] == 0).all(axis=2), 3] = 0
    Image.fromarray(see_through).save(title / "1화" / "05 transparent.png")
    save(title / "1화" / "06 misnamed.jpg", strip(art(35)), format="PNG")
    save(title / "1화" / "07 pixel.png", np.zeros((1, 1, 3), np.uint8))
    code, panels, dropped = run(tmp_path / "in", tmp_path / "out")
    assert code == 0
    assert [row["page"][:2] for row in panels if row["episode"] == "1화"] == ["01", "02", "03", "04", "05", "06"]
    assert [(row["page"], row["reason"]) for row in dropped] == [("07 pixel.png", "too_small")]
