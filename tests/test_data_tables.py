from types import SimpleNamespace

from data_tools import tables
from data_tools.crops import PageReport

SUMMARY = {
    "titles": ["가우스", "b"],
    "counts": {"가우스": {"train": 10, "test": 2}},
    "dropped": {"가우스": {"gray": 1}, "b": {"too_small": 3}},
}


PAGES = [SimpleNamespace(title=title) for title in "ab"]


def test_table_one_counts_what_is_kept_and_what_is_dropped():
    heads, rows = tables.title_rows(SUMMARY)
    assert heads == ["title", "train", "validation", "test", "gray", "too_small"]
    assert rows == [["가우스", 10, 0, 2, 1, 0], ["b", 0, 0, 0, 0, 3], ["all", 10, 0, 2, 1, 3]]


def test_columns_stay_aligned_with_letters_of_double_width():
    assert tables.title_table(SUMMARY).splitlines() == [
        "title   train  validation  test  gray  too small",
        "가우스     10           0     2     1          0",
        "b           0           0     0     0          3",
        "all        10           0     2     1          3",
    ]


def test_recall_and_precision_are_of_annotated_pages_only():
    reports = [PageReport(true=4, found=5, matched=3), PageReport()]
    assert [line.split() for line in tables.box_table(PAGES, reports).splitlines()] == [
        ["title", "true", "panels", "found", "matched", "recall", "precision"],
        ["a", "4", "5", "3", "0.750", "0.600"],
        ["all", "4", "5", "3", "0.750", "0.600"],
    ]
    assert tables.box_table(PAGES[1:], reports[1:]) == ""
