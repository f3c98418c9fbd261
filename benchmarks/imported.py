"""Imports all modules of a search before the runs are forked, so that no run spends time on imports."""

# ruff: noqa: F401

import numpy.ma
import numpy.random

import placer.assignment.portfolio
import placer.assignment.qap_portfolio
import placer.solving.flexible
import placer.solving.tradeoff
