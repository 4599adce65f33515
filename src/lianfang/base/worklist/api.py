"""The door of the work list: put items on it, close them, read the merged list."""

from __future__ import annotations

from lianfang.base.worklist.registry import register_words, words
from lianfang.base.worklist.second_person import register_second_person
from lianfang.base.worklist.selectors import PAGE, Count, Item, open_counts, open_items
from lianfang.base.worklist.services import NewItem, add_items, close_items

__all__ = [
    "PAGE",
    "Count",
    "Item",
    "NewItem",
    "add_items",
    "close_items",
    "open_counts",
    "open_items",
    "register_second_person",
    "register_words",
    "words",
]
