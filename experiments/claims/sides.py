"""Sides of claims that are derived from the values of rows."""

import pathlib

import numpy as np

from experiments import training_subsets
from experiments.claims.judging import NotMeasured, Side, Study
from webtoon_colorize.io import csv_files

TITLES = 5  # the first titles, which are compared with the collection one by one


def accuracy(experiment: str) -> Side:
    return lambda study: 1.0 - study.values(experiment, "error")


def fraction(share: float, side: Side) -> Side:
    return lambda study: share * side(study)


def tagged(tag: str, *, present: bool) -> Side:
    """RMSE of l2 divided by that of gray, on the panels with the tag if `present`, else on those without it."""

    def side(study):
        chosen = np.array([(tag in tags) == present for tags in study.tags])
        if not any(tag in tags for tags in study.tags):
            raise NotMeasured(f"no test panel is tagged {tag}")
        return (study.values("l2", "rmse_lab") / study.values("gray", "rmse_lab"))[:, chosen]

    return side


def nearly_gray(side: Side) -> Side:
    """`side` on the tenth of the panels with the least true chroma."""
    return lambda study: side(study)[:, _lowest_tenth(study.values("gray", "chroma_lab_true")[0])]


def _lowest_tenth(values: np.ndarray) -> np.ndarray:
    return np.argsort(values, kind="stable")[: max(1, len(values) // 10)]


def unseen(side: Side) -> Side:
    """`side` on the test panels that l2_neighbours was not trained on."""
    return lambda study: side(study)[:, training_subsets.UNSEEN]


def _title_by_title(study: Study) -> list[np.ndarray]:
    """The indices of the test panels of each of the first TITLES titles."""
    return [np.flatnonzero(study.labels == label) for label in range(TITLES)]


def one_title(study: Study) -> np.ndarray:
    """RMSE per panel [seeds, panels] of the network that was trained on the panel's own title only."""
    parts = [study.values(f"l2_only_{label}", "rmse_lab")[:, own] for label, own in enumerate(_title_by_title(study))]
    return np.concatenate(parts, axis=1)


def collection(study: Study) -> np.ndarray:
    """RMSE of the network that was trained on all titles, for the same panels in the same order as in `one_title`."""
    return study.values("l2", "rmse_lab")[:, np.concatenate(_title_by_title(study))]


def gain_of_collection(study: Study, *, characteristic: bool) -> np.ndarray:
    """`one_title` minus `collection`, means over seeds [1, panels], on half of each title's panels.

    If `characteristic`, it is the half whose mean colours are nearest to the title's, else the other half.
    """
    saved = one_title(study).mean(axis=0) - collection(study).mean(axis=0)
    distance = study.values("gray", "distance_from_title")[0]
    near = np.concatenate([distance[own] <= np.median(distance[own]) for own in _title_by_title(study)])
    return saved[None, near == characteristic]


def dead_share(study: Study) -> np.ndarray:
    """Mean share of dead channels in the second half of ResNet-50's layers, [1, 1]."""
    path = pathlib.Path(study.results_dir) / "activations.csv"
    if not path.exists():
        raise NotMeasured("experiments.activations has not been run")
    layers = [row for row in csv_files.read(path) if row["experiment"] == "resnet50_gray"]
    if not layers:
        raise NotMeasured("experiments.activations has not looked at resnet50_gray")
    later = layers[len(layers) // 2 :]
    return np.array([[np.mean([float(row["dead_share"]) for row in later])]])
