"""A form field for an area: people write its name, machines its code, the field gives the code."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from lianfang.base.areas.api import find, names_of
from lianfang.kernel.divisions import PATH_LENGTH, Level, normalise_code, path_of, short_name
from lianfang.kernel.errors import LianfangError

CANDIDATES = 6
"""Areas of a name that are offered at most: an assumption, what one sentence can hold."""
CODE_AT_END = re.compile(r"(?:^|\s)([0-9]{12}|[0-9]{16})$")


class AreaField(forms.CharField):
    """An area by its everyday name, its register name or its code, shown as name and code; the value is its code.

    within: path under which names are looked up, '' for all (a form sets it to its reader's). Codes are only brought into
    form: whether they exist, and may be opened, is asked where they are used. Sixteen digits are a building.
    """

    def __init__(self, *, within: str = "", **kwargs: Any) -> None:
        kwargs = {"max_length": 80, "help_text": _("A name, or the 12 digits of the division code."), **kwargs}
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        super().__init__(**kwargs)
        self.within = within

    def prepare_value(self, value: Any) -> Any:
        """A bare code with the name of its area before it; outside `within` a place looks like one that is not there."""
        if not re.fullmatch(r"[0-9]{12}", str(value or "")):
            return value
        path = path_of(value)
        name = names_of([path]).get(path) if path.startswith(self.within) else None
        return f"{short_name(name)} {value}" if name else value

    def clean(self, value: Any) -> str:
        """The code of the area; '' where nothing was asked and nothing said."""
        words = unicodedata.normalize("NFKC", super().clean(value)).strip()
        if at_end := CODE_AT_END.search(words):
            return at_end[1]
        digits = re.sub(r"\s", "", words)
        if re.fullmatch(r"[0-9]+", digits):
            return self._by_code(digits)
        return self.code_named(words) if words else ""

    def _by_code(self, digits: str) -> str:
        if len(digits) == PATH_LENGTH[Level.BUILDING]:
            return digits
        try:
            return normalise_code(digits)
        except LianfangError:
            raise forms.ValidationError(gettext("No area or building with this code lies in your area.")) from None

    def code_named(self, words: str) -> str:
        """The code of the one area of this name; a sentence when there is none (`unknown`) or there are several."""
        found = find(words, within=self.within, limit=CANDIDATES + 1)
        if not found and words.removesuffix("社区"):  # the register writes 居委会 where people say 社区
            found = find(words.removesuffix("社区"), within=self.within, limit=CANDIDATES + 1)
        exact = [one for one in found if words in (one.name, one.short)]
        if len(exact) == 1 or len(found) == 1:
            return (exact or list(found))[0].code
        if not found:
            raise forms.ValidationError(gettext("No area in your scope has this name."), code="unknown")
        names = pgettext("list", ", ").join(f"{one.short} {one.code}" for one in found[:CANDIDATES])
        raise forms.ValidationError(gettext("Several areas have this name; give the code: {names}").format(names=names))
