import pytest

from webtoon_colorize.io import csv_files


def test_a_table_reads_back_as_text(tmp_path):
    csv_files.write(tmp_path / "new" / "a.csv", ("title", "error"), [("가우스, 전자", 0.25), ('a "b"', 3)])
    content = (tmp_path / "new" / "a.csv").read_bytes().decode()
    assert content == 'title,error\r\n"가우스, 전자",0.25\r\n"a ""b""",3\r\n'
    assert csv_files.read(tmp_path / "new" / "a.csv") == [
        {"title": "가우스, 전자", "error": "0.25"},
        {"title": 'a "b"', "error": "3"},
    ]


def test_a_table_whose_rows_fail_leaves_the_old_file_alone(tmp_path):
    csv_files.write(tmp_path / "a.csv", ["a"], [[1]])
    with pytest.raises(ZeroDivisionError):
        csv_files.write(tmp_path / "a.csv", ["a"], ([1 / value] for value in (1, 0)))
    assert csv_files.read(tmp_path / "a.csv") == [{"a": "1"}] and len(list(tmp_path.iterdir())) == 1
