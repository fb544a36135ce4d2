"""Readers of users' files against damaged ones; `make torture` tries thousands more of each."""

import pytest

from tests.torture import readers


@pytest.mark.parametrize("name", readers.READERS)
def test_a_damaged_file_is_read_or_refused_with_a_sentence_that_names_it(name):
    assert readers.failures(name, range(80)) == []
