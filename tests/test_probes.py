import cv2
import numpy as np
import pytest

from experiments import probes
from webtoon_colorize import data
from webtoon_colorize.methods import adversarial, chroma_dropout, l2, sketch, title_classifier, vgg_features
from webtoon_colorize.methods.method import Size

SIZE = Size(image_size=32, filters=4, num_titles=2)


def split(dataset, name):
    return data.load_panels(dataset, name, image_size=32)


def blobs(count, *, apart, features=5, seed=0):
    """Features of three kinds, `apart` standard deviations from each other along one axis each, and their labels."""
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 3, count)
    return rng.normal(0, 1, (count, features)) + apart * np.eye(3, features)[label], label + 7


def test_a_probe_tells_what_a_line_parts_and_nothing_that_is_noise():
    training, label = blobs(300, apart=8)
    asked, truth = blobs(300, apart=8, seed=1)
    assert (probes.linear_probe(training, label, asked) == truth).all()
    training, label = blobs(300, apart=0)
    asked, truth = blobs(300, apart=0, seed=1)
    assert np.mean(probes.linear_probe(training, label, asked) == truth) == pytest.approx(1 / 3, abs=0.1)


def test_each_unit_is_probed_and_one_that_sees_lightness_tells_light_titles_from_dark_ones_and_no_others():
    label = np.arange(40, dtype=np.int32) % 2
    rgb = np.broadcast_to(np.where(label, 204, 51)[:, None, None, None], (40, 32, 32, 3)).astype(np.uint8)
    classifier = title_classifier.build_vgg16(SIZE, gray=True).networks["classifier"]
    every = probes.units(probes.core_of(classifier))
    shown = data.Panels(rgb, label, [""] * len(rgb))
    assert [each.sum() for each in probes.unit_errors(classifier, every, shown, shown, gray=True)] == [0] * 13
    unlike = shown._replace(label=np.random.default_rng(0).permutation(label))
    assert min(each.mean() for each in probes.unit_errors(classifier, every, shown, unlike, gray=True)) > 0.2


def test_units_of_features_and_features_that_are_constant_change_no_answer():
    (training, label), (asked, _) = blobs(60, apart=2), blobs(200, apart=2, seed=1)
    expected = probes.linear_probe(training, label, asked)
    scale = np.array([1e-3, 1, 50, 1, 1e4])
    np.testing.assert_array_equal(probes.linear_probe(training * scale + 3, label, asked * scale + 3), expected)
    constant = [np.hstack([each, np.full((len(each), 1), 5.0)]) for each in (training, asked)]
    np.testing.assert_array_equal(probes.linear_probe(constant[0], label, constant[1]), expected)


@pytest.mark.parametrize("count, features", [(40, 5), (12, 30)])
def test_the_penalty_is_that_of_panels_predicted_by_the_others(count, features, monkeypatch):
    """Leaves each panel out by hand, with the standardisation of all of them."""
    (training, label), (asked, _) = blobs(count, apart=1, features=features), blobs(300, apart=1, features=features)
    scaled = (training - training.mean(0)) / training.std(0)
    one_hot = np.eye(3)[label - 7]

    def squared_error(ridge):
        total = 0.0
        for out in range(count):
            kept = np.arange(count) != out
            x, y = scaled[kept], one_hot[kept]
            centred = x - x.mean(0)
            solution = np.linalg.solve(centred.T @ centred + ridge * np.eye(features), centred.T @ (y - y.mean(0)))
            total += np.sum((one_hot[out] - y.mean(0) - (scaled[out] - x.mean(0)) @ solution) ** 2)
        return total

    best = min(probes.RIDGES, key=squared_error)
    chosen = probes.linear_probe(training, label, asked)
    monkeypatch.setattr(probes, "RIDGES", [best])
    np.testing.assert_array_equal(probes.linear_probe(training, label, asked), chosen)
    monkeypatch.setattr(probes, "RIDGES", [1e-2 if best > 1 else 1e6])
    assert (probes.linear_probe(training, label, asked) != chosen).any()


def test_a_classifier_is_probed_early_in_the_middle_and_at_its_end(dataset):
    method = title_classifier.build_vgg16(SIZE, gray=False)
    found = probes.errors(method, split(dataset, "train"), split(dataset, "test"), gray=False, seed=0)
    assert list(found) == ["probe_early", "probe_middle", "probe_last"]
    assert all(len(errors) == 6 and set(errors) <= {0.0, 1.0} for errors in found.values())
    core = probes.core_of(method.networks["classifier"])
    assert probes.units(core)[probes.EARLY].activation.name == "block2_conv2"


def test_a_classifier_that_sees_colour_has_it_in_its_early_layers_before_it_learns_anything():
    rgb = np.zeros((24, 32, 32, 3), np.uint8)
    rgb[::2], rgb[1::2] = (200, 60, 60), (60, 60, 200)
    panels = data.Panels(rgb, np.arange(24, dtype=np.int32) % 2, [""] * 24)
    method = title_classifier.build_vgg16(SIZE, gray=False)
    assert probes.errors(method, panels, panels, gray=False, seed=0)["probe_early"] == [0.0] * 24


def test_a_probe_sees_colour_or_gray_as_its_caller_says():
    """Titles of two hues and any lightness: only colour parts them, whatever the classifier was built for."""
    label, rng = np.arange(40, dtype=np.int32) % 2, np.random.default_rng(0)
    lab = np.stack([rng.uniform(40, 60, 40), np.where(label, 30, -30), np.zeros(40)], axis=-1).astype(np.float32)
    rgb = np.round(255 * cv2.cvtColor(lab[:, None], cv2.COLOR_LAB2RGB)).astype(np.uint8)
    panels = data.Panels(np.broadcast_to(rgb[:, None], (40, 32, 32, 3)), label, [""] * 40)
    method = title_classifier.build_vgg16(SIZE, gray=False)
    in_colour, in_gray = (probes.errors(method, panels, panels, gray=gray, seed=0) for gray in (False, True))
    assert in_colour["probe_early"] == [0.0] * 40
    assert np.mean(in_gray["probe_early"]) > 0.2


@pytest.mark.parametrize("build", [l2.build, adversarial.build])
def test_a_u_net_of_lightness_is_probed_at_its_1x1_map_and_so_is_one_with_fresh_weights(dataset, build):
    method = build(SIZE)
    before = [weight.numpy() for weight in method.networks["generator"].weights]
    found = probes.errors(method, split(dataset, "train"), split(dataset, "test"), gray=None, seed=0)
    assert list(found) == ["probe_innermost", "probe_innermost_untrained"]
    for name, features in probes._innermost(method, seed=0).items():
        assert features.output.shape == (None, 32), name  # 8 x 4 filters
    assert all(np.array_equal(*pair) for pair in zip(before, method.networks["generator"].weights))


def test_an_untrained_probe_is_the_same_whatever_has_been_learned(dataset):
    method, panels = l2.build(SIZE), (split(dataset, "train"), split(dataset, "test"))
    before = probes.errors(method, *panels, gray=None, seed=0)["probe_innermost_untrained"]
    for weight in method.networks["generator"].weights:
        weight.assign(weight * 0)
    after = probes.errors(method, *panels, gray=None, seed=0)
    assert after["probe_innermost_untrained"] == before
    assert after["probe_innermost"] == [float(label != 0) for label in panels[1].label]  # 12 of each are known


def test_each_seed_has_an_untrained_network_of_its_own():
    method = l2.build(SIZE)
    first, again, other = (probes._innermost(method, seed=seed)["innermost_untrained"] for seed in (1, 1, 2))
    for weight, same, unlike in zip(first.trainable_weights, again.trainable_weights, other.trainable_weights):
        np.testing.assert_array_equal(weight, same)
        if "kernel" in weight.path:
            assert not np.array_equal(weight, unlike)


def test_other_methods_have_no_probes(dataset):
    panels = split(dataset, "train"), split(dataset, "test")
    for build in (chroma_dropout.build_pixel, sketch.build, vgg_features.build):
        assert probes.errors(build(SIZE), *panels, gray=None, seed=0) == {}
