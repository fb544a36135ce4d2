"""File systems that are full, read-only, or refuse what others do. The tests' user may be root: refusals are staged."""

import contextlib
import errno
import os
import pathlib
import resource
import shutil
import signal
import stat

import numpy as np
import pytest

from data_tools.crops import Settings
from data_tools.prepare import prepare
from tests.comics import comic, gray, save
from tests.conftest import make_run
from webtoon_colorize import checkpoints, data, files, run


@contextlib.contextmanager
def full(most):
    """No file can grow beyond `most` bytes, as on a full disk."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o077, 0o600)])
def test_the_umask_is_heeded_where_chmod_is_refused(tmp_path, monkeypatch, umask, mode):
    def refuse(*_, **__):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    for name in ("chmod", "fchmod", "link", "fsync"):
        monkeypatch.setattr(os, name, refuse)
    before = os.umask(umask)
    try:
        files.write_bytes(tmp_path / "page.png", b"content")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "page.png").stat().st_mode) == mode


def test_on_a_full_disk_the_old_file_stays_and_the_error_names_the_new_one(tmp_path):
    path = tmp_path / "page.png"
    files.write_bytes(path, b"old")
    with full(100), pytest.raises(OSError) as error:
        files.write_bytes(path, b"n" * 1000)
    assert files.explained(error.value) == f"{path}: file too large"
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["page.png"]


def test_a_page_that_cannot_be_written_is_named_and_done_by_the_next_call(colorize, tmp_path):
    save(tmp_path / "in" / "1.png", gray(1))
    with full(100):
        code, said = colorize("in")
    assert code == 2 and "1.png: it could not be written (file too large)." in said
    assert not list((tmp_path / "out").rglob("*.png"))
    assert colorize("in", skip_existing=True)[0] == 0
    assert (tmp_path / "out" / "1.png").exists()


def test_a_checkpoint_that_cannot_be_written_leaves_the_one_before(tmp_path):
    method = make_run(tmp_path)
    with full(1000), pytest.raises(OSError, match=f"^{tmp_path}/best cannot be written: "):
        checkpoints.best(tmp_path, method).save()
    weights = run.load_method(tmp_path).networks["applier"].get_weights()
    assert all(np.array_equal(*pair) for pair in zip(weights, method.networks["applier"].get_weights()))


def test_a_dataset_that_cannot_be_written_is_read(dataset, tmp_path, monkeypatch, capsys):
    copy = shutil.copytree(dataset, tmp_path / "data", ignore=shutil.ignore_patterns("cache"))
    expected = data.load_panels(dataset, "train", image_size=32)

    @contextlib.contextmanager
    def refuse(path):
        raise OSError(errno.EROFS, "Read-only file system", str(path))
        yield

    monkeypatch.setattr(files, "atomic_path", refuse)
    panels = data.load_panels(copy, "train", image_size=32)
    np.testing.assert_array_equal(panels.rgb, expected.rgb)
    assert "read-only file system; the resized panels are not kept there." in capsys.readouterr().err
    assert not (copy / "cache").exists()


def test_a_dataset_is_made_where_folders_cannot_be_moved(tmp_path, monkeypatch):
    replace = os.replace

    def within_a_folder(source, target):
        if pathlib.Path(source).parent != pathlib.Path(target).parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        replace(source, target)

    comic(tmp_path / "in")
    monkeypatch.setattr(os, "replace", within_a_folder)
    assert prepare([str(tmp_path / "in")], str(tmp_path / "out"), Settings(), workers=1) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]
    assert len(list((tmp_path / "out" / "panels").rglob("*.png"))) == 3
