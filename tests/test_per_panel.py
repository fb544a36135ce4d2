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


def times_truth(panels, factor):
    """A colorizer that knows the truth, and gives `factor` times its colours."""
    by_lightness = {
        batch.lightness.numpy().tobytes(): batch.ab for batch in data.evaluation_batches(panels, batch_size=1)
    }

    def cheat(lightness):
        return factor * tf.concat([by_lightness[each[None].numpy().tobytes()] for each in lightness], axis=0)

    return lambda lightness, label: tf.py_function(cheat, [lightness], tf.float32)


def test_half_of_the_truth_differs_from_it_in_saturation_only(panels):
    method = Method({}, None, times_truth(panels, 0.5))
    own = per_panel.values(method, panels, annotations(panels))
    truth = per_panel.values_of_truth(panels, annotations(panels))
    for measure in ("inconsistency", "background_inconsistency", "bleeding", "sepia_share"):
        np.testing.assert_allclose(own[measure], truth[f"{measure}_true"], atol=1e-5)
    assert np.isnan(own["near_bubbles"]).all()


def test_variants_are_measured_beside_what_is_colorized(panels):
    """Multiples of the truth, of which everything that is measured follows."""
    none, half, whole, double = (times_truth(panels, factor) for factor in (0.0, 0.5, 1.0, 2.0))

    def variants(lightness, label):
        return [each(lightness, label) for each in (none, half, whole, double)]

    method = Method({}, None, half, variants=variants)
    values = per_panel.values(method, panels, annotations(panels))
    every = np.ones(len(panels.path))
    for number, kept in enumerate((1, 0.5, 0, -1)):  # the first is none, whose error is the truth's chroma
        np.testing.assert_allclose(values[f"error_kept_{number}"], kept * every, atol=1e-4)
    assert np.isnan(values["inconsistency_0"]).all()  # there is no colour to be inconsistent
    for measure in ("inconsistency", "bleeding", "sepia_share"):
        for number in (1, 2, 3):
            np.testing.assert_allclose(values[f"{measure}_{number}"], values[measure], atol=1e-5)
    # At least 5% of the pixels have the 95th percentile of chroma or more: doubled, they exceed it.
    assert max(values["saturated_share_1"]) <= 0.05 <= min(values["saturated_share_3"])


def test_the_surroundings_of_a_bubble_reach_a_16th_of_the_width():
    corners = np.array([[0.25, 0.25], [0.5, 0.25], [0.5, 0.5], [0.25, 0.5]])
    inside, near = per_panel._bubble_masks([corners], size=64)
    assert np.flatnonzero(inside[24]).tolist() == list(range(16, 33)) and inside.sum() == 17 * 17
    assert np.flatnonzero(near[24]).tolist() == list(range(12, 37))  # 64 / 16 = 4 pixels on both sides
    assert near[14, 14] and not near[13, 13]  # at a corner the distance is diagonal: 2.8 and 4.2 pixels
    inside, near = per_panel._bubble_masks([], size=64)
    assert not inside.any() and not near.any()


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
