"""The U-Net of `networks.unet` in PyTorch, in its fastest memory layout on a CPU (channels last)."""

from collections.abc import Callable

import torch
from torch import nn

from experiments.benchmark import machine
from webtoon_colorize.networks import unet

_DROPOUT_STRIDE = 32


class UNet(nn.Module):
    """[B, 1, S, S] -> [B, 2, S, S]."""

    def __init__(self, image_size: int, filters: int):
        super().__init__()
        widths = unet.widths(image_size, filters)
        outermost, *inner, innermost = widths
        self.first = nn.Conv2d(1, outermost, 4, 2, 1)
        before = [outermost, *inner]
        self.down = nn.ModuleList(_down(*pair) for pair in zip(before, inner))
        self.innermost = nn.Sequential(nn.LeakyReLU(0.2), nn.Conv2d(before[-1], innermost, 4, 2, 1))
        sizes, ups = unet.strides(image_size), list(reversed(before))
        ins = [innermost, *(2 * width for width in ups[:-1])]
        self.up = nn.ModuleList(_up(*triple) for triple in zip(ins, ups, sizes))
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


def make_call(work: str, image_size: int, filters: int, batch: int, *, compiled: bool) -> Callable[[], object]:
    """A training step on `batch` panels, or colorizing them."""
    torch.set_num_threads(machine.threads())
    network = UNet(image_size, filters).to(memory_format=torch.channels_last)
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
