"""What the paper says of skip connections, losses and generative models (IV, IV.A)."""

from experiments.claims.judging import Claim, is_alike, is_more, is_no_less
from experiments.claims.rows import compare_rows
from experiments.claims.sides import above, confusion, constant, curve, gain, minus, of, of_title, scaled, where
from experiments.claims.store import EPOCHS, TRAIN

_THIRDS = ("first third", "second third", "last third")
_SATURATED = "share of pixels above the 95th percentile of true chroma"

_NETWORK = (
    compare_rows("skips_help", "IV", "skip connections help", "rmse_lab", left="no_skips", right="l2", judge=is_more),
    Claim(
        "skips_essential",
        "IV",
        "without them there are no good colorizations",
        "gain over gray, RMSE, Lab: half of l2's against that of no_skips",
        scaled(0.5, gain("l2")),
        gain("no_skips"),
        is_more,
        conditions=(gain("l2"),),
    ),
)

_ADVERSARIAL = (
    compare_rows(
        "adversarial_l2",
        "IV.A",
        "adversarial loss: L2 is very similar",
        "l2",
        left="adversarial",
        right="l2",
        judge=is_alike,
    ),
    Claim(
        "adversarial_curves",
        "IV.A",
        "L2 is very similar throughout the training",
        "ab L2 on the validation panels, in each third of the epochs: adversarial against l2 (of seeds only)",
        {words: curve("adversarial", beside="l2", third=third) for third, words in enumerate(_THIRDS)},
        {words: curve("l2", beside="adversarial", third=third) for third, words in enumerate(_THIRDS)},
        is_alike,
        split=EPOCHS,
        complete=True,
    ),
    compare_rows(
        "adversarial_perceptual",
        "IV.A",
        "no outstanding perceptual differences on the validation set: the same perceptual error",
        "validation/ciede2000",
        left="adversarial",
        right="l2",
        judge=is_alike,
    ),
    compare_rows(
        "adversarial_colorful",
        "IV.A",
        "it gives more colourful results",
        "colorfulness",
        left="adversarial",
        right="l2",
        judge=is_more,
    ),
    compare_rows(
        "adversarial_backgrounds",
        "IV.A",
        "it colours solid backgrounds inconsistently",
        "background_inconsistency",
        left="adversarial",
        right="l2",
        judge=is_more,
    ),
    Claim(
        "bubbles",
        "IV.A",
        "colours are confused around speech bubbles",
        "skill of l2: away from bubbles, where it must be above 0.02, against near them",
        of("l2", "skill_off_bubbles"),
        of("l2", "skill_near_bubbles"),
        is_more,
        conditions=(above(of("l2", "skill_off_bubbles"), 0.02),),
    ),
    Claim(
        "bubbles_adversarial",
        "IV.A",
        "and more so with adversarial loss",
        "skill away from bubbles minus skill near them: adversarial against l2",
        confusion("adversarial"),
        confusion("l2"),
        is_more,
        conditions=(above(of("adversarial", "skill_off_bubbles"), 0.02),),
    ),
)

_TITLES = (
    compare_rows(
        "label",
        "IV.A",
        "knowing the title does not help",
        "rmse_lab",
        left="adversarial_label",
        right="adversarial",
        judge=is_no_less,
    ),
    Claim(
        "label_inferred",
        "IV.A",
        "the model can infer the title without being told",
        "share of titles that a linear probe of the innermost map tells wrong: untrained network against adversarial, "
        "which must be below 0.5",
        of("adversarial", "probe_innermost_untrained"),
        of("adversarial", "probe_innermost"),
        is_more,
        conditions=(minus(constant(0.5), of("adversarial", "probe_innermost")),),
    ),
    compare_rows(
        "classification_loss",
        "IV.A",
        "a classification loss does not help",
        "rmse_lab",
        left="classification_loss",
        right="l2",
        judge=is_no_less,
    ),
)

_VAE = (
    compare_rows(
        "vae_inconsistent",
        "IV.A",
        "the VAE's colours are not consistent",
        "inconsistency",
        left="diverse_vae",
        right="l2",
        judge=is_more,
    ),
    Claim(
        "vae_inconsistent_one_title",
        "IV.A",
        "nor are those of the VAE that was trained on one title for longer",
        "inconsistency in flat regions of the title's panels: diverse_vae_one_title against l2_only_0",
        where(of("diverse_vae_one_title", "inconsistency"), of_title(0)),
        of("l2_only_0", "inconsistency"),
        is_more,
    ),
    Claim(
        "vae_saturated",
        "IV.A",
        "the VAE's pictures have many highly saturated areas",
        f"{_SATURATED}: diverse_vae against 0.05",
        of("diverse_vae", "saturated_share"),
        constant(0.05),
        is_more,
    ),
    Claim(
        "vae_saturated_one_title",
        "IV.A",
        "even on training panels, trained on one title for longer",
        f"{_SATURATED}, training panels: diverse_vae_one_title against 0.05",
        of("diverse_vae_one_title", f"{TRAIN}/saturated_share"),
        constant(0.05),
        is_more,
        split=TRAIN,
    ),
)

CLAIMS = (*_NETWORK, *_ADVERSARIAL, *_TITLES, *_VAE)
