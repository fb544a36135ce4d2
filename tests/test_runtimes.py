"""The networks of the package colour without TensorFlow, and as those of their run do."""

import concurrent.futures
import subprocess
import sys

import numpy as np

from tests.test_app_session import page
from webtoon_colorize import run
from webtoon_colorize.colorizer import Colorizer
from webtoon_colorize.pages import runtimes


def test_the_two_runtimes_give_the_same_colours():
    onnx, keras = runtimes.bundled(), runtimes.of_run(runtimes.PRETRAINED)
    assert onnx[1:] == keras[1:]
    size = onnx.image_size
    lightness = np.random.default_rng(0).uniform(-1, 1, (3, size, size, 1)).astype(np.float32)
    label = np.zeros(3, np.int32)
    # Half precision rounds the networks' weights, which batch normalization may be folded into.
    np.testing.assert_allclose(onnx.colorize(lightness, label), keras.colorize(lightness, label), atol=0.1 / 110)


def test_a_page_comes_out_the_same():
    onnx, keras = (Colorizer.load(run_dir).colorize(page()).astype(int) for run_dir in (None, runtimes.PRETRAINED))
    assert np.abs(onnx - keras).max() <= 1


def test_threads_may_share_a_colorizer():
    shared = Colorizer.load()
    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        pages = list(threads.map(shared.colorize, [page()] * 6))
    assert all(np.array_equal(each, pages[0]) for each in pages)


def test_the_bundled_method_needs_neither_a_title_nor_lines_and_is_smooth_as_its_networks_say():
    method = run.load_method(runtimes.PRETRAINED)
    assert not method.takes_label and not method.from_lines
    assert method.smooth and runtimes.bundled().smooth


def test_a_page_is_coloured_without_tensorflow(tmp_path):
    program = (
        "import sys, numpy; from webtoon_colorize.colorizer import Colorizer; import webtoon_colorize.color_chapters;"
        "Colorizer.load().colorize(numpy.arange(10000, dtype=numpy.uint8).reshape(100, 100));"
        "print({'tensorflow', 'keras'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("set()\n", "")
