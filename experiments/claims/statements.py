"""The paper's statements as data: what is compared, and which difference confirms the statement."""

from experiments.claims import statements_data, statements_features, statements_lines, statements_losses

FAILURES = statements_data.FAILURES
CLAIMS = (
    *statements_data.CLAIMS,
    *statements_losses.CLAIMS,
    *statements_features.CLAIMS,
    *statements_lines.CLAIMS,
)
