"""Every template of the project: it compiles, holds nothing inline, and what it shows is on the gallery."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import allauth
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import engines
from django.template.loader import get_template
from django.test import Client
from jinja2 import nodes

TEMPLATES = sorted(Path(settings.PACKAGE).glob("*/jinja2/**/*.*"))
ALLAUTH = Path(allauth.__file__).parent / "templates"
THEIRS = [path for app in ("account", "mfa", "usersessions") for path in (ALLAUTH / app).rglob("*.*")]
DESIGN = Path(settings.PACKAGE) / "design" / "jinja2" / "design"


def name_of(path: Path) -> str:
    return str(path).split("/jinja2/", 1)[1]


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_template_compiles(path):
    engines["jinja2"].get_template(name_of(path))


def components() -> dict[str, nodes.Macro]:
    tree = engines["jinja2"].env.parse((DESIGN / "components.html").read_text(encoding="utf-8"))
    return {macro.name: macro for macro in tree.find_all(nodes.Macro)}


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_components_are_called_by_names_they_know(path):
    """Jinja2 finds a misspelt component or option only when the page is shown; this finds it now."""
    tree = engines["jinja2"].env.parse(path.read_text(encoding="utf-8"))
    known, names = components(), {}
    for imported in tree.find_all(nodes.FromImport):
        if imported.template.value == "design/components.html":
            for item in imported.names:
                original, alias = item if isinstance(item, tuple) else (item, item)
                assert original in known, f"components.html has no {original}"
                names[alias] = known[original]
    whole = {i.target for i in tree.find_all(nodes.Import) if i.template.value == "design/components.html"}
    for call in tree.find_all(nodes.Call):
        macro = names.get(getattr(call.node, "name", None))
        if isinstance(call.node, nodes.Getattr) and getattr(call.node.node, "name", None) in whole:
            assert call.node.attr in known, f"components.html has no {call.node.attr}, line {call.lineno}"
            macro = known[call.node.attr]
        if macro is None or call.dyn_args or call.dyn_kwargs:
            continue
        options = [argument.name for argument in macro.args]
        assert len(call.args) <= len(options), f"{macro.name}: {len(call.args)} values, line {call.lineno}"
        unknown = {option.key for option in call.kwargs} - set(options)
        assert not unknown, f"{macro.name} has no option {unknown}, line {call.lineno}"


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_nothing_is_inline(path):
    """The content security policy allows no script, style or handler in a page; data blocks are no scripts."""
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.S)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert "javascript:" not in text
    for attributes in re.findall(r"<script\b([^>]*)>", text):
        assert "src=" in attributes or 'type="application/json"' in attributes, attributes


@pytest.mark.parametrize("name", sorted(str(path.relative_to(ALLAUTH)) for path in THEIRS))
def test_no_page_of_allauth_falls_back_to_its_bare_one(name):
    template = get_template(name)
    assert template.backend.name == "jinja2"
    assert str(settings.PACKAGE) in template.origin.name


def test_forms_are_rendered_in_our_markup():
    from django import forms

    class Question(forms.Form):
        name = forms.CharField(label="姓名", help_text="与证件一致")

    html = str(Question({"name": ""}))
    assert 'class="field field-text field-wrong"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html


class TestGallery:
    def macros(self):
        return set(re.findall(r"\{%-? macro (\w+)", (DESIGN / "components.html").read_text(encoding="utf-8")))

    def test_every_component_is_shown(self):
        shown = "".join(
            (DESIGN / name).read_text(encoding="utf-8") for name in ("gallery.html", "gallery_specimens.html")
        )
        used = set(re.findall(r"\bc\.(\w+)\(", shown))
        assert self.macros() - used - {"attributes"} == set()

    def test_every_component_says_what_it_is(self):
        text = (DESIGN / "components.html").read_text(encoding="utf-8")
        for macro in self.macros() - {"attributes"}:
            assert re.search(rf"\{{# --- {macro}\b", text), macro

    def test_every_icon_that_is_asked_for_is_drawn(self):
        drawn = set(re.findall(r'id="([\w-]+)"', Path(finders.find("design/icons.svg")).read_text(encoding="utf-8")))
        for path in TEMPLATES:
            text = path.read_text(encoding="utf-8")
            asked = set(re.findall(r'icon(?:_name=|\()"([\w-]+)"', text))
            assert asked <= drawn, f"{name_of(path)}: {asked - drawn}"


@pytest.mark.django_db
class TestEveryPage:
    @pytest.fixture
    def html(self):
        return Client(headers={"host": "localhost"}).get("/zh/gallery").content.decode()

    def test_is_the_same_bytes_for_everybody(self, html):
        """No token, no nonce, no person: type size and theme live in a cookie that scripts and one stylesheet read."""
        client = Client(headers={"host": "localhost"})
        client.cookies["ykb_type"] = "large"
        client.cookies["ykb_theme"] = "dark"
        plain = Client(headers={"host": "localhost"}).get("/zh/offline").content.decode()
        assert client.get("/zh/offline").content.decode() == plain
        assert "csrfmiddlewaretoken" not in plain + html

    def test_loads_in_under_100_kb_the_first_time(self, html):
        addresses = set(re.findall(r'<(?:link|script)[^>]*(?:href|src)="/static/([^"?#]+)"', html))
        addresses |= {"design/icons.svg", "design/skyline.svg", "design/skyline-strip.svg", "design/mark.svg"}
        files = [Path(finders.find(address)) for address in addresses]
        frame = re.sub(r"<main.*</main>", "", html, flags=re.S)
        total = sum(len(gzip.compress(file.read_bytes(), 9)) for file in files) + len(gzip.compress(frame.encode()))
        assert total < 60_000, f"{total} bytes leave less than 40 KB for the page itself"

    def test_names_help_and_hotline(self, html):
        assert 'href="tel:12345"' in html

    def test_carries_the_headers_that_keep_others_out(self):
        response = Client(headers={"host": "localhost"}).get("/zh/gallery")
        policy = response["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "style-src 'self';" in policy
        assert "unsafe" not in policy
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "geolocation=()" in response["Permissions-Policy"]

    def test_in_english_has_no_chinese_but_what_is_marked(self):
        html = Client(headers={"host": "localhost"}).get("/en/offline").content.decode()
        assert '<html lang="en"' in html
        text = re.sub(r'<(\w+)[^>]*lang="zh-Hans"[^>]*>.*?</\1>', "", html, flags=re.S)
        assert not re.search(r"[\u3400-\u9fff]", re.sub(r"<[^>]*>", "", text)), text


@pytest.mark.django_db
class TestDisplay:
    """Type size and theme, with scripts and without."""

    @pytest.fixture
    def client(self):
        return Client(headers={"host": "localhost"})

    def test_the_choice_is_kept_and_one_goes_back(self, client):
        response = client.post("/zh/display", {"type": "large", "next": "/zh/offline?a=1"})
        assert (response.status_code, response["Location"]) == (303, "/zh/offline?a=1")
        assert client.cookies["ykb_type"].value == "large"

    def test_the_ordinary_choice_leaves_no_cookie(self, client):
        client.post("/zh/display", {"theme": "dark"})
        client.post("/zh/display", {"theme": "auto"})
        assert client.cookies["ykb_theme"].value == ""

    @pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
    def test_one_never_goes_back_to_somewhere_else(self, client, target):
        assert client.post("/en/display", {"type": "large", "next": target})["Location"] == "/en/"

    def test_an_unknown_choice_changes_nothing(self, client):
        client.post("/zh/display", {"type": "huge", "theme": "pink"})
        assert not client.cookies

    def test_the_stylesheet_says_the_same_without_scripts(self, client):
        assert client.get("/zh/display.css").content == b""
        client.cookies["ykb_type"], client.cookies["ykb_theme"] = "large", "dark"
        response = client.get("/zh/display.css")
        assert "font-size:125%" in response.content.decode()
        assert "--paper: #15211f" in response.content.decode()
        assert response["Vary"] == "Cookie"
        client.cookies["ykb_theme"] = "light"
        assert "--paper: #ffffff" in client.get("/zh/display.css").content.decode()


@pytest.mark.django_db
class TestErrors:
    """Each says what happened and what to do, and none needs more than is there."""

    def test_a_page_that_is_not_there_offers_a_way_on(self):
        response = Client(headers={"host": "localhost"}).get("/zh/nothing-here")
        assert response.status_code == 404
        assert "没有找到这个页面" in response.content.decode()

    def test_a_fragment_gets_a_fragment(self):
        response = Client(headers={"host": "localhost"}).get("/zh/nothing-here", headers={"HX-Request": "true"})
        assert "<html" not in response.content.decode()

    def test_when_everything_is_broken_the_page_still_speaks_both_languages(self, rf):
        from yukuaiban.design import pages

        response = pages.server_error(rf.get("/"))
        assert response.status_code == 500
        assert "12345" in response.content.decode()
        assert 'lang="en"' in response.content.decode()

    def test_maintenance_says_when_to_come_back(self):
        response = Client(headers={"host": "localhost"}).get("/zh/maintenance")
        assert (response.status_code, response["Retry-After"]) == (503, "1800")


def test_mails_are_text_and_escape_nothing():
    text = get_template("account/email/password_reset_key_message.txt").render({"password_reset_url": "/r?a=1&b=2"})
    assert "/r?a=1&b=2" in text


def test_a_name_that_was_not_given_is_an_error_and_not_a_blank():
    env = engines["jinja2"].env
    assert env.from_string("{% if absent %}x{% endif %}").render() == ""
    with pytest.raises(Exception, match="absent"):
        env.from_string("{{ absent }}").render()
