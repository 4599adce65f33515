"""The kinds of plan, one module each; `registry.py` loads those that are there."""
