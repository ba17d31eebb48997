"""The pages of a month's work: declare, report a hazard, drive cases, read the index, send slips.

Takes plain frozen values, already cut to their reader, gives whole HTML documents. Forms are plain
posts: every page works without a script, keeps what was typed when something is refused, and says
at the field what to mend.
"""

from maps.month.declare import DeclareRow, DeclareView, choose_page, declare_page

__all__ = [
    "DeclareRow",
    "DeclareView",
    "choose_page",
    "declare_page",
]
