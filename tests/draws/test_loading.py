"""Kernels are loaded without SciPy, and kernels of others get what they would have got."""

import subprocess
import sys

import pytest

pytest.importorskip("scipy")


def said_by(code):
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout.split()


def test_scipy_is_not_loaded_and_matrix_products_work_all_the_same():
    code = """
import sys
import moot.society.acts
print("scipy" in sys.modules)
import numba, numba.np.arraymath, numpy as np
print(numba.np.arraymath._HAVE_BLAS)
@numba.njit
def product(a, b):
    return np.dot(a, b)
print(product(np.eye(2), np.full((2, 2), 3.0)).sum(), "scipy.linalg" in sys.modules)
"""
    assert said_by(code) == ["False", "True", "12.0", "True"]


def test_what_was_loaded_before_stays():
    code = """
import sys, scipy
import moot.draws.compiled, numba.np.arraymath
print(sys.modules["scipy"] is scipy, numba.np.arraymath._HAVE_BLAS)
"""
    assert said_by(code) == ["True", "True"]
