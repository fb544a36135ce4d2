"""True boxes, tags and bubbles."""

import json

import pytest

from data_tools.annotations import Annotation, best_match, bubbles_inside, count_matches, iou, read_annotations
from webtoon_colorize.panels import Box


def test_intersection_over_union_by_hand():
    assert iou(Box(0, 0, 10, 10), Box(0, 0, 10, 10)) == 1
    assert iou(Box(0, 0, 10, 10), Box(5, 0, 10, 10)) == pytest.approx(50 / 150)
    assert iou(Box(0, 0, 10, 10), Box(10, 10, 5, 5)) == iou(Box(0, 0, 10, 10), Box(30, 30, 5, 5)) == 0


def test_boxes_and_bubbles_scale_with_the_page(tmp_path):
    file = tmp_path / "01.json"
    file.write_text(
        json.dumps(
            {
                "width": 690,
                "height": 1000,
                "panels": [
                    {"box": [69, 100, 345, 200], "tags": ["b", "a"], "bubbles": [[[69, 100], [138, 200], [70, 150]]]}
                ],
            }
        )
    )
    (annotation,) = read_annotations(file, width=345)
    assert annotation.box == Box(34, 50, 172, 100) and annotation.tags == ("a", "b")
    assert annotation.bubbles[0][1] == (69.0, 100.0)


def test_the_best_match_overlaps_by_half_at_least():
    annotations = [Annotation(Box(0, 0, 10, 10)), Annotation(Box(0, 0, 10, 14))]
    assert best_match(Box(0, 0, 10, 13), annotations) is annotations[1]
    assert best_match(Box(0, 0, 10, 4), annotations) is None
    assert best_match(Box(0, 0, 10, 4), []) is None


def test_bubbles_are_clipped_to_the_crop():
    square = ((0, 0), (40, 0), (40, 40), (0, 40))
    outside = ((100, 100), (120, 100), (120, 120))
    annotation = Annotation(Box(0, 0, 200, 200), bubbles=(square, outside))
    assert bubbles_inside(annotation, Box(10, 20, 50, 60)) == [[[0, 0], [30, 0], [30, 20], [0, 20]]]


def test_a_found_box_matches_only_one_true_panel():
    true = [Annotation(Box(0, 0, 10, 10)), Annotation(Box(0, 0, 10, 11)), Annotation(Box(50, 50, 10, 10))]
    assert count_matches([Box(0, 0, 10, 10), Box(50, 50, 10, 7)], true) == 1
