"""How many threads a fit's linear algebra may use: one.

A fit is thousands of small systems. OpenBLAS gives each a second thread that waits, spinning: a
build of the sample park took 21 s of processor time with one thread and 76 s with two, on two cores
that had other work. A machine that builds also serves, so the second core is not ours to burn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


def one_blas_thread() -> AbstractContextManager[object]:
    """Hold linear algebra to one thread within a `with` block; as it was before, after it."""
    limits: AbstractContextManager[object] = threadpool_limits(1, user_api="blas")
    return limits
