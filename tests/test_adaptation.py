"""Runs that learn coloured panels: `adaptation` and `methods.references`."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.comics import art, gray, save, strip
from tests.test_run import SETTINGS
from webtoon_colorize import adaptation, checkpoints, color, data, evaluation, run
from webtoon_colorize.io.images import read_image
from webtoon_colorize.methods import references
from webtoon_colorize.methods.method import Size
from webtoon_colorize.networks import candidates, gaussian_process
from webtoon_colorize.networks import references as networks

SIZE = 32


def write_run(folder, method="references.build", **changes):
    """A run folder with random packed weights."""
    settings = dataclasses.replace(
        SETTINGS, method=method, arguments=run.describe(references.build)[1], image_size=SIZE, **changes
    )
    run.claim(folder, settings)
    checkpoints.write_packed(folder, run.build(settings))
    return folder


def panels(count):
    """Red on dark and blue on light ground: the colour follows from the lightness."""
    light = np.random.default_rng(0).integers(0, 2, (count, 4, 4)).repeat(8, axis=1).repeat(8, axis=2)
    return list(np.where(light[..., None] > 0, (120, 160, 250), (130, 20, 20)).astype(np.uint8))


def error(run_dir, rgb):
    known = data.Panels(np.stack(rgb), np.zeros(len(rgb), np.int32), [f"a/b/{number}" for number in range(len(rgb))])
    method = run.load_method(run_dir)
    values = evaluation.make_evaluate(evaluation.table_measure(method))(known)
    return values["rmse_lab"].mean()


@pytest.fixture(scope="module")
def untrained(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("untrained"))


def test_an_adapted_run_colours_new_panels_of_the_comic_better(untrained, tmp_path):
    *known, new = panels(5)
    adapted = adaptation.adapt(untrained, known, tmp_path)
    assert error(adapted, [new]) < 0.7 * error(untrained, [new])


def test_an_adapted_run_is_a_run_like_any_other_and_is_made_once(untrained, tmp_path):
    folder = adaptation.adapt(untrained, panels(2), tmp_path / "run")
    settings = run.load_settings(folder)
    assert settings.arguments["references"] == 2
    assert settings.init_from == checkpoints.fingerprint(untrained)
    before = (folder / "weights.npz").read_bytes()
    assert adaptation.adapt(untrained, panels(2), folder) == folder
    assert (folder / "weights.npz").read_bytes() == before
    with pytest.raises(ValueError, match="belongs to another run: .*references.* is"):
        adaptation.adapt(untrained, panels(3), folder)
    assert (folder / "weights.npz").read_bytes() == before


def test_the_same_panels_give_the_same_weights(untrained, tmp_path):
    first, again = (adaptation.adapt(untrained, panels(3), tmp_path / name) for name in "ab")
    for one, other in zip(*(np.load(folder / "weights.npz").values() for folder in (first, again))):
        np.testing.assert_array_equal(one, other)


def test_a_method_without_a_memory_is_trained_on(tmp_path):
    settings = dataclasses.replace(SETTINGS, method="l2.build", arguments={"skips": True}, image_size=SIZE)
    run.claim(tmp_path / "l2", settings)
    checkpoints.write_packed(tmp_path / "l2", run.build(settings))
    *known, new = panels(5)
    said = []
    adapted = adaptation.adapt(tmp_path / "l2", known, tmp_path / "adapted", steps=30, say=said.append)
    assert said == ["The network was trained on; coloured panels: 4."]
    assert run.load_settings(adapted).arguments == {"skips": True}
    assert error(adapted, [new]) < error(tmp_path / "l2", [new])


def test_frozen_networks_that_a_method_uses_stay_as_they_are(tmp_path):
    settings = dataclasses.replace(SETTINGS, method="vgg_features.build", arguments={"helper": "vgg16_gray"})
    run.claim(tmp_path / "run", settings)
    method = run.build(settings)
    for helper in method.helpers.values():
        helper.set_weights([weight + 0.5 for weight in helper.get_weights()])
    checkpoints.write_packed(tmp_path / "run", method)
    before, after = (
        run.load_method(folder).helpers["vgg16_gray"].get_weights()
        for folder in (tmp_path / "run", adaptation.adapt(tmp_path / "run", panels(2), tmp_path / "out", steps=1))
    )
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_cannot_be_adapted_is_said(untrained, tmp_path):
    with pytest.raises(ValueError, match="there are no coloured panels"):
        adaptation.adapt(untrained, [], tmp_path)
    with pytest.raises(FileNotFoundError, match="is not a run folder"):
        adaptation.adapt(tmp_path / "nothing", panels(1), tmp_path / "out")
    titled = tmp_path / "titled"
    settings = dataclasses.replace(SETTINGS, method="adversarial.build", arguments={"with_label": True})
    run.claim(titled, settings)
    checkpoints.write_packed(titled, run.build(settings))
    with pytest.raises(ValueError, match="is given titles"):
        adaptation.adapt(titled, panels(1), tmp_path / "out")


def test_a_panel_sees_only_other_panels_of_its_story():
    story, panel = tf.constant([1, 1, 1, 2, 3, 3, 3, 3]), tf.constant([0, 1, 2, 3, 4, 4, 5, 6])
    seen = np.zeros((2, 4, 4), bool)
    for seed in range(60):
        visible = references._visible(story, panel, tf.constant([0, seed])).numpy()
        assert (visible.any(axis=1).sum(axis=1) <= 3).all()
        seen |= visible
    expected = [
        [[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 0], [0, 0, 0, 0]],
        [[0, 0, 1, 1], [0, 0, 1, 1], [1, 1, 0, 1], [1, 1, 1, 0]],
    ]
    np.testing.assert_array_equal(seen, np.array(expected, bool))


def test_colours_are_turned_alike_in_a_group_and_only_where_references_are_seen():
    ab = tf.random.stateless_uniform([8, 4, 4, 2], [0, 0], minval=-0.5, maxval=0.5)
    visible = np.zeros((2, 4, 4), bool)
    visible[1, 0, 1] = True
    turned = 0
    for seed in range(20):
        out = references._turned(ab, tf.constant(visible), tf.constant([0, seed])).numpy()
        np.testing.assert_array_equal(out[:4], ab[:4])
        matrix, *_ = np.linalg.lstsq(ab[4:].numpy().reshape(-1, 2), out[4:].reshape(-1, 2), rcond=None)
        np.testing.assert_allclose(ab[4:].numpy().reshape(-1, 2) @ matrix, out[4:].reshape(-1, 2), atol=1e-5)
        scale = np.abs(np.linalg.det(matrix)) ** 0.5
        np.testing.assert_allclose(matrix.T @ matrix, scale**2 * np.eye(2), atol=1e-4)  # angles stay
        assert 0.7 <= scale <= 1.2
        turned += not np.allclose(matrix, np.eye(2), atol=1e-4)
    assert 3 <= turned <= 17


def test_the_guess_is_not_learned_beside_references():
    """Their true colours may be turned, and places that are like references would be left out of it."""
    method = references.build(Size(SIZE, 4, 1))
    variables = method.networks["color_generator"].trainable_variables
    [grid] = [each for each in variables if each.shape == (len(candidates.grid()),)]
    [share] = [each for each in variables if each.shape == (1,)]
    lightness, ab = color.rgb_to_lab(tf.constant(np.stack(panels(4)) / 255, tf.float32))
    batch = data.Batch(lightness, ab, tf.zeros(4, tf.int32), tf.zeros(4, tf.int32), tf.range(4))
    for term, learned, left_alone in (("guess", grid, share), ("choice", share, grid)):
        with tf.GradientTape() as tape:
            value = tf.reduce_sum(method.losses(batch, tf.constant([0, 1]))["color_generator"][term])
        learning, other = tape.gradient(value, [learned.value, left_alone.value])
        assert np.abs(other).max() < 1e-6 < 1e-4 < np.abs(learning).max()


def test_applied_colour_has_no_pattern_where_maps_are_even_or_have_that_of_a_transposed_convolution():
    applier = networks.applier(64, filters=4)
    applier.set_weights([np.random.default_rng(0).uniform(0.1, 1, each.shape) for each in applier.get_weights()])
    outermost, ab = np.full((1, 32, 32, 4), 0.3), np.full((1, 16, 16, 2), -0.1)
    even = np.full((1, 16, 16, 16), 0.5)
    checks = np.repeat((np.indices((16, 16)).sum(axis=0) % 2)[None, ..., None], 16, axis=3)
    for x in (even, checks):
        inside = applier([each.astype(np.float32) for each in (x, outermost, ab)]).numpy()[0, 16:-16, 16:-16]
        np.testing.assert_allclose(inside, np.broadcast_to(inside[:1, :1], inside.shape), atol=1e-5)


def test_a_memory_gives_the_places_that_it_holds_nearly_their_own_colours():
    method = references.build(Size(SIZE, 4, 1), references=2)
    rgb = np.stack(panels(2))
    known = data.Panels(rgb, np.zeros(2, np.int32), ["a/b/0", "a/b/1"])
    method.remember(data.evaluation_batches(known, batch_size=2))
    table = method.helpers["memory"].weights[0]
    lightness, ab = color.rgb_to_lab(tf.constant(rgb / 255, tf.float32))
    _, _, embedding, logits, features = method.networks["color_generator"](lightness, training=False)
    points = references._points(embedding, features)
    rows, every = table.numpy()[:, :-3], points.numpy().reshape(-1, points.shape[-1])
    np.testing.assert_allclose(*(each[np.lexsort(each.round(4).T)] for each in (rows, every)), atol=1e-4)
    automatic, known = references._automatic(logits), gaussian_process.foretell(points, table[:, :-3], table[:, -3:])
    changed = automatic + references._change(known, automatic)
    error = np.abs(changed - tf.reshape(tf.image.resize(ab, [SIZE // 4, SIZE // 4], "area"), changed.shape))
    assert error.max() < 0.1 < 0.4 < np.abs(ab).max()
    assert error.mean() < 0.01


def trust_in(rgb):
    """Of a method whose networks are untrained: they find a panel's like by its lightness."""
    keras.utils.set_random_seed(0)
    method = references.build(Size(SIZE, 4, 1), references=len(rgb))
    known = data.Panels(np.stack(rgb), np.zeros(len(rgb), np.int32), [f"a/b/{number}" for number in range(len(rgb))])
    trust = method.remember(data.evaluation_batches(known, batch_size=2))
    assert method.helpers["memory"].weights[1].numpy() == np.float32(trust)
    return trust


def test_panels_that_foretell_each_other_are_trusted_and_those_that_contradict_are_not():
    assert trust_in(panels(4)) > 0.75
    red, teal = (np.full((SIZE, SIZE, 3), rgb, np.uint8) for rgb in ((190, 100, 100), (60, 138, 138)))  # L 51 and 53
    assert trust_in([red, teal]) < 0.2 < 0.75 < trust_in([red, red])


def test_a_single_panel_is_trusted_as_far_as_is_usual():
    assert trust_in(panels(1)) == pytest.approx(references.TRUST)


def test_a_panel_that_is_not_trusted_changes_nothing(untrained, tmp_path):
    adapted = run.load_method(adaptation.adapt(untrained, panels(1), tmp_path))
    source = references.build(Size(SIZE, 4, 1))
    for name, network in source.networks.items():
        network.set_weights(adapted.networks[name].get_weights())
    lightness = color.rgb_to_lab(tf.constant(np.stack(panels(2)) / 255, tf.float32))[0]
    trusting = adapted.colorize(lightness)
    adapted.helpers["memory"].weights[1].assign([[0.0]])
    np.testing.assert_allclose(adapted.colorize(lightness), source.colorize(lightness), atol=1e-5)
    assert np.abs(trusting - source.colorize(lightness)).max() > 0.01


def test_references_are_cut_into_panels_and_pages_without_any_are_named(tmp_path):
    save(tmp_path / "in" / "1.png", strip(art(1), art(2)))
    save(tmp_path / "in" / "2.png", gray(3))
    (tmp_path / "in" / "3.png").write_text("no image")
    found, faults = adaptation.read_panels([str(tmp_path / "in")])
    assert len(found) == 2
    assert [fault.split(":")[0] for fault in faults] == ["2.png", "3.png"]
    assert faults[0] == "2.png: it has no coloured panel."
    with pytest.raises(ValueError, match=r"no coloured panel among the references\. 2.png: it has no coloured panel"):
        adaptation.read_panels([str(tmp_path / "in" / "2.png")])


def test_references_are_kept_at_the_runs_size_and_teach_the_same_as_at_their_own(untrained, tmp_path):
    save(tmp_path / "in" / "1.png", strip(art(1), art(2)))
    found, _ = adaptation.read_panels([str(tmp_path / "in")], untrained)
    assert all(panel.shape == (SIZE, SIZE, 3) and panel.base is None for panel in found)
    whole = adaptation.cut(read_image(tmp_path / "in" / "1.png"))
    assert all(min(panel.shape[:2]) > 2 * SIZE for panel in whole)
    np.testing.assert_array_equal(*(adaptation._as_split(each, SIZE).rgb for each in (found, whole)))


def test_a_folder_of_references_may_have_any_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (".references/1.png", "out/1.png", "out/.references/1.png"):
        save(tmp_path / name, art(1))
    assert len(adaptation.read_panels([".references"])[0]) == 1
    assert len(adaptation.read_panels([".references/1.png"])[0]) == 1
    assert len(adaptation.read_panels(["out"])[0]) == 1  # hidden folders are passed over


def test_the_command_line_gives_pages_the_colours_of_references(tmp_path, colorize):
    save(tmp_path / "in" / "1.png", gray(1))
    save(tmp_path / "coloured.png", art(2))
    code, said = colorize("in", references=[str(tmp_path / "coloured.png")], adapted_run=str(tmp_path / "kept"))
    assert code == 0 and "1 page coloured." in said
    assert run.load_settings(tmp_path / "kept").init_from != "none"
    with pytest.raises(ValueError, match="there is no coloured panel among the references"):
        colorize("in", references=[str(tmp_path / "in")])
    save(tmp_path / "others.png", art(3))
    with pytest.raises(
        ValueError, match="^--adapted_run=.*/kept holds a run with other references: name another folder$"
    ):
        colorize("in", references=[str(tmp_path / "others.png")], adapted_run=str(tmp_path / "kept"))


def test_a_folder_for_what_is_learned_is_refused_where_nothing_is_learned(colorize, tmp_path):
    with pytest.raises(
        ValueError, match="--adapted_run keeps what is learned from --references=PAGES, which are missing"
    ):
        colorize("in", adapted_run=str(tmp_path / "adapted"))
