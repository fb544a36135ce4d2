"""What colorizers that know nothing get by each measure: it must not look like an answer."""

import numpy as np
import pytest

from experiments.visual_metrics import per_panel
from experiments.visual_metrics.scenes import find_scene

SIZE = 64
BUBBLE = np.array([[0.3, 0.3], [0.7, 0.3], [0.7, 0.7], [0.3, 0.7]])
NAN = np.nan
SKILLS = ("skill_small", "skill_large", "skill_near_bubbles", "skill_off_bubbles")


def panel():
    """Four quarters of opposite colours, a detail in each, and a white bubble in the middle; Lab [64, 64, 3]."""
    quarters = np.array([[(40, 0), (0, 40)], [(0, -40), (-40, 0)]], float)
    ab = quarters.repeat(SIZE // 2, axis=0).repeat(SIZE // 2, axis=1)
    for y, x in ((6, 6), (6, 54), (54, 6), (54, 54)):
        ab[y : y + 4, x : x + 4] *= -1
    lab = np.dstack([np.full((SIZE, SIZE), 60.0), ab])
    lab[20:44, 20:44] = (100, 0, 0)
    return lab


LAB = panel()
TRUTH = LAB[..., 1:]
SCENE = find_scene(LAB, [BUBBLE])


def measure(ab):
    return per_panel._measure(np.asarray(ab, float), LAB, SCENE)


def noise(spread):
    return np.random.default_rng(0).normal(0, spread, TRUTH.shape)


def test_the_truth_is_right_by_every_measure():
    values = measure(TRUTH)
    assert [values[skill] for skill in SKILLS] == [1, 1, 1, 1]
    for name in ("inconsistency", "background_inconsistency", "inconsistency_lab", "bleeding", "partly_right"):
        assert values[name] == pytest.approx(0, abs=1e-9)
    assert values["ciede2000"] == 0
    assert values["sepia_share"] == pytest.approx(1 / 4, abs=0.01)  # yellow, of four colours


def test_gray_has_no_skill_no_region_that_is_partly_right_and_nothing_else_to_measure():
    values = measure(np.zeros_like(TRUTH))
    assert [values[skill] for skill in SKILLS] == [0, 0, 0, 0]
    for name in ("inconsistency", "background_inconsistency", "inconsistency_lab", "bleeding", "sepia_share"):
        assert np.isnan(values[name])
    assert values["partly_right"] == values["saturated_share"] == 0


def test_one_constant_sepia_has_no_skill_and_no_evenness():
    sepia = np.broadcast_to([11.0, 26.0], TRUTH.shape)
    values = measure(sepia)
    assert [values[skill] for skill in SKILLS] == pytest.approx([0, 0, 0, 0], abs=0.01)
    for name in ("inconsistency", "background_inconsistency", "inconsistency_lab", "bleeding"):
        assert np.isnan(values[name])
    assert values["partly_right"] == 0 and values["sepia_share"] == 1
    assert values["ciede2000"] > measure(0 * sepia)["ciede2000"]


@pytest.mark.parametrize("spread", [5.0, 20.0])
def test_pixel_noise_has_no_skill_is_wholly_inconsistent_and_right_in_no_part(spread):
    values = measure(noise(spread))
    assert [values[skill] for skill in SKILLS] == pytest.approx([0, 0, 0, 0], abs=0.05)
    assert values["inconsistency"] == pytest.approx(1, abs=0.03)
    assert values["background_inconsistency"] == pytest.approx(1, abs=0.05)
    assert values["inconsistency_lab"] == pytest.approx(spread * np.sqrt(2), rel=0.03)
    assert values["bleeding"] == pytest.approx(0.5, abs=0.35)  # a rim is as near to the neighbour as to its own region
    assert values["partly_right"] == 0
    assert values["sepia_share"] == pytest.approx(1 / 6, abs=0.02)  # 60 of 360 degrees
    assert values["ciede2000"] > measure(0 * TRUTH)["ciede2000"]


def test_the_truth_at_a_third_of_its_chroma_is_neither_skilled_beyond_the_truth_nor_right():
    """Paleness is corrected by the gain, so it has the truth's skill; what is absolute says that it is pale."""
    values = measure(TRUTH / 3)
    assert [values[skill] for skill in SKILLS] == pytest.approx([1, 1, 1, 1])
    for name in ("inconsistency", "background_inconsistency", "bleeding"):
        assert values[name] == pytest.approx(0, abs=1e-9)
    assert values["partly_right"] == values["saturated_share"] == 0  # a third of the way is right nowhere
    assert 0 < values["ciede2000"] < measure(0 * TRUTH)["ciede2000"]


def test_inconsistency_in_lab_alone_rewards_paleness_and_inconsistency_does_not():
    uneven = TRUTH + noise(10.0)
    values, pale = measure(uneven), measure(uneven / 3)
    assert pale["inconsistency_lab"] == pytest.approx(values["inconsistency_lab"] / 3)
    assert pale["inconsistency"] == pytest.approx(values["inconsistency"])


def test_colour_in_a_corner_of_each_region_is_what_partly_right_finds():
    corners = np.zeros_like(TRUTH)
    for rows in (slice(0, 8), slice(-8, None)):
        corners[rows] = TRUTH[rows]
    assert measure(corners)["partly_right"] == pytest.approx(4 / len(SCENE.segments))
