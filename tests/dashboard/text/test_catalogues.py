"""Every word on a page has its translation, and no translation is left over."""

import string

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from dashboard.text import i18n
from dashboard.text.i18n import LOCALES
from index_engine import method
from tests.dashboard.running import ROOT

SOURCES = [ROOT / "app.py", *sorted((ROOT / "dashboard").rglob("*.py"))]
SOURCES += sorted((ROOT / "pages").glob("*.py"))


def messages_in_code() -> set[str | tuple[str, str]]:
    found = {message for path in SOURCES for _line, message, _comments, _context in extract_from_file("python", path)}
    assert len(found) > 100, "the extraction found next to nothing"
    return found


def catalogue(name: str) -> Catalog:
    with (LOCALES / name / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=name, abort_invalid=True)


def test_catalogue_holds_exactly_the_messages_of_the_code() -> None:
    read = catalogue("zh_Hans")
    known = {message.id for message in read if message.id}
    code = messages_in_code()
    assert sorted(map(str, code - known)) == [], "not in the catalogue"
    assert sorted(map(str, known - code)) == [], "no longer in the code"
    assert not read.obsolete


def test_chinese_is_complete_and_certain() -> None:
    for message in catalogue("zh_Hans"):
        if not message.id:
            continue
        assert not message.fuzzy, f"fuzzy: {message.id!r}"
        for translation in forms(message.string):
            assert translation, f"no translation: {message.id!r}"
            for wording in forms(message.id):
                assert fields(translation) == fields(wording), message.id


def test_traditional_has_every_message_in_its_own_characters() -> None:
    traditional = i18n.translations("zh_Hant")
    changed = 0
    for message in catalogue("zh_Hans"):
        for wording in forms(message.id) if message.id else ():
            number = 1 if wording == forms(message.id)[0] else 2
            text = traditional.ngettext(*message.id, number) if message.pluralizable else None
            text = text or traditional.gettext(wording)
            assert fields(text) == fields(wording), message.id
            assert i18n.to_traditional(text) == text, message.id
            changed += text not in forms(message.string)
    assert changed > 400


def test_english_is_the_text_in_the_code_and_has_a_form_for_one() -> None:
    assert not (LOCALES / "en").exists()
    pair = ("{n} file", "{n} files")
    spoken = {}
    for language in ("en", "zh", "zh-Hant"):
        i18n.set_language(language)
        spoken[language] = [i18n.ngettext(*pair, number) for number in (0, 1, 2)]
    assert spoken == {
        "en": ["{n} files", "{n} file", "{n} files"],
        "zh": ["{n} 个文件"] * 3,
        "zh-Hant": ["{n} 個文件"] * 3,
    }


def test_the_law_keeps_its_terms_in_traditional() -> None:
    assert i18n.to_traditional("终结本次执行程序") == "終結本次執行程序"
    assert i18n.to_traditional("发布、公布，占比") == "發布、公布，占比"
    assert i18n.to_traditional("折合分数") == "折合分數"


@pytest.mark.parametrize(
    ("court", "traditional"),
    [
        ("福建省厦门市湖里区人民法院", "福建省廈門市湖里區人民法院"),
        ("江西省新干县人民法院", "江西省新干縣人民法院"),
        ("安徽省岳西县人民法院", "安徽省岳西縣人民法院"),
        ("云浮市中级人民法院", "雲浮市中級人民法院"),
    ],
)
def test_a_court_has_the_name_of_its_place_in_traditional(court: str, traditional: str) -> None:
    assert i18n.to_traditional(court) == traditional


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-Hant"),
        ("zh-Hant-HK", "zh-Hant"),
        ("en-GB,en;q=0.9", "en"),
        ("de-DE, fr;q=0.9, en;q=0.2, zh;q=0.1", "en"),
        ("en;q=0.3, zh-HK;q=0.4", "zh-Hant"),
        ("en;q=0", ""),
        ("en;q=nonsense", ""),
        ("ent", ""),
        ("", ""),
        ("*", ""),
    ],
)
def test_the_language_a_browser_wants_first(accepted: str, code: str) -> None:
    assert i18n.negotiate_language(accepted) == code


def test_every_wording_of_the_method_is_in_every_language() -> None:
    shown = method.load_method()
    named = [shown.name, shown.purpose, *(d.name for d in shown.dimensions)]
    for figure in (*shown.indicators, *shown.statistics):
        named += [figure.name, figure.numerator, figure.denominator]
    named += [indicator.goalposts for indicator in shown.indicators]
    for names in named:
        for name in ("zh_Hans", "en"):
            assert names.get(name), names


def fields(message: str) -> set[str]:
    return {name for _text, name, _spec, _conv in string.Formatter().parse(message) if name}


def forms(wording: str | tuple[str, ...]) -> tuple[str, ...]:
    """The forms of a message for one and for many, or the one it has."""
    return (wording,) if isinstance(wording, str) else wording
