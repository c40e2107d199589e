"""What betrays that a French text has English left in it."""

import re

_ENGLISH = re.compile(
    r"\b(the|of|and|is|with|by|from|which|this|that|these|not|are|was|were|has|have|had|who|whose|people|to|"
    r"be|been|under|charge[sd]|tie|ties|would|does|what|its|their)\b",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(
    r"\S*[\w*]+[-_./:]\w\S*"  # names of files, lists, sensors, measures, addresses
    r"|\b(Rank my Life|Black Mirror|Common law|common law|Dalloz IP/IT|SYN|Moot)\b"
)


def english_in(text: str, *allowed: str) -> list[str]:
    """English words of a French text in their surroundings; identifiers and `allowed` are left out."""
    for one in allowed:
        text = text.replace(one, " ")
    kept = _IDENTIFIER.sub(" ", text)
    return [kept[max(0, found.start() - 30) : found.end() + 30] for found in _ENGLISH.finditer(kept)]
