import cv2
import numpy as np
import pytest

from experiments import hint_loop, hint_peers, hint_table, plots
from tests.test_spreading import BLUE, RED, ab_of
from webtoon_colorize.hints import Hint
from webtoon_colorize.lab import lightness_of


def fields():
    """A red and a blue field, uint8 [90, 160, 3], with a black line between them."""
    rgb = np.full((90, 160, 3), RED, np.uint8)
    rgb[:, 78:82] = 0
    rgb[:, 82:] = BLUE
    return rgb


@pytest.mark.parametrize("name", hint_peers.WAYS)
def test_every_way_gives_each_side_of_a_line_its_dots_colour(name):
    rgb = fields()
    way = hint_peers.WAYS[name](lightness_of(rgb), np.zeros((90, 160, 2), np.float32))
    ab = 110 * way([Hint(30.5, 45.5, RED), Hint(120.5, 45.5, BLUE)])
    assert ab.shape == (90, 160, 2)
    for column, color in ((30, RED), (120, BLUE)):
        np.testing.assert_allclose(ab[45, column], ab_of(color), atol=6)


@pytest.mark.parametrize("name", ["levin", "watershed", "geodesic"])
def test_one_dot_colours_all_of_an_even_picture(name):
    way = hint_peers.WAYS[name](np.full((40, 60), 0.2, np.float32), np.zeros((40, 60, 2), np.float32))
    np.testing.assert_allclose(110 * way([Hint(3, 3, RED)]), np.broadcast_to(ab_of(RED), (40, 60, 2)), atol=0.1)


def test_a_click_goes_where_an_area_is_wrong_but_not_onto_an_edge_or_an_earlier_dot():
    wrong, even = np.zeros((64, 64), np.float32), np.ones((64, 64), bool)
    wrong[40:45, 20:25] = 0.4
    wrong[5, 5] = 1.0
    assert hint_loop.worst_place(wrong, even, []) == (42, 22)
    even[42, 20:25] = False
    row, column = hint_loop.worst_place(wrong, even, [])
    assert row in (41, 43) and 20 <= column < 25
    even[:] = True
    row, column = hint_loop.worst_place(wrong, even, [Hint(22.5, 42.5, RED)])
    assert np.hypot(row - 42, column - 22) > 1


def test_clicks_have_the_originals_colours_and_lower_the_error_of_flat_art():
    rgb = fields()
    guess = np.zeros((90, 160, 2), np.float32)
    found = list(hint_loop.clicks(hint_peers.ours(lightness_of(rgb), guess), rgb, guess, 2))
    true = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[..., 1:] / 110
    errors = [np.abs(ab - true)[:, np.r_[:75, 85:160]].mean() for ab in found]
    assert errors[0] > errors[1] > errors[2] and errors[2] < 0.03 * errors[0]


def test_what_is_flat_is_told_from_what_is_painted():
    lab = np.zeros((50, 100, 3), np.float32)
    lab[:, 50:, 0] = np.random.default_rng(0).uniform(0, 60, (50, 50))
    assert 0.4 < hint_loop.share_of_flat(lab) <= 0.5


def measured():
    """Two flat panels: the first click harms one of them."""
    return [
        {"kind": "flat", "path": "a", "gray": 20.0, "errors": {"regions": [10.0, 12.0, 8.0]}},
        {"kind": "flat", "path": "b", "gray": 20.0, "errors": {"regions": [14.0, 12.0, 10.0]}},
    ]


def test_rows_are_means_over_panels():
    rows = hint_table.rows(measured())
    assert [(row.clicks, row.error, row.gray_error, row.panels) for row in rows] == [
        (0, 12.0, 20.0, 2),
        (1, 12.0, 20.0, 2),
        (2, 9.0, 20.0, 2),
    ]
    assert {(row.first_harms, row.not_worse) for row in rows} == {(0.5, 0.75)}


def test_the_plot_shows_shares_of_gray(tmp_path):
    drawn = hint_table.plot(hint_table.rows(measured()))
    [axes] = drawn.axes
    assert axes.get_title() == "flat" and list(axes.lines[0].get_ydata()) == [0.6, 0.6, 0.45]
    plots.write_svg(drawn, tmp_path / "loop.svg")
    assert (tmp_path / "loop.svg").stat().st_size > 1000


def test_the_table_has_a_line_per_kind_and_way_with_shares_of_gray():
    rows = [{name: str(value) for name, value in row._asdict().items()} for row in hint_table.rows(measured())]
    assert "| flat | 2 | regions | 0.600 | 0.600 | 0.450 | 0.5 | 0.75 |" in hint_table.markdown_table(rows)
