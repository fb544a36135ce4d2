import numpy as np
import pytest

from experiments.claims import judging, sides, statements
from experiments.claims.comparison import CONSTANT
from experiments.claims.statements import CLAIMS
from experiments.claims.store import NotMeasured, Panels, Row, Study

PANELS = 20
LABELS = np.arange(PANELS) % 5


def make_study(**rows):
    """A study of 20 panels, each of its own episode, titles 0 to 4 in turn; rows are measure -> [seeds, panels]."""
    tags = [["light"] if number < 5 else [] for number in range(PANELS)]
    panels = Panels([f"{LABELS[number]}/{number}/0.png" for number in range(PANELS)], LABELS, tags)
    every = {
        name: Row([0, 1], {measure: np.broadcast_to(values, (2, PANELS)) for measure, values in values.items()})
        for name, values in rows.items()
    }
    return Study({"test": panels}, every)


def column(*values):
    """[seeds, 1], the same for every panel."""
    return np.array([values], float).T


def test_sides_add_seed_by_seed():
    study = make_study(a={"x": column(1, 2), "y": column(10, 20)}, b={"x": column(100, 100)})
    side = sides.minus(sides.plus(sides.of("a", "x"), sides.of("a", "y")), sides.of("b", "x"))(study)
    assert side["a"][:, 0].tolist() == [11, 22] and side["b"][:, 0].tolist() == [-100, -100]
    assert sides.mean(sides.of("a", "x"), sides.of("b", "x"))(study)["b"][0, 0] == 50
    assert sides.accuracy("a")(make_study(a={"error": column(0.2, 0.4)}))[CONSTANT] == 1


def test_tagged_panels_are_set_against_the_others():
    study = make_study(a={"x": column(1, 1)})
    present, absent = (
        sides.where(sides.of("a", "x"), sides.tagged("light", present=each))(study)["a"] for each in (True, False)
    )
    assert np.isfinite(present[0]).tolist() == [True] * 5 + [False] * 15
    assert np.isfinite(absent[0]).tolist() == [False] * 5 + [True] * 15
    with pytest.raises(NotMeasured, match="texture"):
        sides.tagged("texture")(study)


def test_a_kind_of_panel_is_hard_if_it_is_so_for_every_model_that_was_measured():
    light = np.arange(PANELS) < 5

    def verdict(**shares):
        rows = {name: {"rmse_lab": np.where(light, 10 * share, 5.0)} for name, share in shares.items()}
        study = make_study(gray={"rmse_lab": column(10, 10)}, **rows)
        [claim] = [claim for claim in CLAIMS if claim.name == "hard_light"]
        [outcome] = judging.judge((claim,), study)
        return outcome.verdict, outcome.rows

    assert verdict(l2=0.8, tandem=0.9) == (judging.HOLDS, 2)
    assert verdict(l2=0.8, tandem=0.4) == (judging.FAILS, 2)
    assert verdict() == (judging.NOT_MEASURED, None)


def test_panels_that_are_drawn_gray_do_not_count_as_failures():
    study = make_study(gray={"rmse_lab": column(10, 10)}, l2={"rmse_lab": column(4, 4)})
    study.panels["test"] = study.panels["test"]._replace(tags=[["sparse_color"]] + [[]] * (PANELS - 1))
    share = sides.share_of_gray("l2")(study)["l2"]
    assert np.isnan(share[0, 0]) and share[0, 1] == 0.4


def test_a_guess_is_no_accuracy_above_chance():
    """Of five titles a guess tells a fifth; half as much again is wanted."""
    [value] = np.unique(sum(sides.above_chance("a")(make_study(a={"error": column(0.8, 0.8)})).values()).round(9))
    assert value == pytest.approx(0.2 - 0.3)


def test_one_title_and_the_collection_are_compared_on_the_titles_own_panels():
    alone = {f"l2_only_{label}": {"rmse_lab": column(100 + label, 200 + label)} for label in range(5)}
    study = make_study(**alone)
    assert sum(sides.one_title(study).values())[0].tolist() == [100 + label for label in LABELS]
    study.panels["test"] = study.panels["test"]._replace(labels=LABELS + 1)  # the last title is not among the five
    assert np.isnan(sum(sides.one_title(study).values())[0]).tolist() == [label == 4 for label in LABELS]


def test_the_gain_of_a_collection_keeps_its_seeds_and_is_half_of_each_title():
    """Distance is the panel's number: of a title's four panels the first two are near."""
    alone = {f"l2_only_{label}": {"rmse_lab": column(15, 15)} for label in range(5)}
    study = make_study(**alone, l2={"rmse_lab": column(10, 12)}, gray={"distance_from_title": np.arange(PANELS)})
    [claim] = [claim for claim in CLAIMS if claim.name == "collection_uncharacteristic"]
    assert np.isfinite(claim.right(study)["l2"][0]).tolist() == [True] * 10 + [False] * 10
    [comparison] = judging.measure(claim, study).comparisons.values()
    assert (comparison.left, comparison.right) == (pytest.approx(4), pytest.approx(4))  # 15 - 11
    assert comparison.contrasts["l2"].tolist() == pytest.approx([0, 0])  # a seed's error is the same in both halves
    assert comparison.panels == (10, 10)


def test_skips_are_essential_where_they_bring_more_than_half():
    """L2 gains 8 of 20, half of it is 4; no_skips gains 3."""
    study = make_study(
        gray={"rmse_lab": column(20, 20)}, l2={"rmse_lab": column(12, 12)}, no_skips={"rmse_lab": column(17, 17)}
    )
    [claim] = [claim for claim in CLAIMS if claim.name == "skips_essential"]
    [outcome] = judging.judge((claim,), study)
    assert (outcome.left, outcome.right, outcome.verdict) == (4, 3, judging.HOLDS)


def test_bubbles_need_skill_away_from_them():
    def verdict(off, near):
        study = make_study(l2={"skill_off_bubbles": column(*off), "skill_near_bubbles": column(*near)})
        [claim] = [claim for claim in CLAIMS if claim.name == "bubbles"]
        return judging.judge((claim,), study)[0].verdict

    assert verdict([0.3, 0.3], [0.1, 0.1]) == judging.HOLDS
    assert verdict([-0.1, -0.1], [-0.3, -0.3]) == judging.FAILS  # worse than one colour, and less so far away
    assert verdict([0.01, 0.01], [0.0, 0.0]) == judging.FAILS  # noise
    assert verdict([0.0, 0.0], [0.0, 0.0]) == judging.FAILS  # gray


def test_curves_are_compared_over_the_epochs_that_all_runs_have():
    study = make_study()
    nan = np.nan
    study.rows["l2"] = Row([0, 1], {"epochs/l2": np.array([[8.0, 6.0, 4.0, 1.0], [8.0, 8.0, 6.0, nan]])})
    study.rows["adversarial"] = Row([0, 1], {"epochs/l2": np.array([[5.0, 5.0, 5.0, 5.0], [1.0, 3.0, 5.0, 5.0]])})
    [claim] = [claim for claim in CLAIMS if claim.name == "adversarial_curves"]
    comparisons = judging.measure(claim, study).comparisons
    assert [(each.left, each.right) for each in comparisons.values()] == [(3, 8), (4, 7), (5, 5)]  # epochs 1, 2, 3
    assert comparisons["second third"].contrasts["l2"].tolist() == [-6, -8] and list(comparisons) == [
        "first third",
        "second third",
        "last third",
    ]
    study.rows["l2"].values["epochs/l2"][0, 2] = nan
    with pytest.raises(NotMeasured, match="fewer than three epochs"):
        judging.measure(claim, study)


def test_the_drawn_samples_count_alike_and_there_may_be_none():
    study = make_study(tandem={f"sepia_share_{number}": column(number, number) for number in range(3)})
    assert sides.mean_variant("tandem", "sepia_share")(study)["tandem"][0, 0] == pytest.approx(1)
    with pytest.raises(NotMeasured, match="no sepia_share_0"):
        sides.mean_variant("tandem", "sepia_share")(make_study(tandem={"sepia_share": column(1, 1)}))
    with pytest.raises(NotMeasured, match="tandem has no results"):
        sides.mean_variant("tandem", "sepia_share")(make_study())


class Everything(dict):
    """Rows that have any measure: random values for two seeds."""

    def __init__(self, make):
        super().__init__()
        self.make = make

    def __contains__(self, key):
        return not str(key).startswith("sepia_share_3")

    def __missing__(self, key):
        self[key] = self.make(key)
        return self[key]


def test_every_claim_gets_a_verdict_where_everything_was_measured():
    """Random values of everything: each claim has an interval and needs no more than its own panels."""
    rng = np.random.default_rng(0)
    study = make_study()
    tags = [[list(statements.FAILURES), ["sparse_color"], [], []][number % 4] for number in range(PANELS)]
    test = study.panels["test"]._replace(tags=tags)
    study.panels = dict.fromkeys(("test", "validation", "train"), test)
    study.rows = Everything(lambda row: Row([0, 1], Everything(lambda measure: rng.uniform(1, 2, (2, PANELS)))))
    outcomes = judging.judge(CLAIMS, study)
    assert judging.NOT_MEASURED not in [outcome.verdict for outcome in outcomes]
    assert all(outcome.low <= outcome.difference <= outcome.high for outcome in outcomes)
