"""Sheets of pictures in rows and columns, with captions, on white. Every figure with panels is one."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

TILE = 192  # pixels: the least width of a tile
MARGIN, GAP, WIDE_GAP = 24, 8, 28
CAPTION, HEADING = 19, 24  # font sizes
INK, FAINT = (32, 33, 36), (105, 108, 114)


class Tile(NamedTuple):
    """A square picture and the short text below it."""

    rgb: np.ndarray  # uint8 [S, S, 3]
    note: str = ""
    outline: np.ndarray | None = None  # bool [S, S]: the region to outline


class Block(NamedTuple):
    """Rows of tiles under one heading."""

    heading: str
    columns: Sequence[str]  # captions
    rows: Sequence[Sequence[Tile]]
    row_captions: Sequence[str] = ()
    groups: int = 1  # of columns, with wider gaps between them


def font(size: int) -> ImageFont.FreeTypeFont:
    """Pillow's built-in font, which is the same on every machine."""
    return ImageFont.load_default(size=size)


def draw(blocks: Sequence[Block]) -> np.ndarray:
    """The blocks below each other, uint8 RGB."""
    size = tile_size(blocks[0].rows[0][0].rgb.shape[0])
    pictures = [_draw_block(block, size) for block in blocks]
    width = max(picture.width for picture in pictures) + 2 * MARGIN
    height = sum(picture.height + MARGIN for picture in pictures) + MARGIN
    sheet = Image.new("RGB", (width, height), "white")
    top = MARGIN
    for picture in pictures:
        sheet.paste(picture, (MARGIN, top))
        top += picture.height + MARGIN
    return np.asarray(sheet)


def tile_size(image_size: int) -> int:
    """The smallest multiple of `image_size` that is at least TILE, in pixels."""
    return image_size * -(-TILE // image_size)


def _draw_block(block: Block, size: int) -> Image.Image:
    margin = max((int(font(CAPTION).getlength(caption)) for caption in block.row_captions), default=-GAP) + GAP
    lefts = _lefts(len(block.columns), block.groups, size, first=margin)
    notes = CAPTION + GAP if any(tile.note for row in block.rows for tile in row) else 0
    heading = HEADING + 2 * GAP if block.heading else 0
    top = heading + (CAPTION + GAP if any(block.columns) else 0)
    pitch = size + GAP + notes
    width = max(lefts[-1] + size, int(font(HEADING).getlength(block.heading)))
    picture = Image.new("RGB", (width, top + pitch * len(block.rows) - GAP), "white")
    pen = ImageDraw.Draw(picture)
    pen.text((0, 0), block.heading, INK, font(HEADING))
    for left, caption in zip(lefts, block.columns):
        pen.text((left + size / 2, top - GAP), caption, INK, font(CAPTION), anchor="ms")
    for index, row in enumerate(block.rows):
        y = top + pitch * index
        if block.row_captions:
            pen.text((0, y + size / 2), block.row_captions[index], INK, font(CAPTION), anchor="lm")
        for left, tile in zip(lefts, row):
            picture.paste(enlarge(tile, size), (left, y))
            pen.text((left + size / 2, y + size + GAP / 2), tile.note, FAINT, font(CAPTION - 2), anchor="ma")
    return picture


def _lefts(columns: int, groups: int, size: int, *, first: int) -> list[int]:
    wider = (WIDE_GAP - GAP) * np.repeat(np.arange(groups), columns // groups)
    return [int(left) for left in first + np.arange(columns) * (size + GAP) + wider]


def enlarge(tile: Tile, size: int) -> Image.Image:
    """The tile's picture at `size` pixels (cubic), with a line just outside the region to outline."""
    picture = Image.fromarray(tile.rgb).resize((size, size), Image.Resampling.BICUBIC)
    if tile.outline is None:
        return picture
    mask = cv2.resize(tile.outline.astype(np.uint8), (size, size), interpolation=cv2.INTER_NEAREST)
    mask = cv2.dilate(mask, np.ones((9, 9), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    pixels = np.array(picture)
    cv2.drawContours(pixels, contours, -1, (0, 0, 0), 4, cv2.LINE_AA)
    cv2.drawContours(pixels, contours, -1, (255, 255, 255), 2, cv2.LINE_AA)
    return Image.fromarray(pixels)
