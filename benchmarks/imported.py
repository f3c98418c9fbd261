"""Imports of all that a search brings along, made once before the runs are forked, so that none of them pays for it."""

# ruff: noqa: F401

import numpy.ma
import numpy.random

import placer.assignment.portfolio
import placer.assignment.qap_portfolio
import placer.solving.flexible
import placer.solving.tradeoff
