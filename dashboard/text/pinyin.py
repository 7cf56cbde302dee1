"""How a Chinese place name is typed: in pinyin without spaces, or by the first letters of it.

Names come with their romanisation, which drops the class word (苏州市 is Suzhou); here it is put
back and parted into syllables, one a character. Names that are not read in pinyin (Hohhot, Lhasa)
have no initials.
"""

from __future__ import annotations

import re
from functools import cache

# Class words of places, and how they are read. Longest first.
CLASS_WORDS = {
    "自治区": "zi zhi qu",
    "自治州": "zi zhi zhou",
    "自治县": "zi zhi xian",
    "自治旗": "zi zhi qi",
    "地区": "di qu",
    "新区": "xin qu",
    "省": "sheng",
    "市": "shi",
    "县": "xian",
    "区": "qu",
    "旗": "qi",
    "盟": "meng",
}
_SYLLABLE = (
    "(?:[zcs]h?|[bpmfdtnlgkhjqxryw])?"
    "(?:iang|iong|uang|ueng|ang|eng|ing|ong|ian|iao|uai|uan|ue|ai|ei|ui|ao|ou|iu|ie|er|an|en|in|un|"
    "ia|ua|uo|ve|a|o|e|i|u|v)"
)


def search_keys(name: str, name_en: str) -> tuple[str, str]:
    """Pinyin in one word and its initials, such as ('suzhoushi', 'szs'), of a Chinese name and its
    romanisation. Initials are empty where this is not read in as many syllables as characters."""
    romanisation = re.sub(r"[^a-z']", "", name_en.lower())
    full_pinyin = romanisation.replace("'", "")
    if not re.fullmatch(r"[\u4e00-\u9fff]+", name):
        return full_pinyin, ""
    class_word = next(
        (
            class_word
            for class_word in CLASS_WORDS
            if name.endswith(class_word) and name != class_word
        ),
        "",
    )
    class_syllables = CLASS_WORDS.get(class_word, "").split()
    stem = name.removesuffix(class_word)
    name_syllables = _split_syllables(romanisation, len(stem))
    if name_syllables is None:  # 单县 keeps its class word: Shanxian
        name_syllables, class_syllables = _split_syllables(romanisation, len(name)), []
    if name_syllables is None:
        return full_pinyin, ""
    syllables = [*name_syllables, *class_syllables]
    return "".join(syllables), "".join(syllable[0] for syllable in syllables)


def _split_syllables(romanisation: str, count: int) -> list[str] | None:
    """So many syllables that make up a word; None where there are no such."""
    match = _syllable_pattern(count).fullmatch(romanisation)
    return None if match is None else [part.strip("'") for part in match.groups()]


@cache
def _syllable_pattern(count: int) -> re.Pattern[str]:
    return re.compile("'?".join([f"({_SYLLABLE})"] * count))
