"""The command line: one module per command."""

from placer.cli.main import main

__all__ = ["main"]
