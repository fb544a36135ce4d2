"""The benchmark's JSON as tables."""

from typing import Any

from experiments import markdown
from experiments.results import shown

_ROWS = {  # heading -> number, format
    "training: images/s": ("train_images_per_s", ".0f"),
    "step (ms)": ("step_ms", ".0f"),
    "forward": ("forward_ms", ".0f"),
    "backward": ("backward_ms", ".0f"),
    "optimizer": ("optimizer_ms", ".0f"),
    "input (ms, alone)": ("input_ms", ".1f"),
    "of the product": ("train_share", ".0%"),
    "evaluation: images/s": ("evaluate_images_per_s", ".0f"),
    "colorizing: images/s": ("colorize_images_per_s", ".0f"),
    "of the product ": ("colorize_share", ".0%"),
    "memory (GB)": ("peak_memory_gb", ".1f"),
}
_SIDES = {
    "ours": "TensorFlow (ms)",
    "onnx": "ONNX Runtime (ms)",
    "torch": "PyTorch (ms)",
    "torch_compiled": "compiled (ms)",
}
_WORK = {"train": "training", "colorize_1": "colorizing one", "colorize_8": "colorizing eight"}


def rows(content: dict[str, Any]) -> str:
    """A line for each row of the paper's table."""
    lines = [
        (f"`{name}`", *(shown(row.get(key), form) for key, form in _ROWS.values()))
        for name, row in content["rows"].items()
        if "missing" not in row
    ]
    return markdown.table(("row", *map(str.strip, _ROWS)), lines)


def pages(content: dict[str, Any]) -> str:
    """A line for each part of the command line."""
    return markdown.table(
        ("part", "ms"), [(name.removesuffix("_ms"), f"{value:,.0f}") for name, value in content["pages"].items()]
    )


def against(content: dict[str, Any]) -> str:
    """A line for each comparison with PyTorch."""
    heads = ("work", "size", *_SIDES.values(), "PyTorch / ours", "compiled / ours")
    return markdown.table(heads, map(_against, content.get("against", [])))


def _against(line: dict[str, Any]) -> list[str]:
    size = f"{line['image_size']} px, {line['filters']} filters, batch {line['batch']}"
    ms = {side: line.get(f"{side}_ms") for side in _SIDES}
    ours = min(each for each in (ms["ours"], ms["onnx"]) if each)
    ratios = [f"{ms[side] / ours:.2f}" for side in ("torch", "torch_compiled")]
    return [_WORK[line["work"]], size, *(shown(each, ".1f") for each in ms.values()), *ratios]


GROWTH = {  # heading -> key, format
    "steps": {
        "grows": ("grows", ""),
        "image size": ("image_size", ""),
        "filters": ("filters", ""),
        "batch": ("batch_size", ""),
        "step (ms)": ("step_ms", ".1f"),
        "images/s": ("train_images_per_s", ".0f"),
        "of the product": ("train_share", ".0%"),
    },
    "input": {"image size": ("image_size", ""), "threads": ("threads", ""), "images/s": ("images_per_s", ",.0f")},
    "colorizing": {"pages": ("pages", ""), "seconds": ("seconds", ".1f")},
    "preparing": {"strips": ("strips", ""), "seconds": ("seconds", ".1f")},
}


def growth(content: dict[str, Any], part: str) -> str:
    """A line for each size that a part of `benchmark.growth` was measured at."""
    columns = GROWTH[part]
    lines = content.get("growth", {}).get(part, [])
    return markdown.table(
        tuple(columns), [tuple(shown(line[key], form) for key, form in columns.values()) for line in lines]
    )


def machine(content: dict[str, Any]) -> str:
    """What was measured on, in one sentence."""
    about, scale = content["machine"], content["scale"]
    rates = [row["matmul_gflops"] for row in content["rows"].values() if "missing" not in row]
    rate = f"; the matrix product makes {min(rates):.0f} to {max(rates):.0f} GFLOP/s" if rates else ""
    return (
        f"{about['processor']}, {about['threads']} of {about['cores']} cores, load {about['load']}, "
        f"TensorFlow {about['tensorflow']}; {scale['image_size']} px, {scale['filters']} filters, "
        f"batches of {scale['batch_size']}{rate}."
    )


def text(content: dict[str, Any]) -> str:
    grown = [growth(content, part) for part in GROWTH]
    return "\n\n".join([machine(content), rows(content), pages(content), *grown, against(content)]) + "\n"
