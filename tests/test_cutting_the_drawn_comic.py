"""The drawn comic has true boxes: what the cutter finds must agree with them, whatever the gutters' colour."""

import pytest

from data_tools.annotations import count_matches, read_annotations
from data_tools.synthesize import synthesize
from webtoon_colorize.io.images import read_image
from webtoon_colorize.panels import find_panels


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    synthesize(folder, titles=5, episodes=2, seed=3)
    return folder


def test_recall_and_precision_are_at_least_97_percent_for_every_title(drawn):
    for title in (path for path in drawn.iterdir() if path.is_dir()):
        true = found = matched = 0
        for file in title.glob("*/*.json"):
            image = read_image(file.with_suffix(".png"))
            annotations, boxes = read_annotations(file, width=image.shape[1]), find_panels(image)
            true, found, matched = (
                true + len(annotations),
                found + len(boxes),
                matched + count_matches(boxes, annotations),
            )
        assert true >= 15 and matched / true >= 0.97 and matched / found >= 0.97, title.name
