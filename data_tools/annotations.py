"""Annotations of a drawn page in `<page>.json` beside it: the true boxes, tags and speech bubbles of its panels."""

import dataclasses
import json
import pathlib
from collections.abc import Sequence

import cv2
import numpy as np

from webtoon_colorize.panels import Box

MATCH_IOU = 0.5  # least IoU at which a cut panel gets the tags and bubbles of a true one
FOUND_IOU = 0.8  # least IoU at which a true panel counts as found


@dataclasses.dataclass(frozen=True)
class Annotation:
    """One true panel: its box in page pixels, tags, and bubble outlines ([[x, y], ...] in page pixels)."""

    box: Box
    tags: tuple[str, ...] = ()
    bubbles: tuple[tuple[tuple[float, float], ...], ...] = ()


def read_annotations(file: pathlib.Path, *, width: int) -> list[Annotation]:
    """The panels in the file, scaled to a page `width` pixels wide."""
    content = json.loads(file.read_text(encoding="utf-8"))
    scale = width / content["width"]
    return [
        Annotation(
            Box(*(round(scale * value) for value in panel["box"])),
            tuple(sorted(panel["tags"])),
            tuple(tuple((scale * x, scale * y) for x, y in bubble) for bubble in panel["bubbles"]),
        )
        for panel in content["panels"]
    ]


def iou(a: Box, b: Box) -> float:
    """Intersection over union of two boxes, 0 to 1."""
    width = min(a.right, b.right) - max(a.x, b.x)
    height = min(a.bottom, b.bottom) - max(a.y, b.y)
    shared = max(0, width) * max(0, height)
    return shared / (a.width * a.height + b.width * b.height - shared)


def best_match(box: Box, annotations: Sequence[Annotation]) -> Annotation | None:
    """The true panel with the largest IoU with `box`, if that is at least MATCH_IOU."""
    best = max(annotations, key=lambda annotation: iou(box, annotation.box), default=None)
    return best if best and iou(box, best.box) >= MATCH_IOU else None


def bubbles_inside(annotation: Annotation, box: Box) -> list[list[list[int]]]:
    """The bubble outlines in pixels of the crop `box`, clipped to it. Outlines outside the crop are left out.

    Clipping moves every corner to the nearest point of the crop. Parts inside the crop do not change, and parts outside
    it shrink to lines.
    """
    offset, limit = np.array(box[:2]), np.array(box[2:])
    clipped = [np.clip(np.array(bubble) - offset, 0, limit).round().astype(np.int32) for bubble in annotation.bubbles]
    return [bubble.tolist() for bubble in clipped if cv2.contourArea(bubble) > 0]


def count_matches(found: Sequence[Box], annotations: Sequence[Annotation]) -> int:
    """How many true panels have a found box of their own with an IoU of at least FOUND_IOU."""
    left = list(found)
    matches = 0
    for annotation in annotations:
        best = max(left, key=lambda box: iou(box, annotation.box), default=None)
        if best and iou(best, annotation.box) >= FOUND_IOU:
            left.remove(best)
            matches += 1
    return matches
