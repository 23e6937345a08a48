"""Narrow indices change no number."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from geoalarm.geo.narrow_indices import narrow_indices


def test_numbers_stay_and_indices_shrink():
    wide = sparse.csr_array(
        (np.array([0.5, 2.0]), np.array([2, 0], dtype="int64"), np.array([0, 1, 2], dtype="int64")),
        shape=(2, 3),
    )
    narrow = narrow_indices(wide)
    assert narrow.toarray().tolist() == [[0.0, 0.0, 0.5], [2.0, 0.0, 0.0]]
    assert (narrow.indices.dtype, narrow.indptr.dtype) == (np.int32, np.int32)
    assert narrow.data.dtype == np.float64
