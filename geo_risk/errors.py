"""Every error this library raises, drawn as one tree.

GeoRiskError                        code, message, hint
├── InputError                      what was given cannot be used
│   ├── FileFormatError             the file is not what its name or the park file says
│   │   └── EncodingError           its text is in none of the encodings we read
│   ├── ColumnError                 a column is missing, doubled or holds another thing
│   ├── ParkFileError               the park file does not hold together
│   ├── CRSMismatchError            two coordinate systems met
│   └── GridMismatchError           two grids, units or periods met
├── NotFoundError                   no such thing
│   └── GoneError                   it was here, and is not any more
├── AuthError                       not signed in
│   └── ForbiddenError              signed in, and not allowed
├── ConflictError                   a step this state does not allow
│   └── IdempotencyError            an idempotency key came before with another body
├── StaleError                      If-Match names an older state
├── PreconditionMissingError        If-Match is required and was not given
├── TooLargeError                   more than we take at once
├── RateError                       too many requests in too short a time
├── InfeasiblePlanError             no plan meets the constraints
└── StoreError                      the store did not answer
    └── BusyError                   somebody else holds the park's lock

GeoRiskWarning (a warning, not an error): odd, usable, and the text says what to do.

A message says what happened and where; `hint` says what to do next. Which status an
error has on the wire is decided in `api/problems.py`, nowhere else.
"""

from __future__ import annotations


class GeoRiskError(Exception):
    """Root of the tree.

    Parameters
    ----------
    message
        What happened, and where: file, sheet, row, column, value.
    hint
        What to do next, as one imperative sentence.
    """

    code = "geo_risk_error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Give message and hint as one text, as a person reads it."""
        return f"{self.message} {self.hint}".strip()


class InputError(GeoRiskError):
    """What was given cannot be used."""

    code = "input"


class FileFormatError(InputError):
    """The file is not what its name or the park file says."""

    code = "file_format"


class EncodingError(FileFormatError):
    """The file's text is in none of the encodings we read."""

    code = "encoding"


class ColumnError(InputError):
    """A column is missing, doubled, or holds another thing."""

    code = "column"


class ParkFileError(InputError):
    """The park file does not hold together."""

    code = "park_file"


class CRSMismatchError(InputError):
    """Two coordinate systems met without a conversion that someone can see."""

    code = "crs_mismatch"


class GridMismatchError(InputError):
    """Two surfaces met whose grid, unit or period differ."""

    code = "grid_mismatch"


class NotFoundError(GeoRiskError):
    """No such thing."""

    code = "not_found"


class GoneError(NotFoundError):
    """It was here, and is not any more."""

    code = "gone"


class AuthError(GeoRiskError):
    """Not signed in, or the session or token is no longer good."""

    code = "auth"


class ForbiddenError(AuthError):
    """Signed in, and this role may not do it."""

    code = "forbidden"


class ConflictError(GeoRiskError):
    """A step that the present state does not allow."""

    code = "conflict"


class IdempotencyError(ConflictError):
    """An idempotency key came before with another body."""

    code = "idempotency_key_reused"


class StaleError(GeoRiskError):
    """If-Match names a state that is no longer the present one."""

    code = "stale"


class PreconditionMissingError(GeoRiskError):
    """The request needs an If-Match and has none."""

    code = "precondition_missing"


class TooLargeError(GeoRiskError):
    """More than is taken at once."""

    code = "too_large"


class RateError(GeoRiskError):
    """Too many requests in too short a time."""

    code = "rate"


class InfeasiblePlanError(GeoRiskError):
    """No plan meets the constraints."""

    code = "infeasible_plan"


class StoreError(GeoRiskError):
    """The store did not answer."""

    code = "store"


class BusyError(StoreError):
    """Somebody else holds the park's lock."""

    code = "busy"


class GeoRiskWarning(UserWarning):
    """Something odd but usable; the text says what to do about it."""
