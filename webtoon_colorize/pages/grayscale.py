"""How much of an image has colour; sepia and yellowed pages count as gray (section III.A)."""

import cv2
import numpy as np

# The shorter side is reduced to this many pixels: JPEG's colour noise averages out, small coloured details stay.
SIDE = 160
COLORED_CHROMA = 10.0  # Lab units; a pixel of more chroma has colour
STRONG_CHROMA = 26.0  # Lab units; yellowed pages and sepia ink have less chroma


def color_share(rgb: np.ndarray) -> float:
    """The share of the pixels of `rgb` (uint8 [H, W, 3]) that have colour, 0 to 1.

    A weak brown or yellow tint of the whole image (sepia) is subtracted first. It is the median ab of each of 16 ranges
    of lightness, and is subtracted if its chroma is below STRONG_CHROMA and its hue is nearer to yellow than to red,
    green or blue.
    """
    scale = min(1.0, SIDE / min(rgb.shape[:2]))
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    lightness, ab = lab[:, 0], lab[:, 1:]
    steps = (lightness / 100 * 15.999).astype(int)
    for step in np.unique(steps):
        tint = np.median(ab[steps == step], axis=0)
        if tint[1] > abs(tint[0]) and np.linalg.norm(tint) < STRONG_CHROMA:
            ab[steps == step] -= tint
    return float(np.mean(np.linalg.norm(ab, axis=1) > COLORED_CHROMA))
