"""Text in pictures: lines of lettering, and sound effects in large slanted letters."""

import cv2
import numpy as np

from data_tools.comic import tags
from data_tools.comic.canvas import MASK_STEP, SCALE, Canvas, paint
from data_tools.comic.colors import Color


def wrapped(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` characters; a longer word has a line of its own."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def text_width(text: str, size: int, weight: int, face: str = "sans") -> float:
    """Width in final pixels of one line at a letter size in final pixels."""
    _, _, width, _ = cv2.getTextSize((10000, 1000), text, (0, 0), cv2.FontFace(face), size * SCALE, weight)
    return width / SCALE


def write(
    canvas: Canvas,
    lines: list[str],
    x: float,
    y: float,
    size: int,
    color: Color,
    *,
    weight: int = 500,
    face: str = "sans",
) -> None:
    """Lines of text centred on (x, y)."""
    font, pitch = cv2.FontFace(face), size * 1.22
    for number, line in enumerate(lines):
        left = x - text_width(line, size, weight, face) / 2
        base = y + (number - (len(lines) - 1) / 2) * pitch + size * 0.36
        cv2.putText(canvas.image, line, (int(left * SCALE), int(base * SCALE)), color, font, size * SCALE, weight)


def _slanted(mask: np.ndarray, angle: float, slant: float) -> np.ndarray:
    """The mask rotated by `angle` radians and sheared, on a square that holds all of it."""
    height, width = mask.shape
    side = int(1.25 * width + height)
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.float32([[cosine, -sine + slant * cosine], [sine, cosine + slant * sine]])
    shift = np.float32([side / 2, side / 2]) - turn @ np.float32([width / 2, height / 2])
    return cv2.warpAffine(mask, np.column_stack([turn, shift]), (side, side))


def _place(picture: np.ndarray, mask: np.ndarray, x: float, y: float) -> tuple[np.ndarray, np.ndarray]:
    """The overlapping parts of picture and mask when the middle of the mask lies on the picture's pixel (x, y)."""
    left, top = int(x) - mask.shape[1] // 2, int(y) - mask.shape[0] // 2
    low_x, low_y = max(left, 0), max(top, 0)
    high_x, high_y = min(left + mask.shape[1], picture.shape[1]), min(top + mask.shape[0], picture.shape[0])
    return picture[low_y:high_y, low_x:high_x], mask[low_y - top : high_y - top, low_x - left : high_x - left]


def sound(
    canvas: Canvas, text: str, x: float, y: float, size: int, fill: Color, rim: Color, *, angle: float = -0.15
) -> np.ndarray:
    """Draws a sound effect with a rim; returns the rectangle that it covers as a polygon in final pixels."""
    length = text_width(text, size, 900)
    mask = np.zeros((int(size * 1.5 * SCALE), int((length + size * 0.5) * SCALE)), np.uint8)
    # OpenCV draws this lettering on three channels only; one of them is kept.
    letters = cv2.merge([mask] * 3)
    cv2.putText(
        letters,
        text,
        (int(size * 0.25 * SCALE), int(size * 1.1 * SCALE)),
        (255, 255, 255),
        cv2.FontFace("sans"),
        size * SCALE,
        900,
    )
    mask = np.where(_slanted(letters[:, :, 0], angle, -0.25) > 127, 255, 0).astype(np.uint8)
    border = max(3, int(size * 0.08)) * SCALE + 1
    around = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (border | 1, border | 1)))
    for layer, color in ((around, rim), (mask, fill)):
        view, part = _place(canvas.image, layer, x * SCALE, y * SCALE)
        paint(view, np.ascontiguousarray(part), color)
    view, part = _place(canvas.parts, around, x * SCALE, y * SCALE)
    view[part > 0] = 0
    small = cv2.resize(
        around, None, fx=1 / (SCALE * MASK_STEP), fy=1 / (SCALE * MASK_STEP), interpolation=cv2.INTER_AREA
    )
    view, part = _place(canvas.lettering, small, x / MASK_STEP, y / MASK_STEP)
    np.maximum(view, np.where(part > 127, 255, 0).astype(np.uint8), out=view)
    canvas.tags.add(tags.SOUND_EFFECT)
    corners = np.float32([(-0.5, -0.4), (0.5, -0.4), (0.5, 0.4), (-0.5, 0.4)]) * np.float32((length, size))
    turn = np.float32([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return corners @ turn + np.float32((x, y))
