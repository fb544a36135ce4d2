"""Readers of users' files against damaged ones; `make torture` tries thousands more of each."""

import pytest

from experiments import evaluate
from tests.conftest import make_run
from tests.torture import readers


@pytest.mark.parametrize("name", readers.READERS)
def test_a_damaged_file_is_read_or_refused_with_a_sentence_that_names_it(name):
    assert readers.failures(name, range(80)) == []


def test_a_run_folder_cannot_place_a_result_elsewhere(dataset, tmp_path):
    make_run(tmp_path / "run", experiment="../elsewhere")
    with pytest.raises(ValueError, match=r"/run is a run of \.\./elsewhere, and there is no such row"):
        evaluate.evaluate_runs([tmp_path / "run"], data_dir=dataset, results_dir=tmp_path / "results")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
