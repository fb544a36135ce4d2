"""Claims on rows that know nothing, or that differ in nothing: none of the paper's abilities may come out of them."""

import functools

import cv2
import numpy as np
import pytest
import tensorflow as tf

from experiments import ablations
from experiments.claims import judging, store
from experiments.claims.statements import CLAIMS
from experiments.visual_metrics import per_panel
from experiments.visual_metrics.region_metrics import LARGE
from webtoon_colorize import color, data, evaluation
from webtoon_colorize.methods.method import Method

SIZE, EPISODES, SEEDS, DRAWN = 64, 8, 3, 5
SEPIA = np.array([11.0, 26.0])
ABOUT_SPARSE = {"sparse_details", "channel_general", "iterations_errors"}
BETTER = {  # a row does something better than another one, or than a constant
    *("consistent", "consistent_lab", "consistent_backgrounds", "best_consistent", "bleeding", "best_bleeding"),
    *("consistent_undivided", "bubbles", "part_not_whole", "part_to_whole", "missing_details"),
    *ABOUT_SPARSE,
}
ALIKE = {"label", "classification_loss", "adversarial_l2"}  # two rows that have learned something are alike


def drawn(rng):
    """A panel, uint8 [64, 64, 3]: a wall, a floor, sixteen things of any colour in front, and a white bubble."""
    rgb = np.empty((SIZE, SIZE, 3), np.uint8)
    rgb[:], rgb[40:] = (230, 180, 130) + rng.integers(-20, 20, 3), (140, 90, 60) + rng.integers(-20, 20, 3)
    for _ in range(16):
        x, y, width, height = *rng.integers(0, 56, 2), *rng.integers(5, 14, 2)
        rgb[y : y + height, x : x + width] = rng.integers(0, 256, 3)
    rgb[20:36, 20:44] = 255
    return rgb


PANELS = data.Panels(
    np.stack([drawn(np.random.default_rng(seed)) for seed in range(EPISODES)]),
    np.zeros(EPISODES, np.int32),
    [f"panels/title/{number}/0.png" for number in range(EPISODES)],
)
BUBBLE = np.array([[20, 20], [44, 20], [44, 36], [20, 36]]) / SIZE
NOTES = per_panel.Annotations([[]] * EPISODES, [[BUBBLE]] * EPISODES)
[BATCH] = data.evaluation_batches(PANELS, batch_size=evaluation.BATCH_SIZE)
LAB = color.lab_units(BATCH.lightness, BATCH.ab).numpy()
TRUTH, SCENES = LAB[..., 1:], per_panel.find_scenes(PANELS, NOTES)


def noise(rng, spread):
    return rng.normal(0, spread, TRUTH.shape)


def smooth_noise(rng, spread):
    smooth = np.stack([cv2.GaussianBlur(each, (0, 0), 3) for each in noise(rng, 1.0)])
    return smooth * (spread / smooth.std())


NULLS = {  # rng -> ab of all panels, Lab units
    "gray": lambda rng: 0 * TRUTH,
    "sepia": lambda rng: SEPIA + 0 * TRUTH,
    "sepia by lightness": lambda rng: (1 - LAB[..., :1] / 100) * SEPIA,
    "noise": lambda rng: noise(rng, 20.0),
    "smooth noise": lambda rng: smooth_noise(rng, 20.0),
}
SIGHTED = {
    "the truth at a third of its chroma": lambda rng: TRUTH / 3,
    "half of the truth and smooth noise": lambda rng: TRUTH / 2 + smooth_noise(rng, 3.0),
}


AB = tf.Variable(tf.zeros_like(BATCH.ab))  # what METHOD gives, from hints and in each iteration too; network range
METHOD = Method(
    {},
    None,
    lambda lightness, label=None, hints=None: tf.identity(AB),
    variants=lambda lightness, label=None: [tf.identity(AB), tf.identity(AB)],
    iterates=True,
)


def measured(ab):
    """All values of a row that gives ab [N, S, S, 2] in Lab units; measure -> [N]."""
    AB.assign(ab / color.AB_SCALE)
    return per_panel.values(METHOD, PANELS, NOTES, scenes=SCENES)


@functools.cache
def seeds(make):
    """Values of seeds of a row, measure -> [DRAWN, N]: what `make` draws, a little stronger or paler and noisy."""
    rng, every = np.random.default_rng(0), []
    for _ in range(DRAWN):
        ab = make(rng) * rng.normal(1, 0.03) + rng.normal(0, 0.3, 2) + noise(rng, 0.1)
        every.append(measured(ab))
    return {name: np.array([values[name] for values in every]) for name in every[0]}


@functools.cache
def gray():
    values = measured(0 * TRUTH) | per_panel.values_of_truth(PANELS, NOTES, scenes=SCENES)
    return store.Row([0], {measure: np.array(column)[None] for measure, column in values.items()})


def study(make, **others):
    """Each row has three seeds, of those drawn, of the same colorizer; `others` by row."""
    rng, rows = np.random.default_rng(0), {"gray": gray()}
    for name in ablations.TRAINABLE:
        chosen = rng.permutation(DRAWN)[:SEEDS]
        own = seeds(others.get(name, make))
        rows[name] = store.Row(list(range(SEEDS)), {measure: column[chosen] for measure, column in own.items()})
    panels = store.Panels(PANELS.path, PANELS.label, NOTES.tags)
    return store.Study({store.TEST: panels}, rows)


def verdicts(make, **others):
    """Claim -> verdict."""
    outcomes = judging.judge(CLAIMS, study(make, **others))
    return {claim.name: outcome.verdict for claim, outcome in zip(CLAIMS, outcomes)}


def held(found, claims):
    return {name for name in claims if found[name] in (judging.HOLDS, judging.LITTLE)}


@pytest.mark.parametrize("name", NULLS)
def test_no_ability_is_found_in_rows_that_know_nothing(name):
    assert held(verdicts(NULLS[name]), BETTER | ALIKE) == set()


@pytest.mark.parametrize("name", SIGHTED)
def test_no_row_is_better_than_others_that_are_the_same(name):
    """They know the truth, so it is right that they are alike."""
    found = verdicts(SIGHTED[name])
    assert held(found, BETTER) == set()
    assert {each for each in BETTER | ALIKE if found[each] == judging.NOT_MEASURED} == set()


def sees_the_large(rng):
    large = np.stack([(each.regions.share >= LARGE)[each.regions.numbers] for each in SCENES])[..., None]
    return np.where(large, TRUTH, TRUTH.mean(axis=(1, 2), keepdims=True)) + noise(rng, 0.1)


@pytest.mark.parametrize("name", NULLS)
def test_a_row_that_knows_nothing_attends_to_nothing_and_has_no_errors_to_keep(name):
    """All others know the large regions only, so they attend less to small ones. Each claim is judged alone."""
    rows, chosen = study(sees_the_large, pixel_dropout=NULLS[name]), {*ABOUT_SPARSE, "missing_details"}
    found = {claim.name: judging.judge((claim,), rows)[0].verdict for claim in CLAIMS if claim.name in chosen}
    assert held(found, ABOUT_SPARSE) == set()
    assert found["missing_details"] == judging.HOLDS


def test_color_and_apply_wins_nothing_by_paleness():
    def pale(rng):
        return SIGHTED["half of the truth and smooth noise"](rng) / 5

    assert held(verdicts(SIGHTED["half of the truth and smooth noise"], color_and_apply=pale), BETTER) == set()
