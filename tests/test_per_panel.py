import json

import cv2
import numpy as np
import pytest
import tensorflow as tf

from experiments.visual_metrics import per_panel
from webtoon_colorize import data, evaluation
from webtoon_colorize.methods.method import Method


@pytest.fixture
def panels(dataset):
    return data.load_panels(dataset, "test", image_size=64)


def annotations(panels, bubbles=()):
    return per_panel.Annotations([[] for _ in panels.path], [list(bubbles) for _ in panels.path])


def test_tags_and_bubbles_are_read_in_the_order_of_the_panels(dataset, panels, tmp_path):
    head, *lines = (dataset / "panels.csv").read_text().splitlines()
    bubble = json.dumps([[[0, 0], [24, 0], [24, 48]]])
    rows = [
        f'{line},light;texture,48,96,"{bubble}"' if panels.path[1] in line else f"{line},,48,48,[]" for line in lines
    ]
    (tmp_path / "panels.csv").write_text("\n".join([f"{head},tags,width,height,bubbles", *rows]) + "\n")
    found = per_panel.load_annotations(tmp_path, panels)
    assert found.tags[:3] == [[], ["light", "texture"], []]
    assert found.bubbles[0] == [] and found.bubbles[1][0].tolist() == [[0, 0], [0.5, 0], [0.5, 0.5]]


def test_a_dataset_without_annotations_has_none(dataset, panels):
    found = per_panel.load_annotations(dataset, panels)
    assert found.tags == found.bubbles == [[]] * len(panels.path)


def test_a_colorizer_that_gives_the_truth_has_the_truths_values(panels):
    """Halving it changes nothing but saturation."""
    by_lightness = {
        batch.lightness.numpy().tobytes(): batch.ab for batch in data.evaluation_batches(panels, batch_size=1)
    }

    def cheat(lightness, label=None, hints=None):
        return tf.concat([by_lightness[each[None].numpy().tobytes()] for each in lightness], axis=0) / 2

    eager = Method({}, None, lambda *given: tf.py_function(cheat, given, tf.float32))
    own, truth = (
        per_panel.values(eager, panels, annotations(panels)),
        per_panel.values_of_truth(panels, annotations(panels)),
    )
    for measure in ("inconsistency", "background_inconsistency", "bleeding", "sepia_share"):
        np.testing.assert_allclose(own[measure], truth[f"{measure}_true"], atol=1e-5)
    assert np.isnan(own["near_bubbles"]).all()


def test_variants_are_measured_beside_what_is_colorized(panels):
    def colorize(lightness, label=None, hints=None):
        return tf.concat([lightness, -lightness], axis=-1)

    def variants(lightness, label=None):
        return [colorize(lightness), 2 * colorize(lightness)]

    bubble = np.array([[0.2, 0.2], [0.6, 0.2], [0.6, 0.6]])
    method = Method({}, None, colorize, variants=variants)
    values = per_panel.values(method, panels, annotations(panels, [bubble]))
    assert values["inconsistency_0"] == pytest.approx(values["inconsistency"])
    assert values["error_kept_0"] == pytest.approx([1] * len(panels.path))
    assert np.isfinite(values["near_bubbles_1"]).all()


def test_chroma_in_low_resolution_is_exact_where_it_is_even_and_lost_where_it_is_fine():
    ab = np.full((56, 56, 2), 30.0, np.float32)
    np.testing.assert_allclose(per_panel.low_resolution(ab), ab, rtol=1e-6)
    ab[:, ::2] = -30.0
    np.testing.assert_allclose(per_panel.low_resolution(ab), 0, atol=1e-5)


def test_distance_from_the_title_is_that_of_mean_colours():
    gray = np.full((3, 64, 64, 3), 128, np.uint8)
    white = np.full((1, 64, 64, 3), 255, np.uint8)
    training = data.Panels(gray, np.zeros(3, np.int32), list("abc"))
    test = data.Panels(np.concatenate([gray[:1], white]), np.zeros(2, np.int32), list("de"))
    l_gray = cv2.cvtColor(np.float32([[[128 / 255] * 3]]), cv2.COLOR_RGB2LAB)[0, 0, 0]
    assert per_panel.distance_from_title(test, training) == pytest.approx([0, 100 - l_gray], abs=0.02)


def test_evaluation_has_every_panel_in_every_measure(panels):
    values = per_panel.values(Method({}, None, evaluation.gray), panels, annotations(panels))
    assert {len(column) for column in values.values()} == {len(panels.path)}
