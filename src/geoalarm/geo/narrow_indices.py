"""Sparse matrices with the narrowest index that holds them: half the memory of what a process keeps."""

from __future__ import annotations

import numpy as np
from scipy import sparse


def narrow_indices(matrix: sparse.csr_array) -> sparse.csr_array:
    """The same numbers under 32-bit indices, where rows, columns and entries can be counted in them."""
    most = max(*matrix.shape, matrix.nnz)
    if most > np.iinfo(np.int32).max:
        return matrix
    parts = (
        matrix.data,
        matrix.indices.astype("int32", copy=False),
        matrix.indptr.astype("int32", copy=False),
    )
    return sparse.csr_array(parts, shape=matrix.shape)
