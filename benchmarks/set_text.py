"""The words of the page of the experiments with sets of pnodes."""

RULE = """\
## The rule

"""
