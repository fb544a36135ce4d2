"""Cuts a panel into regions: areas that ink lines and other edges of the lightness close off, over small gaps too.

Source: balls that are too large for the gaps in lines find the regions, the large ones first, as in the trapped-ball
segmentation of Zhang et al., Vectorizing Cartoon Animations (2009). The watershed of OpenCV then fills what is left.
"""

from typing import NamedTuple

import cv2
import numpy as np

# Radii of the balls in steps from pixel to pixel. An edge is a pixel wider on both sides than its line, so gaps of 6
# pixels are closed.
BALLS = (2, 1)
_SMALLEST = 12  # pixels that the centres of a ball cover at least; what is smaller belongs to its surroundings
_TEXTURE = 4.0  # pixels; what is farther from all regions than this is texture, and a region too
_EDGE = (5.0, 20.0)  # gray levels of 255 within 3 x 3 pixels that make an edge, at least and at most;
_ROUGHNESS = 3.0  # between them it is this many times the panel's median, because painted art varies everywhere
_FLAT, _UNEVEN = 2.0, 6.0  # standard deviation of the gray levels in a region that is flat, and in one that is not


class Regions(NamedTuple):
    """The regions of a panel, and what they are like."""

    labels: np.ndarray  # int32 [H, W]: the region of each pixel, in [0, N)
    sizes: np.ndarray  # [N], pixels
    flatness: np.ndarray  # float32 [N], from 0 (painted, shaded or textured) to 1 (one even gray)

    def mean(self, plane: np.ndarray) -> np.ndarray:
        """The mean of a plane [H, W] over each region, float32 [N]."""
        return (np.bincount(self.labels.ravel(), plane.ravel(), len(self.sizes)) / self.sizes).astype(np.float32)

    def evened(self, ab: np.ndarray) -> np.ndarray:
        """ab [H, W, 2], in flat regions their mean."""
        mean = np.stack([self.mean(plane) for plane in cv2.split(ab)], axis=-1)
        return ab + self.flatness[self.labels][..., None] * (mean[self.labels] - ab)


def find_regions(lightness: np.ndarray) -> Regions:
    """The regions of a panel whose lightness is float32 [H, W] in [-1, 1]."""
    gray = np.clip((lightness + 1) * 127.5, 0, 255).astype(np.uint8)
    steps = cv2.morphologyEx(gray, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    free = (steps <= np.clip(_ROUGHNESS * np.median(steps), *_EDGE)).astype(np.uint8)
    markers = _markers(free)
    inside = markers > 0  # lines between regions say nothing about them
    labels = _filled(gray, markers) if inside.any() else markers
    regions = Regions(labels, np.maximum(np.bincount(labels.ravel()), 1), np.zeros(0))
    share = np.maximum(regions.mean(inside), 1e-9)
    level = regions.mean(gray * inside) / share
    deviation = np.sqrt(regions.mean((gray - level[labels]) ** 2 * inside) / share)
    flatness = np.clip((_UNEVEN - deviation) / (_UNEVEN - _FLAT), 0, 1) * inside.any()
    return regions._replace(flatness=flatness.astype(np.float32))


def _markers(free: np.ndarray) -> np.ndarray:
    """The inside of each region, numbered from 1; int32 [H, W] and 0 elsewhere. `free` is 1 where there is no edge."""
    markers = np.zeros(free.shape, np.int32)
    step = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    for radius in BALLS:
        _add_areas(markers, cv2.erode(free, step, iterations=radius))
    room = cv2.distanceTransform((markers == 0).astype(np.uint8), cv2.DIST_L2, 5)
    _add_areas(markers, (room > BALLS[0] + _TEXTURE).astype(np.uint8))
    return markers


def _add_areas(markers: np.ndarray, mask: np.ndarray) -> None:
    """Numbers the connected areas of `mask` (1 or 0) that are not too small and touch no marker yet."""
    count, areas = cv2.connectedComponents(mask, connectivity=4)
    is_new = np.bincount(areas.ravel(), minlength=count) >= _SMALLEST
    is_new[areas[markers > 0]] = False
    is_new[0] = False
    numbers = ((np.cumsum(is_new) + markers.max(initial=0)) * is_new).astype(np.int32)
    np.maximum(markers, numbers[areas], out=markers)


def _filled(gray: np.ndarray, markers: np.ndarray) -> np.ndarray:
    """Regions that grow from the markers until they meet, which is on lines, int32 [H, W] from 0."""
    cv2.watershed(cv2.merge([gray] * 3), markers)
    labels = np.maximum(markers, 0).astype(np.float32)  # OpenCV's dilation takes no int32
    for width in (3, 5):  # the watershed leaves its borders and the picture's without a label
        labels = np.where(labels > 0, labels, cv2.dilate(labels, np.ones((width, width), np.uint8)))
    return np.maximum(labels.astype(np.int32) - 1, 0)
