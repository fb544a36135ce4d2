"""What colorizers that know nothing get by each measure: it must not look like an answer."""

import itertools

import cv2
import numpy as np
import pytest

from experiments.visual_metrics import per_panel
from experiments.visual_metrics.scenes import find_scene

SIZE = 64
BUBBLE = np.array([[0.3, 0.3], [0.7, 0.3], [0.7, 0.7], [0.3, 0.7]])
NAN = np.nan
SKILLS = ("skill_small", "skill_large", "skill_near_bubbles", "skill_off_bubbles")


def panel():
    """Four quarters of warm colours, details of any colour and a white bubble in the middle; Lab [64, 64, 3].

    The details have 25 pixels: half of the regions in drawn panels of this size have fewer than 46.
    """
    quarters = np.array([[(70, 30, 20), (55, 10, 45)], [(45, 40, -10), (35, -15, 25)]], float)
    lab = quarters.repeat(SIZE // 2, axis=0).repeat(SIZE // 2, axis=1)
    rng = np.random.default_rng(5)
    for y, x in itertools.product((3, 11, 48, 56), range(2, 60, 8)):
        chroma, hue = rng.uniform(20, 50), rng.uniform(0, 2 * np.pi)
        lab[y : y + 5, x : x + 5] = (rng.uniform(20, 90), chroma * np.cos(hue), chroma * np.sin(hue))
    lab[20:44, 20:44] = (100, 0, 0)
    return lab


LAB = panel()
TRUTH = LAB[..., 1:]
VIVID_LAB = float(np.quantile(np.linalg.norm(TRUTH, axis=-1), 0.95))
SCENE = find_scene(LAB, [BUBBLE], vivid_lab=VIVID_LAB)
SEPIA = np.array([11.0, 26.0])


def measure(ab):
    return per_panel._measure(np.asarray(ab, float), LAB, SCENE)


def noise(spread):
    return np.random.default_rng(0).normal(0, spread, TRUTH.shape)


def smooth_noise(spread):
    smooth = cv2.GaussianBlur(noise(1.0), (0, 0), 3)
    return smooth * (spread / smooth.std())


def test_the_panel_is_warm_and_has_the_regions_of_a_real_one():
    assert TRUTH.mean(axis=(0, 1)).min() > 5
    assert (
        len(SCENE.segments) == 4 + 32
        and np.median([np.count_nonzero(segment.counts) for segment in SCENE.segments]) == 25
    )


def test_the_truth_is_right_by_every_measure():
    values = measure(TRUTH)
    assert [values[skill] for skill in SKILLS] == [1, 1, 1, 1]
    for name in ("inconsistency", "background_inconsistency", "inconsistency_lab", "bleeding", "right_in_part"):
        assert values[name] == pytest.approx(0, abs=1e-9)
    assert values["right_on_whole"] == 1 and values["chroma_of_right_hue"] == pytest.approx(1)
    assert values["ciede2000"] == 0


def test_gray_has_no_skill_no_region_that_is_right_in_part_and_nothing_else_to_measure():
    values = measure(np.zeros_like(TRUTH))
    assert [values[skill] for skill in SKILLS] == [0, 0, 0, 0]
    for name in ("inconsistency", "background_inconsistency", "inconsistency_lab", "bleeding", "sepia_share"):
        assert np.isnan(values[name])
    assert np.isnan(values["chroma_of_right_hue"])
    assert values["right_in_part"] == values["right_on_whole"] == values["saturated_share"] == 0


def test_one_constant_sepia_has_no_skill_and_no_evenness():
    sepia = np.broadcast_to(SEPIA, TRUTH.shape)
    values = measure(sepia)
    assert [values[skill] for skill in SKILLS] == [0, 0, 0, 0]
    for name in ("inconsistency", "background_inconsistency", "inconsistency_lab", "bleeding"):
        assert np.isnan(values[name])
    assert values["right_in_part"] == 0 and values["sepia_share"] == 1
    assert values["right_on_whole"] < 0.2  # what happens to be sepia


def test_sepia_that_follows_the_lightness_is_right_in_no_part_and_has_next_to_no_skill():
    values = measure((1 - LAB[..., :1] / 100) * SEPIA)
    assert values["right_in_part"] == 0 and values["sepia_share"] == 1
    assert [values[skill] for skill in SKILLS] == pytest.approx([0, 0, 0, 0], abs=0.02)
    assert values["right_on_whole"] < 0.2


@pytest.mark.parametrize("spread", [5.0, 20.0])
def test_pixel_noise_has_no_skill_is_wholly_inconsistent_and_right_in_no_part(spread):
    values = measure(noise(spread))
    assert [values[skill] for skill in SKILLS] == pytest.approx([0, 0, 0, 0], abs=0.02)
    assert values["inconsistency"] == pytest.approx(1, abs=0.03)
    assert values["background_inconsistency"] == pytest.approx(1, abs=0.05)
    assert values["inconsistency_lab"] == pytest.approx(spread * np.sqrt(2), rel=0.03)
    assert values["bleeding"] == pytest.approx(0.5, abs=0.35)  # a rim is as near to the neighbour as to its own region
    assert values["right_in_part"] < 0.05 and values["right_on_whole"] == 0
    assert values["sepia_share"] == pytest.approx(1 / 6, abs=0.02)  # 60 of 360 degrees


@pytest.mark.parametrize("spread", [5.0, 10.0, 20.0])
def test_smooth_noise_is_right_in_hardly_any_part_and_so_is_half_of_the_truth_with_some(spread):
    assert measure(smooth_noise(spread))["right_in_part"] < 0.05
    assert measure(TRUTH / 2 + smooth_noise(3.0))["right_in_part"] < 0.05


def test_the_truth_at_a_third_of_its_chroma_is_as_skilled_and_as_right_as_the_truth():
    """Paleness is corrected, so it has the truth's skill and regions; what is absolute says that it is pale."""
    values = measure(TRUTH / 3)
    assert [values[skill] for skill in SKILLS] == pytest.approx([1, 1, 1, 1])
    for name in ("inconsistency", "background_inconsistency", "bleeding"):
        assert values[name] == pytest.approx(0, abs=1e-9)
    assert (values["right_in_part"], values["right_on_whole"], values["saturated_share"]) == (0, 1, 0)
    assert values["chroma_of_right_hue"] == pytest.approx(1 / 3)
    assert 0 < values["ciede2000"] < measure(0 * TRUTH)["ciede2000"]


def test_inconsistency_in_lab_alone_rewards_paleness_and_inconsistency_does_not():
    uneven = TRUTH + noise(10.0)
    values, pale = measure(uneven), measure(uneven / 3)
    assert pale["inconsistency_lab"] == pytest.approx(values["inconsistency_lab"] / 3)
    assert pale["inconsistency"] == pytest.approx(values["inconsistency"])


@pytest.mark.parametrize("chroma", [1.0, 0.57, 0.4])
def test_colour_in_a_corner_of_each_region_is_what_right_in_part_finds(chroma):
    """Each quarter of the panel has the right colour in three columns of ten: the details whole or not at all."""
    corners = np.zeros_like(TRUTH)
    for columns in (slice(0, 10), slice(-10, None)):
        corners[:, columns] = chroma * TRUTH[:, columns]
    values = measure(corners)
    assert values["right_in_part"] == pytest.approx(4 / len(SCENE.segments))
    assert values["right_on_whole"] == pytest.approx(4 * 2 / len(SCENE.segments))
