"""The paper's statements as data: what is compared, and which difference confirms the statement."""

import functools

import numpy as np

from experiments.claims import sides
from experiments.claims.judging import Claim, Judge, constant, is_alike, is_different, is_more, is_no_less, of

FAILURES = {
    "texture": "texture",
    "occlusion": "occlusion",
    "multimodality": "multimodality",
    "light": "light text and effects",
    "background": "complicated backgrounds",
}  # tag -> the paper's words (figure 3)
MEASURES = {
    "rmse_lab": "RMSE, Lab",
    "l2": "ab L2",
    "colorfulness": "colourfulness",
    "inconsistency": "inconsistency in flat regions",
    "background_inconsistency": "inconsistency in the largest flat region",
    "bleeding": "bleeding over borders",
    "near_bubbles": "relative error near bubbles, as a share of it near and elsewhere",
    "sepia_share": "share of chroma with sepia's hue",
    "error": "share of titles told wrong",
}
DETAIL = "relative error in small regions, as a share of it there and in large ones"


def _rows(name: str, section: str, sentence: str, measure: str, left: str, right: str, judge: Judge) -> Claim:
    """A claim that compares two rows by the same measure."""
    words = f"{MEASURES[measure]}: {left} against {right}"
    return Claim(name, section, sentence, words, of(left, measure), of(right, measure), judge)


CLAIMS = (
    Claim(
        "colorful_gray",
        "I.A",
        "panels drawn with little colour come out more colourful",
        "chroma, Lab, of the tenth with the least: l2 against the truth",
        sides.nearly_gray(of("l2", "chroma_lab")),
        sides.nearly_gray(of("l2", "chroma_lab_true")),
        is_more,
    ),
    Claim(
        "low_resolution",
        "II",
        "upscaled low-resolution chroma is almost enough",
        "RMSE, Lab: a quarter of gray's against that of the true chroma in 28 x 28",
        sides.fraction(0.25, of("gray", "rmse_lab")),
        of("gray", "rmse_lab_low_resolution"),
        is_more,
    ),
    Claim(
        "split_by_panel",
        "III.B",
        "splitting by panel overestimates success",
        "RMSE, Lab, on every second test panel: l2 against l2 that was trained on its neighbours",
        sides.unseen(of("l2", "rmse_lab")),
        sides.unseen(of("l2_neighbours", "rmse_lab")),
        is_more,
    ),
    Claim(
        "collection",
        "III.B",
        "a collection generalises better than one title",
        "RMSE, Lab, on a title's panels: l2 of that title only against l2 of all",
        sides.one_title,
        sides.collection,
        is_more,
    ),
    Claim(
        "collection_uncharacteristic",
        "III.B",
        "above all on panels uncharacteristic for the title",
        "what the collection saves, Lab: panels far from the title's mean colour against those near to it",
        functools.partial(sides.gain_of_collection, characteristic=False),
        functools.partial(sides.gain_of_collection, characteristic=True),
        is_more,
        paired=False,
    ),
    *(
        Claim(
            f"hard_{tag}",
            "III.B",
            f"{words}: a common kind of failure",
            f"RMSE of l2 over gray's: panels with the tag {tag} against those without",
            sides.tagged(tag, present=True),
            sides.tagged(tag, present=False),
            is_more,
            paired=False,
        )
        for tag, words in FAILURES.items()
    ),
    _rows("skips", "IV", "skip connections are essential", "rmse_lab", "no_skips", "l2", is_more),
    _rows("adversarial_l2", "IV.A", "adversarial loss does not lower L2", "l2", "adversarial", "l2", is_no_less),
    _rows(
        "adversarial_colorful", "IV.A", "it gives more colourful results", "colorfulness", "adversarial", "l2", is_more
    ),
    _rows(
        "adversarial_backgrounds",
        "IV.A",
        "it colours solid backgrounds inconsistently",
        "background_inconsistency",
        "adversarial",
        "l2",
        is_more,
    ),
    Claim(
        "bubbles",
        "IV.A",
        "colours are confused around speech bubbles",
        f"{MEASURES['near_bubbles']}: l2 against 0.5",
        of("l2", "near_bubbles"),
        constant(0.5),
        is_more,
    ),
    _rows(
        "bubbles_adversarial",
        "IV.A",
        "and more so with adversarial loss",
        "near_bubbles",
        "adversarial",
        "l2",
        is_more,
    ),
    _rows(
        "label", "IV.A", "knowing the title does not help", "rmse_lab", "adversarial_label", "adversarial", is_no_less
    ),
    _rows(
        "classification_loss",
        "IV.A",
        "a classification loss does not help",
        "rmse_lab",
        "classification_loss",
        "l2",
        is_no_less,
    ),
    _rows(
        "vae_inconsistent",
        "IV.A",
        "the VAE's colours are not consistent",
        "inconsistency",
        "diverse_vae",
        "l2",
        is_more,
    ),
    Claim(
        "vae_saturated",
        "IV.A",
        "its pictures have many highly saturated areas",
        "share of pixels above the 95th percentile of true chroma: diverse_vae against 0.05",
        of("diverse_vae", "saturated_share"),
        constant(0.05),
        is_more,
    ),
    _rows(
        "pretrained",
        "IV.B",
        "pretrained features give no gain over training from scratch",
        "rmse_lab",
        "residual_encoder_pretrained",
        "residual_encoder",
        is_no_less,
    ),
    _rows(
        "pretrained_imagenet",
        "IV.B",
        "nor do ImageNet's",
        "rmse_lab",
        "residual_encoder_imagenet",
        "residual_encoder",
        is_no_less,
    ),
    Claim(
        "gray_or_color_vgg16",
        "IV.B",
        "VGG16 tells titles apart as well in gray as in colour",
        "accuracy: vgg16_gray against vgg16_color",
        sides.accuracy("vgg16_gray"),
        sides.accuracy("vgg16_color"),
        is_alike,
    ),
    Claim(
        "gray_or_color_resnet50",
        "IV.B",
        "and so does ResNet-50",
        "accuracy: resnet50_gray against resnet50_color",
        sides.accuracy("resnet50_gray"),
        sides.accuracy("resnet50_color"),
        is_alike,
    ),
    _rows(
        "resnet50_accuracy",
        "IV.B",
        "ResNet-50 is less accurate than VGG16 at 5 titles",
        "error",
        "resnet50_gray",
        "vgg16_gray",
        is_more,
    ),
    Claim(
        "resnet50_dead",
        "IV.B",
        "ResNet-50 learned no features beyond the first few layers",
        "share of dead channels in the second half of its layers: resnet50_gray against 0.5, no interval",
        sides.dead_share,
        lambda study: np.array([[0.5]]),
        is_more,
    ),
    _rows("vgg_features", "IV.B", "VGG16's features lower L2 slightly", "l2", "l2", "vgg_features", is_more),
    Claim(
        "pale",
        "IV.C",
        "colours often come out less saturated than they should",
        "chroma, Lab: truth against l2",
        of("l2", "chroma_lab_true"),
        of("l2", "chroma_lab"),
        is_more,
    ),
    Claim(
        "sparse_details",
        "IV.C",
        "sparse colour makes the network attend to small regions",
        f"{DETAIL}: l2 against pixel_dropout, iteration 1",
        of("l2", "detail"),
        of("pixel_dropout", "detail_0"),
        is_more,
    ),
    Claim(
        "channel_general",
        "IV.C",
        "dropping whole channels makes it learn more general colours",
        f"{DETAIL}: channel_dropout against pixel_dropout, iteration 1",
        of("channel_dropout", "detail_0"),
        of("pixel_dropout", "detail_0"),
        is_more,
    ),
    Claim(
        "iterations_saturated",
        "IV.C",
        "iterations get more and more saturated",
        "chroma, Lab: iteration 4 of pixel_dropout against iteration 1",
        of("pixel_dropout", "chroma_lab_3"),
        of("pixel_dropout", "chroma_lab_0"),
        is_more,
    ),
    Claim(
        "iterations_errors",
        "IV.C",
        "errors of the first iteration are propagated",
        "share of iteration 1's error that is left in iteration 2 of pixel_dropout, against 0.5",
        of("pixel_dropout", "error_kept_1"),
        constant(0.5),
        is_more,
    ),
    _rows(
        "consistent",
        "IV.C",
        "color & apply colours continuous regions more consistently than L2",
        "inconsistency",
        "l2",
        "color_and_apply",
        is_more,
    ),
    _rows(
        "consistent_backgrounds",
        "IV.C",
        "it reduces the multiple-colour effect on backgrounds",
        "background_inconsistency",
        "l2",
        "color_and_apply",
        is_more,
    ),
    _rows("bleeding", "IV.C", "it reduces colour bleeding", "bleeding", "l2", "color_and_apply", is_more),
    Claim(
        "keep_probability",
        "IV.C",
        "the amount of dropout changes what the color generator learns",
        "chroma of its proposal, Lab: keep 0.001 against keep 0.1",
        of("color_and_apply_keep_0.001", "chroma_lab_0"),
        of("color_and_apply_keep_0.1", "chroma_lab_0"),
        is_different,
    ),
    _rows("tandem", "IV.C", "tandem gives sepia tones", "sepia_share", "tandem", "l2", is_more),
)
