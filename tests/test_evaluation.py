import numpy as np

from webtoon_colorize import color, data, evaluation
from webtoon_colorize.methods.method import Method

EVALUATE_GRAY = evaluation.make_evaluate(evaluation.table_measure(Method({}, None, evaluation.gray)))


def test_gray_is_as_wrong_as_the_truth_is_colourful(dataset):
    panels = data.load_panels(dataset, "test", image_size=32)
    values = EVALUATE_GRAY(panels)
    _, ab = color.rgb_to_lab(panels.rgb.astype(np.float32) / 255)
    by_hand = 110 * np.sqrt((ab.numpy().astype(np.float64) ** 2).mean(axis=(1, 2, 3)))
    np.testing.assert_allclose(values["rmse_lab"], by_hand, rtol=1e-5)
    np.testing.assert_allclose(values["chroma_lab"], 0)
    np.testing.assert_allclose(values["colorfulness"], 0, atol=0.05)  # OpenCV's white is not quite white


def test_values_are_per_image_in_order_whatever_the_batches(dataset, monkeypatch):
    panels = data.load_panels(dataset, "test", image_size=32)
    monkeypatch.setattr(evaluation, "BATCH_SIZE", 4)  # of 6: one whole, one not
    values = EVALUATE_GRAY(panels)
    for index in range(6):
        one = data.Panels(
            panels.rgb[index : index + 1], panels.label[index : index + 1], panels.path[index : index + 1]
        )
        alone = EVALUATE_GRAY(one)
        np.testing.assert_allclose(values["l2"][index], alone["l2"][0], rtol=1e-6)


def test_pictures_of_the_truth_are_the_panels(dataset):
    panels = data.load_panels(dataset, "test", image_size=32)
    ab = next(iter(data.evaluation_batches(panels, batch_size=6))).ab
    np.testing.assert_array_equal(evaluation.make_picture(lambda lightness, label: ab)(panels), panels.rgb)


def test_pick_takes_panels_at_equal_distances():
    panels = data.Panels(np.zeros([9, 1, 1, 3], np.uint8), np.arange(9), list("abcdefghi"))
    assert evaluation.pick(panels, 3).path == ["a", "e", "i"]
    assert evaluation.pick(panels, 20).path == list("abcdefghi")
