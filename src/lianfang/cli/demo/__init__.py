"""`lianfang demo`: the whole main job on a real county, then pages to click through."""

from lianfang.cli.demo.command import add_parser, run

__all__ = ["add_parser", "run"]
