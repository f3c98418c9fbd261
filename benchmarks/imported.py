"""Imports of all that a search brings along, made once before the runs are forked, so that none of them pays for it."""

import numpy.ma
import numpy.random  # noqa: F401
