"""How a Chinese name is typed in Latin letters: in pinyin as one word, and by its initials.

The column `pinyin` of divisions.csv and courts.csv holds both, parted by a blank, such as
`suzhoushi szs`. A name that people type in more than one way has each of them: ü is written v on
keyboards and u by others (吕梁: `lvliangshi luliangshi lls`), and 陕西 is romanised Shaanxi.
"""

from __future__ import annotations

import re

from .romanise import syllables

# Spellings beside the reading, by the part of a name that they are of.
OTHER_SPELLINGS = {"陕西": ("shanxi", "shaanxi")}


def search_keys(name: str) -> str:
    """All spellings of a name in pinyin, then its initials; only letters and digits of it count."""
    readings = [re.sub(r"[^0-9a-zü]", "", reading.lower()) for reading in syllables(name)]
    readings = [reading for reading in readings if reading]
    word = "".join(readings)
    spellings = [word.replace("ü", "v"), word.replace("ü", "u")]
    spellings += [
        spelling.replace(reading, other)
        for part, (reading, other) in OTHER_SPELLINGS.items()
        for spelling in spellings
        if part in name
    ]
    initials = "".join(reading[0] for reading in readings)
    return " ".join(dict.fromkeys([*spellings, initials]))
