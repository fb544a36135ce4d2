"""Claims that compare two rows by the same measure."""

from experiments.claims.judging import Claim, Judge
from experiments.claims.sides import of
from experiments.claims.store import split_of

MEASURES = {
    "rmse_lab": "RMSE, Lab",
    "l2": "ab L2",
    "colorfulness": "colourfulness",
    "validation/ciede2000": "CIEDE2000 on the validation panels",
    "inconsistency": "inconsistency in flat regions",
    "inconsistency_lab": "spread of colour in flat regions, Lab",
    "background_inconsistency": "inconsistency in the largest flat region",
    "bleeding": "bleeding over borders",
    "partly_right": "share of coloured regions that are right in a part and wrong on the whole",
}


def compare_rows(name: str, section: str, sentence: str, measure: str, left: str, right: str, judge: Judge) -> Claim:
    words = f"{MEASURES[measure]}: {left} against {right}"
    return Claim(name, section, sentence, words, of(left, measure), of(right, measure), judge, split=split_of(measure))
