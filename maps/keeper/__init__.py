"""The keeper's pages: files handed in, accounts and tokens, who read or changed what.

Takes plain frozen values, already cut to their reader, gives whole HTML documents. Forms are plain
posts: every page works without a script and keeps what was typed when something is refused.
"""

from maps.keeper.audit import AuditRow, AuditView, audit_page
from maps.keeper.imports import (
    HandIn,
    ImportOption,
    ImportsView,
    ImportView,
    RejectRow,
    import_page,
    imports_page,
)
from maps.keeper.users import AccountRow, Shown, TokenRow, UsersView, users_page

__all__ = [
    "AccountRow",
    "AuditRow",
    "AuditView",
    "HandIn",
    "ImportOption",
    "ImportView",
    "ImportsView",
    "RejectRow",
    "Shown",
    "TokenRow",
    "UsersView",
    "audit_page",
    "import_page",
    "imports_page",
    "users_page",
]
