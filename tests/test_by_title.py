import pytest

from experiments import by_title, results
from tests.result_files import make_result


def write(folder, experiment, values, *, metric="rmse_lab"):
    results.write(folder, make_result(experiment, *({metric: each} for each in values)))


def test_each_title_of_the_test_split_has_its_mean_over_seeds_and_panels(tmp_path):
    write(tmp_path, "gray", [[20.0, 10.0, 12.0]])
    write(tmp_path, "l2", [[11.0, 4.0, 4.0], [13.0, 8.0, 8.0]])
    table = by_title.rows(tmp_path, "l2")
    assert list(table[0]) == ["title", "test panels", "gray", "RMSE (Lab)", "95%"]
    assert [list(row.values()) for row in table] == [
        ["a", "1", "20.00", "12.00", "12.00 to 12.00"],
        ["c", "2", "11.00", "6.00", "6.00 to 6.00"],
        ["all", "3", "14.00", "8.00", "6.00 to 12.00"],
    ]


def test_a_row_without_colours_is_named(tmp_path):
    write(tmp_path, "gray", [[20.0, 10.0, 12.0]])
    write(tmp_path, "vgg16_gray", [[0.0, 1.0, 1.0]], metric="error")
    for experiment in ("vgg16_gray", "l2"):
        with pytest.raises(ValueError, match=f"no colours of {experiment}"):
            by_title.rows(tmp_path, experiment)
