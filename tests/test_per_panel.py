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
    assert np.isnan(own["skill_near_bubbles"]).all() and np.isnan(own["skill_off_bubbles"]).all()
    np.testing.assert_allclose(2 * np.array(own["inconsistency_lab"]), truth["inconsistency_lab_true"], atol=1e-4)
    assert max(truth["ciede2000_true"]) == 0 < min(own["ciede2000"])


def test_variants_are_measured_beside_what_is_colorized(panels):
    """Multiples of the truth, of which everything that is measured follows."""
    none, half, whole, double = (times_truth(panels, factor) for factor in (0.0, 0.5, 1.0, 2.0))

    def variants(lightness, label):
        return [each(lightness, label) for each in (none, half, whole, double)]

    method = Method({}, None, half, variants=variants)
    values = per_panel.values(method, panels, annotations(panels))
    for name, column in evaluation.make_evaluate(evaluation.table_measure(method))(panels).items():
        np.testing.assert_array_equal(values[name], column)
    every = np.ones(len(panels.path))
    for number, kept in enumerate((1, 0.5, 0, -1)):  # the first is none, whose error is the truth's chroma
        np.testing.assert_allclose(values[f"error_kept_{number}"], kept * every, atol=1e-4)
    assert np.isnan(values["inconsistency_0"]).all()  # there is no colour to be inconsistent
    for measure in ("inconsistency", "bleeding", "sepia_share"):
        for number in (1, 2, 3):
            np.testing.assert_allclose(values[f"{measure}_{number}"], values[measure], atol=1e-5)
    # At least 5% of the pixels have the 95th percentile of chroma or more: doubled, they exceed it.
    assert max(values["saturated_share_1"]) <= 0.05 <= min(values["saturated_share_3"])


def iterating(panels, step):
    """A method that iterates `step`, a function of (lightness, ab), from hints or from no colour."""

    def colorize(lightness, label=None, hints=None):
        given = evaluation.gray(lightness) if hints is None else hints[..., :2]
        return step(lightness, step(lightness, given))

    def variants(lightness, label=None):
        first = step(lightness, evaluation.gray(lightness))
        return [first, step(lightness, first)]

    return Method({}, None, colorize, variants=variants, takes_hints=True, iterates=True)


def test_a_network_that_copies_its_colour_or_ignores_it_keeps_as_much_error_from_true_colour_as_from_none(panels):
    copies = iterating(panels, lambda lightness, ab: ab)
    ignores = iterating(panels, lambda lightness, ab: tf.concat([lightness, -lightness], axis=-1))
    for method in (copies, ignores):
        values = per_panel.values(method, panels, annotations(panels))
        for name in ("error_kept_1", "error_kept_free", "error_kept_sparse"):
            np.testing.assert_allclose(values[name], 1, atol=1e-6)


def test_a_network_that_propagates_its_first_error_keeps_none_from_true_colour(panels):
    """It knows the truth if it sees a part of it, guesses without any colour, and copies what is coloured all over."""
    truth = times_truth(panels, 1.0)

    def step(lightness, ab):
        given = tf.reduce_mean(tf.cast(tf.reduce_any(ab != 0, axis=-1), tf.float32))
        guess = tf.ones_like(lightness) * [0.1, 0.2]
        return tf.where(given == 0, guess, tf.where(given < 1, truth(lightness, None), ab))

    values = per_panel.values(iterating(panels, step), panels, annotations(panels))
    np.testing.assert_allclose(values["error_kept_1"], 1)
    np.testing.assert_allclose(values["error_kept_free"], 1)
    np.testing.assert_allclose(values["error_kept_sparse"], 0, atol=1e-6)


def test_error_kept_free_is_of_the_pixels_whose_colour_was_not_given(panels):
    """Iteration 2 is right where colour was given and as wrong as iteration 1 elsewhere: it keeps all, or a share."""
    [batch] = data.evaluation_batches(panels, batch_size=evaluation.BATCH_SIZE)
    given = per_panel.sparse_hints(batch.ab)[..., :2]

    def variants(lightness, label=None):
        return [evaluation.gray(lightness), given]

    method = Method({}, None, evaluation.gray, variants=variants, takes_hints=True, iterates=True)
    values = per_panel.values(method, panels, annotations(panels))
    np.testing.assert_allclose(values["error_kept_free"], 1, atol=1e-6)
    assert max(values["error_kept_1"]) < 1


def test_methods_that_do_not_iterate_have_no_iteration_from_sparse_colour(panels):
    half = times_truth(panels, 0.5)
    samples = Method({}, None, half, variants=lambda lightness, label: [half(lightness, label)] * 2, takes_hints=True)
    assert not {"error_kept_sparse", "error_kept_free"} & set(per_panel.values(samples, panels, annotations(panels)))


def test_where_so_few_pixels_are_all_of_them_there_is_no_iteration_from_sparse_colour(dataset):
    panels = data.load_panels(dataset, "test", image_size=16)
    values = per_panel.values(iterating(panels, lambda lightness, ab: ab), panels, annotations(panels))
    assert "error_kept_1" in values and not {"error_kept_sparse", "error_kept_free"} & set(values)


def test_vivid_is_the_95th_percentile_of_all_panels_of_a_title():
    """Of 100 panels of one title 96 are gray and 4 red, so gray is vivid enough; of the other, 10 of 20 are red."""
    rgb, label = np.full((120, 16, 16, 3), 128, np.uint8), np.repeat([0, 1], [100, 20]).astype(np.int32)
    rgb[96:110] = (255, 0, 0)
    panels = data.Panels(rgb, label, [""] * 120)
    vivid = [scene.vivid_lab for scene in per_panel.find_scenes(panels, annotations(panels))]
    red = np.linalg.norm(cv2.cvtColor(np.float32([[[1, 0, 0]]]), cv2.COLOR_RGB2LAB)[0, 0, 1:])
    np.testing.assert_allclose(vivid[:100], 0, atol=0.1)
    np.testing.assert_allclose(vivid[100:], red, atol=0.1)


def test_sparse_hints_are_a_hundredth_of_the_paper_s_pixels_in_true_colour_and_always_the_same():
    ab = tf.random.stateless_uniform([2, 64, 64, 2], [1, 2], 0.1, 0.9)
    hints = per_panel.sparse_hints(ab).numpy()
    np.testing.assert_array_equal(hints[..., :2], ab * hints[..., 2:])
    assert set(np.unique(hints[..., 2])) == {0, 1}
    assert hints[..., 2].sum(axis=(1, 2)) == pytest.approx(655, abs=4 * np.sqrt(655))
    np.testing.assert_array_equal(per_panel.sparse_hints(ab), hints)


def test_scenes_that_are_found_once_change_no_value(panels):
    square = np.array([[0.25, 0.25], [0.5, 0.25], [0.5, 0.5], [0.25, 0.5]])
    method, notes = Method({}, None, times_truth(panels, 0.5)), annotations(panels, [square])
    found = per_panel.find_scenes(panels, notes)
    np.testing.assert_equal(
        per_panel.values(method, panels, notes, scenes=found), per_panel.values(method, panels, notes)
    )


def test_chroma_in_low_resolution_is_exact_where_it_is_even_and_lost_where_it_is_fine():
    ab = np.full((64, 64, 2), 30.0, np.float32)
    np.testing.assert_allclose(per_panel.low_resolution(ab), ab, rtol=1e-6)
    ab[:, ::2] = -30.0
    np.testing.assert_allclose(per_panel.low_resolution(ab), 0, atol=1e-5)


def test_low_resolution_is_an_eighth_of_the_width():
    ab = np.zeros((64, 64, 2), np.float32)
    ab[8:16, 8:16] = 64.0  # one of the 8 x 8 areas
    assert per_panel.low_resolution(ab)[12, 12] == pytest.approx([64 * (15 / 16) ** 2] * 2)  # half a pixel off center
    assert per_panel.low_resolution(ab)[12, 24:].max() == 0


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
