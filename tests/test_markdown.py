from experiments import markdown

ROWS = [("l2", "7.25"), ("no_skips", "-")]


def test_a_table_has_a_rule_below_its_heads():
    assert markdown.table(("row", "RMSE"), ROWS) == "| row | RMSE |\n|---|---|\n| l2 | 7.25 |\n| no_skips | - |"


def test_cells_of_an_aligned_table_are_as_wide_as_their_column():
    assert markdown.aligned_table(("row", "RMSE"), ROWS).splitlines() == [
        "| row      | RMSE |",
        "| -------- | ---- |",
        "| l2       | 7.25 |",
        "| no_skips | -    |",
    ]
