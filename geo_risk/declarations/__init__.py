"""Self-governance: what an enterprise declares of itself (自治申报), and who verified it.

Values in, values out: reading and writing the store is `declarationbook`'s.
"""

from geo_risk.declarations.forms import (
    DECLARED,
    VERIFIED,
    Checked,
    Decided,
    Form,
    correct_or_verify,
    declare,
    record_id_of,
    state_of,
)

__all__ = [
    "DECLARED",
    "VERIFIED",
    "Checked",
    "Decided",
    "Form",
    "correct_or_verify",
    "declare",
    "record_id_of",
    "state_of",
]
