"""What the paper says of pretrained features and title classifiers (IV.B)."""

from experiments.claims.judging import Claim, is_alike, is_more, is_no_less
from experiments.claims.rows import compare_rows
from experiments.claims.sides import above_chance, accuracy, mean, of

CLAIMS = (
    compare_rows(
        "pretrained",
        "IV.B",
        "pretrained features give no gain over training from scratch",
        "rmse_lab",
        left="residual_encoder_pretrained",
        right="residual_encoder_pretrained_control",
        judge=is_no_less,
    ),
    compare_rows(
        "pretrained_imagenet",
        "IV.B",
        "nor do ImageNet's",
        "rmse_lab",
        left="residual_encoder_imagenet",
        right="residual_encoder_imagenet_control",
        judge=is_no_less,
        control=True,
    ),
    *(
        Claim(
            f"gray_or_color_{network}",
            "IV.B",
            sentence,
            f"accuracy: {network}_gray against {network}_color",
            accuracy(f"{network}_gray"),
            accuracy(f"{network}_color"),
            is_alike,
            conditions=(above_chance(f"{network}_gray"), above_chance(f"{network}_color")),
        )
        for network, sentence in (
            ("vgg16", "VGG16 tells titles apart as well in gray as in colour"),
            ("resnet50", "and so does ResNet-50"),
        )
    ),
    Claim(
        "resnet50_accuracy",
        "IV.B",
        "ResNet-50 is less accurate than VGG16 at 5 titles",
        "share of titles told wrong, mean of gray and colour: resnet50 against vgg16",
        mean(of("resnet50_gray", "error"), of("resnet50_color", "error")),
        mean(of("vgg16_gray", "error"), of("vgg16_color", "error")),
        is_more,
    ),
    Claim(
        "resnet50_dead",
        "IV.B",
        "ResNet-50 learned no features beyond the first few layers",
        "share of titles that a linear probe of resnet50_gray tells wrong: of the last layer against the fourth",
        of("resnet50_gray", "probe_last"),
        of("resnet50_gray", "probe_early"),
        is_no_less,
        conditions=(above_chance("resnet50_gray"),),
    ),
    compare_rows(
        "vgg_features",
        "IV.B",
        "VGG16's features lower L2 slightly",
        "l2",
        left="l2",
        right="vgg_features",
        judge=is_more,
    ),
    compare_rows(
        "vgg_features_control",
        "IV.B",
        "because the classifier has learned something",
        "l2",
        left="vgg_features_control",
        right="vgg_features",
        judge=is_more,
        control=True,
    ),
    compare_rows(
        "vgg_gray_features",
        "IV.B",
        "a classifier that was trained on colour is no better for this",
        "l2",
        left="vgg_features_color",
        right="vgg_features",
        judge=is_no_less,
        control=True,
    ),
)
