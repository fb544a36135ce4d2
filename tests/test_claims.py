import csv
import dataclasses

import numpy as np
import pytest

from experiments import results
from experiments.claims import judging, sides, statements, table
from experiments.claims.judging import FAILS, HOLDS, UNDECIDED, Claim, constant, is_more, of
from tests.result_files import make_result

IMAGES = 40


def write(folder, experiment, seeds=1, **values):
    """A result file whose measures have the values of the given arrays, the same for each seed."""
    columns = {name: np.array(column, object).tolist() for name, column in values.items()}
    labels, tags = [index % 5 for index in range(IMAGES)], [["light"] * (index < 10) for index in range(IMAGES)]
    results.write(folder, make_result(experiment, *[columns] * seeds, labels=labels, tags=tags))


@pytest.fixture
def folder(tmp_path):
    errors = np.linspace(10, 20, IMAGES)
    write(tmp_path, "gray", rmse_lab=errors + 2, distance_from_title=np.arange(IMAGES), chroma_lab_true=errors)
    write(tmp_path, "l2", rmse_lab=errors, l2=errors)
    write(tmp_path, "no_skips", rmse_lab=errors + 1)
    return tmp_path


def evaluate(folder, left, right, judge=is_more):
    return judging.evaluate(Claim("", "", "", "", left, right, judge), judging.Study(folder))


def test_a_difference_in_every_image_is_certain_and_a_missing_one_is_not(folder):
    outcome = evaluate(folder, of("no_skips", "rmse_lab"), of("l2", "rmse_lab"))
    assert outcome[:5] == pytest.approx((16, 15, 1, 1, 1)) and outcome.verdict == HOLDS
    assert evaluate(folder, of("l2", "rmse_lab"), of("no_skips", "rmse_lab")).verdict == FAILS
    assert evaluate(folder, of("l2", "rmse_lab"), constant(15.0)).verdict == UNDECIDED


@pytest.mark.parametrize(
    "judge, low, high, verdict",
    [
        (judging.is_no_less, -4.9, 3, HOLDS),  # 5% of 100 is what counts as nothing
        (judging.is_no_less, -9, -5.1, FAILS),
        (judging.is_no_less, -9, 3, UNDECIDED),
        (judging.is_alike, -4.9, 4.9, HOLDS),
        (judging.is_alike, 5.1, 9, FAILS),
        (judging.is_alike, -1, 9, UNDECIDED),
        (judging.is_different, -4.9, 4.9, FAILS),
        (judging.is_different, -9, -5.1, HOLDS),
        (judging.is_different, -1, 9, UNDECIDED),
    ],
)
def test_judges(judge, low, high, verdict):
    assert judge(low, high, 100.0) == verdict


def test_images_that_have_nothing_to_measure_are_left_out_of_both_sides(folder):
    write(folder, "tandem", bleeding=[None] * 20 + [2.0] * 20)
    write(folder, "adversarial", bleeding=[9.0] * 20 + [1.0] * 19 + [None])
    outcome = evaluate(folder, of("tandem", "bleeding"), of("adversarial", "bleeding"))
    assert (outcome.left, outcome.right) == (2, 1)


def test_what_was_not_run_is_a_dash_and_a_sentence(folder):
    by_name = {row.claim.name: row for row in table.rows(folder)}
    assert by_name["skips"].outcome.verdict == HOLDS and by_name["skips"].reason == ""
    assert by_name["vgg_features"].outcome is None and table.cells(by_name["vgg_features"])[3:] == ["-"] * 4
    assert by_name["vgg_features"].reason == "vgg_features has no results here"
    assert by_name["bubbles"].reason == "the results of l2 have no near_bubbles"
    assert by_name["resnet50_dead"].reason == "experiments.activations has not been run"
    table.write(folder)
    with open(folder / "claims.csv", newline="") as file:
        written = {row["claim"]: row for row in csv.DictReader(file)}
    assert [written["vgg_features"][name] for name in ("left", "low", "verdict")] == ["-"] * 3
    assert float(written["skips"]["left"]) == by_name["skips"].outcome.left


def test_a_row_that_was_measured_on_other_panels_is_not_compared(folder):
    results.write(folder, dataclasses.replace(results.read(folder, "no_skips"), data="other"))
    with pytest.raises(judging.NotMeasured, match="no_skips"):
        judging.Study(folder).values("no_skips", "rmse_lab")


def test_the_files_are_the_same_every_time_and_have_a_line_for_every_claim(folder):
    table.write(folder)
    first = [(folder / name).read_bytes() for name in ("claims.csv", "claims.md")]
    table.write(folder)
    assert [(folder / name).read_bytes() for name in ("claims.csv", "claims.md")] == first
    with open(folder / "claims.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == table.COLUMNS
    assert [row["claim"] for row in rows] == [claim.name for claim in statements.CLAIMS]


def test_people_read_three_digits_or_all_before_the_point(folder):
    write(folder, "adversarial", l2=np.full(IMAGES, 2513.96))
    write(folder, "l2", l2=np.full(IMAGES, 2375.04))
    [row] = [row for row in table.rows(folder) if row.claim.name == "adversarial_l2"]
    assert table.cells(row)[3:6] == ["2514", "2375", "139 (139 to 139)"]


def test_claims_have_names_of_their_own():
    names = [claim.name for claim in statements.CLAIMS]
    assert len(set(names)) == len(names)


def test_tagged_panels_are_set_against_the_others(folder):
    study = judging.Study(folder)
    present, absent = (sides.tagged("light", present=each)(study) for each in (True, False))
    assert present.shape == (1, 10) and absent.shape == (1, 30)
    assert present[0, 0] == pytest.approx(10 / 12)  # RMSE of l2 over gray's
    with pytest.raises(judging.NotMeasured, match="texture"):
        sides.tagged("texture", present=True)(study)


def test_one_title_and_the_collection_are_compared_on_the_titles_own_panels(folder):
    for label in range(5):
        write(folder, f"l2_only_{label}", rmse_lab=np.full(IMAGES, 100.0 + label))
    study = judging.Study(folder)
    assert sides.one_title(study)[0].tolist() == [100.0 + label for label in range(5) for _ in range(8)]
    order = [index for label in range(5) for index in range(label, IMAGES, 5)]
    np.testing.assert_allclose(sides.collection(study)[0], np.linspace(10, 20, IMAGES)[order])
    near = sides.gain_of_collection(study, characteristic=True)
    assert near.shape == (1, 20)  # distance is the index: the first four of the eight panels of each title
    assert near[0, 0] == 100 - 10


def test_the_later_layers_of_resnet50_alone_are_asked_for_dead_channels(folder):
    lines = ["experiment,layer,channels,dead_share,dependence", "vgg16_gray,x,8,1.0,0.5"]
    lines += [f"resnet50_gray,{index},8,{share},0.1" for index, share in enumerate((0.0, 0.0, 0.4, 0.8))]
    (folder / "activations.csv").write_text("\n".join(lines) + "\n")
    assert sides.dead_share(judging.Study(folder)) == pytest.approx(0.6)
