"""Colour from the networks' size to a page's, along the edges of the page's lightness."""

import cv2
import numpy as np

# Lightness (range 2) that varies less than this within a window is taken for grain, and colour does not follow it.
GRAIN = 0.06


def upsample(ab: np.ndarray, lightness: np.ndarray) -> np.ndarray:
    """Joint upsampling with a guided filter (He, Sun and Tang 2013).

    In each window, which is about as wide as a pixel of `ab` is on the page, colour becomes a linear function of
    lightness: it changes where the lightness does. It stays between the colours that the networks gave around a place,
    where a line is darker than anything that they saw.

    Args:
      ab: [h, w, 2] float32.
      lightness: [H, W] float32 in [-1, 1].

    Returns:
      [H, W, 2] float32.
    """
    height, width = lightness.shape
    # Three by three pixels of `ab` reach as far as the window around a pixel of the page.
    kernel = np.ones((3, 3), np.uint8)
    smooth, low, high = (
        cv2.resize(field, (width, height), interpolation=cv2.INTER_LINEAR)
        for field in (ab, cv2.erode(ab, kernel), cv2.dilate(ab, kernel))
    )
    radii = [max(1, round(side / small)) for side, small in zip((height, width), ab.shape)]
    window = (2 * radii[1] + 1, 2 * radii[0] + 1)

    def mean(x: np.ndarray) -> np.ndarray:
        return cv2.blur(x, window, borderType=cv2.BORDER_REFLECT)

    mean_lightness = mean(lightness)
    variance = np.maximum(mean(lightness * lightness) - mean_lightness**2, 0.0) + GRAIN**2
    for channel in range(ab.shape[2]):
        plane = smooth[..., channel]
        mean_plane = mean(plane)
        slope = (mean(lightness * plane) - mean_lightness * mean_plane) / variance
        offset = mean_plane - slope * mean_lightness
        filtered = mean(slope) * lightness + mean(offset)
        smooth[..., channel] = np.clip(filtered, low[..., channel], high[..., channel])
    return smooth
