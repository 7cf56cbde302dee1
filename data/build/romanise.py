"""English names of divisions: readable romanisation of the Chinese name.

The rules:

1. A name listed in ``names.csv`` is taken from there (see ``divisions.py``).
2. Otherwise the class word is dropped (市, 县, 自治州 ...), with the names of the nationalities
   before it, and the rest is written in pinyin as one word, with an apostrophe before a syllable
   that begins with a vowel: 西安 is Xi'an.
3. A stem of one syllable keeps its class word, as Chinese speech does: 单县 is Shanxian.
4. Two places that would read the same inside one parent get their English class word.
"""

from __future__ import annotations

import re

# Class words with the English generic of rule 4. Longest first: 自治县 must be tried before 县.
CLASS_WORDS: dict[str, str] = {
    "特别行政区": "",
    "行政委员会": "",
    "自治区": "Region",
    "自治州": "Prefecture",
    "自治县": "County",
    "自治旗": "Banner",
    "地区": "Prefecture",
    "特区": "Special District",
    "新区": "New Area",
    "矿区": "Mining District",
    "省": "Province",
    "盟": "League",
    "市": "City",
    "县": "County",
    "区": "District",
    "旗": "Banner",
}

# The nationalities that autonomous places carry in their names. Some are also written without
# 族 (in Xinjiang and Qinghai); 各族 means "all nationalities".
NATIONALITIES = (
    "蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 拉祜 水 "
    "东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 塔吉克 普米 怒 鄂温克 "
    "保安 裕固 独龙 鄂伦春 各"
)
_NATIONALITY = re.compile("(?:(?:" + NATIONALITIES.replace(" ", "|") + ")族|蒙古|哈萨克|柯尔克孜|塔吉克|锡伯)+$")

# How place names read characters that a general dictionary reads otherwise.
CHARACTER_READINGS = {"长": "chang", "朝": "chao", "都": "du", "勒": "le", "什": "shi"}

# Places that break even those: readings as the Ministry of Civil Affairs and the places give them.
PHRASE_READINGS = {
    "长子县": "zhang zi",
    "闵行": "min hang",
    "乐陵": "lao ling",
    "民乐": "min le",
    "南乐": "nan le",
    "泊头": "bo tou",
    "大城": "dai cheng",
    "洪洞": "hong tong",
    "繁峙": "fan shi",
    "万柏林": "wan bai lin",
    "珲春": "hun chun",
    "穆棱": "mu ling",
    "六合": "lu he",
    "龙圩": "long xu",
    "覃塘": "qin tang",
    "蚌山": "beng shan",
    "涡阳": "guo yang",
    "马尾": "ma wei",
    "单县": "shan xian",
    "荥经": "ying jing",
    "浚县": "xun xian",
    "漯河": "luo he",
    "召陵": "shao ling",
    "曾都": "zeng du",
    "佛冈": "fo gang",
    "佛坪": "fo ping",
    "筠连": "jun lian",
    "红寺堡": "hong si bu",
    "崆峒": "kong tong",
    "伽师": "jia shi",
}


def split_class_word(name: str) -> tuple[str, str]:
    """Split a Chinese name into stem and class word; the stem is never empty.

    A class word of several characters wants two before it: 清新区 is the district 清新.
    """
    for word in CLASS_WORDS:
        if name.endswith(word) and len(name) - len(word) >= min(len(word), 2):
            return name.removesuffix(word), word
    return name, ""


def syllables(name: str) -> list[str]:
    """Read every character of a whole name (the class word helps the dictionary choose)."""
    from pypinyin import lazy_pinyin  # here, so that the tables can be tested without it

    # What is no Chinese character stands for itself, one by one, so that positions agree.
    readings: list[str] = lazy_pinyin(name, v_to_u=True, errors=list)
    for position, character in enumerate(name):
        readings[position] = CHARACTER_READINGS.get(character, readings[position])
    for phrase, reading in PHRASE_READINGS.items():
        parts = reading.split()
        for match in re.finditer(phrase, name):
            readings[match.start() : match.start() + len(parts)] = parts
    return readings


def join(parts: list[str]) -> str:
    """Write syllables as one capitalised word, with apostrophes where pinyin asks for them."""
    result = parts[0]
    for syllable in parts[1:]:
        result += f"'{syllable}" if syllable[0] in "aoe" else syllable
    return result[:1].upper() + result[1:]


def romanise(name: str) -> str:
    """Romanise one Chinese division name by rules 2 and 3; ü stays, or 吕梁 would be 陆良."""
    stem, word = split_class_word(name)
    if word.startswith("自治") or stem.endswith("族"):
        stem = _NATIONALITY.sub("", stem) or stem
    return join(syllables(name)[: len(stem) if len(stem) > 1 else len(name)])


def english_class_word(name: str) -> str:
    """English class word of a Chinese name, for rule 4."""
    return CLASS_WORDS[split_class_word(name)[1]]
