"""Two languages in the address; Chinese msgids; what Django says comes out in the language of the page."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import get_resolver
from django.utils import translation
from django.utils.translation import get_supported_language_variant
from django.utils.translation.reloader import translation_file_changed

from yukuaiban.config import languages
from yukuaiban.design import translations

ROOT = Path(languages.__file__).parents[1]
CHINESE = re.compile(r"[\u3400-\u9fff]")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")


@pytest.mark.parametrize(("wanted", "given"), [("zh-CN", "zh"), ("zh-hans", "zh"), ("zh-TW", "zh"), ("en-GB", "en")])
def test_what_a_browser_asks_for_becomes_one_of_the_two(wanted, given):
    assert get_supported_language_variant(wanted.lower()) == given


def test_djangos_own_sentences_are_chinese_under_our_code():
    with translation.override("zh"):
        assert translation.gettext("This field is required.") == "这个字段是必填项。"
        many = translation.ngettext(
            "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
            "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
            3,
        )
        assert CHINESE.search(many)


def test_the_html_says_simplified_chinese():
    assert languages.html_lang("zh") == "zh-Hans"
    assert languages.html_lang("en") == "en"


def test_the_language_code_of_the_settings_exists():
    assert settings.LANGUAGE_CODE == "zh"
    assert {"zh", "en"} == {code for code, _ in settings.LANGUAGES}
    assert get_resolver()


class TestTranslations:
    def test_every_sentence_of_the_look_has_its_english(self):
        areas = ("/design/", "/people/jinja2/account/", "/people/jinja2/mfa/", "/people/jinja2/usersessions/")
        ours = [m for m in translations.untranslated() if any(area in m.places[0] for area in areas)]
        assert not ours, "\n".join(str(m) for m in ours)

    def test_no_two_fragments_contradict_each_other(self):
        assert translations.merged_english()[1] == []

    def test_english_is_english(self):
        merged, _ = translations.merged_english()
        for message in merged:
            texts = message.string if isinstance(message.string, (tuple, list)) else [message.string]
            for text in texts:
                assert not CHINESE.search(re.sub(r"[“”（）]", "", text)) or message.id in QUOTED, message.id

    def test_placeholders_survive_translation(self):
        merged, _ = translations.merged_english()
        for message in merged:
            if not message.id:
                continue
            ids = message.id if isinstance(message.id, (tuple, list)) else [message.id]
            texts = message.string if isinstance(message.string, (tuple, list)) else [message.string]
            asked = {name for text in ids for name in PLACEHOLDER.findall(text)}
            for text in texts[:-1]:  # "Seen once" need not name the number
                assert set(PLACEHOLDER.findall(text)) <= asked, message.id
            assert set(PLACEHOLDER.findall(texts[-1])) == asked, message.id

    def test_nothing_is_translated_while_the_program_is_read(self):
        """`gettext` outside a function speaks the language of the process for ever; there it must be `gettext_lazy`."""
        wrong = [place for file in sorted(ROOT.rglob("*.py")) if "tests" not in file.parts for place in eager(file)]
        assert not wrong, "\n".join(wrong)

    def test_compiling_twice_does_nothing_the_second_time(self):
        translations.compile_messages()
        assert translations.compile_messages() is False

    def test_the_first_process_of_a_fresh_clone_speaks_what_it_compiled(self, settings, tmp_path):
        settings.LOCALE_PATHS = [tmp_path]
        catalogue = tmp_path / "zh" / "LC_MESSAGES" / "django.mo"
        catalogue.parent.mkdir(parents=True)
        catalogue.write_bytes(languages.EMPTY_CATALOGUE)
        try:
            translation_file_changed(None, catalogue)
            with translation.override("zh"):
                assert translation.gettext("This field is required.") == "This field is required."
            assert translations.compile_messages()
            with translation.override("zh"):
                assert translation.gettext("This field is required.") == "这个字段是必填项。"
        finally:
            translation_file_changed(None, catalogue)


# English sentences that quote a Chinese word on purpose.
QUOTED: set[str] = set()


def eager(file: Path) -> list[str]:
    """Where a file translates at import."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in {"gettext", "ngettext", "pgettext"}
    }
    found: list[str] = []

    def read(node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                continue
            if isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id in names:
                found.append(f"{file}:{child.lineno}: {ast.unparse(child)}")
            read(child)

    read(tree)
    return found
