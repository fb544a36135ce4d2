import numpy as np

from experiments import plots


def test_a_figure_has_the_pixels_that_were_asked_for():
    drawn = plots.figure(60, 40)
    axes = drawn.add_axes((0, 0, 0.5, 1))
    axes.axis("off")
    axes.imshow(np.zeros((2, 2, 3), np.uint8), aspect="auto")
    rgb = plots.as_rgb(drawn)
    assert rgb.shape == (40, 60, 3) and rgb.dtype == np.uint8
    assert (rgb[:, :29] == 0).all() and (rgb[:, 31:] == 255).all()


def test_a_point_is_a_72nd_of_an_inch():
    assert plots.points(plots.DPI) == 72
