"""Values of more seeds and rows join those that a study has."""

import numpy as np
import pytest

from experiments.claims import joining, store
from experiments.claims.store import Panels, Row, Study


def study(rows, *, test=("a/1/0", "a/2/0"), validation=("v/1/0",), reasons=None):
    panels = {"test": Panels(list(test), np.zeros(len(test), int), [[] for _ in test])}
    panels["validation"] = Panels(list(validation), np.full(len(validation), -1), [[] for _ in validation])
    rows = {"gray": {"seeds": [0], "rmse_lab": [[5, 6]]}} | rows
    made = {
        name: Row(row["seeds"], {key: np.array(value, np.float32) for key, value in row.items() if key != "seeds"})
        for name, row in rows.items()
    }
    return Study(panels, made, reasons)


def test_seeds_are_joined_in_their_order_and_the_new_ones_count():
    old = study({"l2": {"seeds": [0, 3], "rmse_lab": [[1, 2], [3, 4]], "l2": [[1, 1], [1, 1]]}})
    new = study({"l2": {"seeds": [3, 1], "rmse_lab": [[30, 40], [10, 20]], "bleeding": [[0, 0], [0, 0]]}})
    row = joining.join(old, new).rows["l2"]
    assert row.seeds == [0, 1, 3]
    np.testing.assert_array_equal(row.values["rmse_lab"], [[1, 2], [10, 20], [30, 40]])


def test_a_claim_takes_the_seeds_that_have_all_that_it_compares(tmp_path):
    """Seed 0 was evaluated before there was bleeding, seeds 1 and 2 after; seed 2 has no panel where there is any."""
    old = study({"l2": {"seeds": [0], "rmse_lab": [[1, 2]]}, "gray": {"seeds": [0], "old": [[3, 4]]}})
    new = study({"l2": {"seeds": [2, 1], "rmse_lab": [[5, 6], [3, 4]], "bleeding": [[np.nan] * 2, [7, 8]]}})
    joined = joining.join(old, new)
    assert joined.rows["gray"].values.keys() == {"old", "rmse_lab"}  # no training changes it
    joined.write(tmp_path, {("l2", "rmse_lab"), ("l2", "bleeding")})
    read = store.load(tmp_path)
    assert read.rows["l2"].lacking == joined.rows["l2"].lacking == {"bleeding": [0]}
    assert read.having({("l2", "rmse_lab"), ("gray", "bleeding")}).rows["l2"].seeds == [0, 1, 2]
    chosen = read.having({("l2", "rmse_lab"), ("l2", "bleeding")})
    np.testing.assert_array_equal(chosen.values("l2", "rmse_lab"), [[3, 4], [5, 6]])
    np.testing.assert_array_equal(chosen.values("l2", "bleeding"), [[7, 8], [np.nan, np.nan]])


def test_a_row_none_of_whose_seeds_has_all_measures_is_not_measured():
    old, new = ({"seeds": [seed], measure: [[1, 2]]} for seed, measure in ((0, "rmse_lab"), (1, "bleeding")))
    joined = joining.join(study({"l2": old}), study({"l2": new}))
    with pytest.raises(store.NotMeasured, match="no seed has all"):
        joined.having({("l2", "rmse_lab"), ("l2", "bleeding")}).values("l2", "rmse_lab")


def test_rows_of_either_side_stay_and_a_reason_goes_when_its_row_comes():
    reasons = {"sketch": "no time.", "tandem": "no weights."}
    old = study({"l2": {"seeds": [0], "rmse_lab": [[1, 2]]}}, reasons=reasons)
    joined = joining.join(old, study({"sketch": {"seeds": [0], "rmse_lab": [[3, 4]]}}))
    assert joined.rows.keys() == {"gray", "l2", "sketch"} and joined.reasons == {"tandem": "no weights."}


def test_panels_of_other_splits_stand_at_their_paths_and_epochs_are_padded():
    old = study({"l2": {"seeds": [0], "validation/x": [[1]], "epochs/l2": [[9, 8, 7]]}}, validation=["v/2/0"])
    new = study({"l2": {"seeds": [1], "validation/x": [[2, 3]], "epochs/l2": [[9]]}}, validation=["v/1/0", "v/3/0"])
    joined = joining.join(old, new)
    assert joined.panels["validation"].paths == ["v/1/0", "v/2/0", "v/3/0"]
    np.testing.assert_array_equal(joined.values("l2", "validation/x"), [[np.nan, 1, np.nan], [2, np.nan, 3]])
    np.testing.assert_array_equal(joined.values("l2", "epochs/l2"), [[9, 8, 7], [9, np.nan, np.nan]])


@pytest.mark.parametrize(
    "other", [{"test": ["a/1/0", "b/2/0"]}, {"rows": {"gray": {"seeds": [0], "rmse_lab": [[5, 7]]}}}]
)
def test_values_of_other_panels_are_refused(other):
    with pytest.raises(ValueError, match="other test panels"):
        joining.join(study({}), study(other.pop("rows", {}), **other))


def test_what_is_joined_comes_back_from_its_files(tmp_path):
    joined = joining.join(study({}), study({"l2": {"seeds": [2], "rmse_lab": [[1, 2]]}}))
    joined.write(tmp_path, {("l2", "rmse_lab"), ("gray", "rmse_lab")})
    np.testing.assert_array_equal(store.load(tmp_path).values("l2", "rmse_lab"), [[1, 2]])
