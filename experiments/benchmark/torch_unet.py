"""The U-Net of `networks.unet` in PyTorch, in its fastest memory layout on a CPU (channels last).

A program that `against` runs by its path: the package would import TensorFlow. It reads lines of JSON, which are the
arguments of `answer`, and writes an answer to each.
"""

import functools
import json
import sys
from collections.abc import Callable
from typing import Any

import timing  # beside this file
import torch
from torch import nn

_DROPOUT_STRIDE = 32  # as in `networks.unet`


class UNet(nn.Module):
    """[B, 1, S, S] -> [B, 2, S, S]."""

    def __init__(self, widths: list[int]):
        """widths: of the encoder, from the outside in."""
        super().__init__()
        outermost, *inner, innermost = widths
        self.first = nn.Conv2d(1, outermost, 4, 2, 1)
        before = [outermost, *inner]
        self.down = nn.ModuleList(_down(*pair) for pair in zip(before, inner))
        self.innermost = nn.Sequential(nn.LeakyReLU(0.2), nn.Conv2d(before[-1], innermost, 4, 2, 1))
        strides, ups = [2**level for level in range(len(before), 0, -1)], list(reversed(before))
        ins = [innermost, *(2 * width for width in ups[:-1])]
        self.up = nn.ModuleList(_up(*triple) for triple in zip(ins, ups, strides))
        self.last = nn.Sequential(nn.ReLU(), nn.ConvTranspose2d(2 * outermost, 2, 4, 2, 1), nn.Tanh())

    def forward(self, x):
        maps = [self.first(x)]
        for block in self.down:
            maps.append(block(maps[-1]))
        x = self.innermost(maps[-1])
        for block, skip in zip(self.up, reversed(maps)):
            x = torch.cat([block(x), skip], dim=1)
        return self.last(x)


def _down(before: int, width: int) -> nn.Module:
    return nn.Sequential(nn.LeakyReLU(0.2), nn.Conv2d(before, width, 4, 2, 1, bias=False), nn.BatchNorm2d(width))


def _up(before: int, width: int, stride: int) -> nn.Module:
    convolution = nn.ConvTranspose2d(before, width, 4, 2, 1, bias=False)
    dropout = [nn.Dropout(0.5)] if stride >= _DROPOUT_STRIDE else []
    return nn.Sequential(nn.ReLU(), convolution, nn.BatchNorm2d(width), *dropout)


def answer(work: str, *, budget_s: float = 0.0, **about: Any) -> float | list[list[int]]:
    """The milliseconds of a call, or for the work "shapes" those of the network's weights."""
    if work == "shapes":
        return [list(weight.shape) for weight in UNet(about["widths"]).parameters()]
    return 1e3 * timing.seconds(_call(work, **about | {"widths": tuple(about["widths"])}), budget_s=budget_s)


@functools.lru_cache(maxsize=1)
def _call(
    work: str, image_size: int, filters: int, batch: int, widths: tuple[int, ...], compiled: bool
) -> Callable[[], object]:
    """A training step on `batch` panels, or colorizing them."""
    del filters  # the widths say it
    torch.set_num_threads(timing.threads())
    torch.compiler.reset()  # it compiles a few sizes and no more
    network = UNet(list(widths)).to(memory_format=torch.channels_last)
    apply = torch.compile(network) if compiled else network
    lightness = torch.randn(batch, 1, image_size, image_size).to(memory_format=torch.channels_last)
    if work != "train":
        network.eval()
        return torch.inference_mode()(lambda: apply(lightness))
    ab = torch.randn(batch, 2, image_size, image_size).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(network.parameters(), 2e-4, (0.5, 0.999), fused=True)

    def step():
        optimizer.zero_grad()
        nn.functional.mse_loss(apply(lightness), ab).backward()
        optimizer.step()

    return step


if __name__ == "__main__":
    answers, sys.stdout = sys.stdout, sys.stderr  # what PyTorch prints is no answer
    for line in sys.stdin:
        print(json.dumps(answer(**json.loads(line))), file=answers, flush=True)
