import base64
import json
import re

import numpy as np
import pytest

from experiments import report, results
from experiments.figures import drawing
from tests.result_files import make_result
from webtoon_colorize.io import images


@pytest.fixture
def folder(tmp_path):
    """Results of gray only, samples of two rows, one figure and one that is missing."""
    names = ("l2", "rmse_lab", "psnr_db", "ssim", "chroma_lab", "colorfulness")
    results.write(tmp_path, make_result("gray", {name: [1.0, 2.0, 3.0] for name in names}))
    for row in ("gray", "truth"):
        images.write_image(tmp_path / "samples" / row / "00.png", np.zeros((32, 32, 3), np.uint8))
    images.write_image(tmp_path / "figures/figure_04.png", np.zeros((8, 8, 3), np.uint8))
    entries = {4: ("Adversarial", "figures/figure_04.png", "By rule."), 5: ("VAE", "-", "Train <diverse_vae> first.")}
    captions = {number: drawing.Entry(*entry)._asdict() for number, entry in entries.items()}
    (tmp_path / "figures/captions.json").write_text(json.dumps(captions))
    return tmp_path


def test_the_report_needs_no_other_file_and_is_the_same_every_time(dataset, folder):
    path = report.write(data_dir=dataset, results_dir=folder)
    first = path.read_text()
    assert not re.findall(r'(?:src|href)="(?!data:|#)[^"]', first) and "http" not in first
    assert report.write(data_dir=dataset, results_dir=folder).read_text() == first


def test_it_tells_the_story_in_the_papers_order(dataset, folder):
    text = report.html(data_dir=dataset, results_dir=folder)
    places = [text.index(f'id="{part}"') for part in ("data", "table", "claims", "figures", "samples", "gray/00.png")]
    assert places == sorted(places)


def test_what_is_missing_is_a_dash_and_a_sentence(dataset, folder):
    text = report.html(data_dir=dataset, results_dir=folder)
    assert "Train &lt;diverse_vae&gt; first." in text
    assert "no_skips has no results here" in text


def test_before_anything_is_evaluated_it_says_so(dataset, tmp_path):
    text = report.html(data_dir=dataset, results_dir=tmp_path)
    for sentence in ("Nothing has been evaluated yet", "No figures have been drawn yet", "No samples yet"):
        assert sentence in text


def test_samples_keep_every_pixels_colour_and_table_one_has_examples(dataset, folder):
    striped = np.zeros((32, 32, 3), np.uint8)
    striped[:, ::2] = (230, 30, 30)
    images.write_image(folder / "samples/gray/00.png", striped)
    _, _, pictures = report.samples(folder)
    embedded = base64.b64decode(pictures["gray/00.png"].partition(",")[2])
    assert (images.read_image(embedded) == striped).all()
    assert [len(pictures) for pictures in report.examples(dataset).values()] == [3, 3]


def test_table_one_counts_panels_by_title_and_split(tmp_path):
    counts = {"b": {"train": 3, "test": 1}, "a": {"train": 2, "validation": 1, "test": 2}}
    (tmp_path / "dataset.json").write_text(json.dumps({"titles": ["a", "b"], "counts": counts}))
    assert report.dataset_rows(tmp_path) == [["a", 2, 1, 2], ["b", 3, 0, 1], ["all", 5, 1, 3]]
