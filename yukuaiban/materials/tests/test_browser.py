"""In a real browser: hand in with and without scripts, look at pages, read the log; on a phone and a wide screen."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser import check_axe, no_horizontal_scroll
from yukuaiban.config.now import now
from yukuaiban.materials import services, sources
from yukuaiban.materials.models import MaterialUse
from yukuaiban.materials.sources import HeldLicence
from yukuaiban.materials.tests import files
from yukuaiban.materials.tests.conftest import make_slot
from yukuaiban.materials.tests.test_pages import signed_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("inspected_here"),
]


@pytest.fixture
def matter(make_matter, reached):
    sources.register_wallet(
        lambda party, kind: [
            HeldLicence(
                "1.2.156",
                {"zh": "居住证", "en": "Residence permit"},
                "渝123",
                "示例局",
                rows=[("姓名", "Name", "张三")],
            )
        ]
    )
    slot = make_slot(
        licence_type="residence_permit",
        commitment=True,
        max_files=3,
        basis="居住证暂行条例 第九条",
        help={"zh": "近三个月内的", "en": "Not older than three months"},
    )
    matter = reached(make_matter(slot))
    return reached(matter, back_url=reverse("materials:slot", args=[matter.subject, "proof"]))


@pytest.fixture
def open_signed_in(page_at, applicant, live_server):
    def open_page(width: int, address: str, account=None, **options):
        page = page_at(width, **options)
        cookies = signed_in(account or applicant).cookies
        page.context.add_cookies([{"name": n, "value": m.value, "url": live_server.url} for n, m in cookies.items()])
        page.goto(address)
        return page

    return open_page


def a_file(name: str, content: bytes) -> dict:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


@pytest.mark.parametrize(("width", "scripts"), [(390, True), (1280, True), (390, False)])
def test_hand_in_look_and_take_back(open_signed_in, matter, width, scripts):
    page = open_signed_in(width, reverse("materials:slot", args=[matter.subject, "proof"]), scripts=scripts)
    check_axe(page) if scripts else None
    no_horizontal_scroll(page)
    page.set_input_files("input[type=file]", a_file("坏.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
    page.get_by_role("button", name="上传：").click()
    page.get_by_text("这是办公文档").wait_for()
    page.set_input_files("input[type=file]", a_file("房屋租赁合同.pdf", files.pdf(2)))
    page.get_by_role("button", name="上传：").click()
    page.get_by_role("link", name="房屋租赁合同.pdf", exact=True).wait_for()
    expect(page.get_by_text("这是办公文档")).to_be_hidden()
    check_axe(page) if scripts else None
    page.get_by_role("link", name="房屋租赁合同.pdf", exact=True).click()
    page.get_by_alt_text("第 2 页").scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    no_horizontal_scroll(page)
    check_axe(page) if scripts else None
    page.go_back()
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="删除 房屋租赁合同.pdf").click()
    page.get_by_role("button", name="删除").click()
    page.get_by_text("选择文件或拍照").or_(page.get_by_text("上传文件")).wait_for()
    assert not MaterialUse.objects.exists()


def test_use_what_the_platform_holds(open_signed_in, matter):
    page = open_signed_in(390, reverse("materials:slot", args=[matter.subject, "proof"]))
    page.get_by_text("会提供这些信息").click()
    expect(page.get_by_text("张三")).to_be_visible()
    page.get_by_role("button", name="使用").click()
    page.locator(".material-standing").wait_for()
    assert MaterialUse.objects.get().how == "wallet"
    check_axe(page)


@pytest.mark.parametrize(
    ("width", "language", "theme"), [(390, "zh", "light"), (1280, "en", "dark"), (320, "en", "light")]
)
def test_the_log_is_readable_everywhere(open_signed_in, matter, hand_in, width, language, theme):
    hand_in(matter, files.jpeg(800, 600), name="很长的名字" * 20 + ".jpg")
    services.material_use(matter=matter, slot=matter.slots[0], offer="wallet:1.2.156", at=now())
    services.file_for(matter.subject, at=now())
    address = reverse("materials:data_use").replace("/zh/", f"/{language}/")
    page = open_signed_in(width, address, theme=theme)
    expect(page.locator(".data-use-row")).to_have_count(2)
    no_horizontal_scroll(page)
    check_axe(page)
    page.locator(".data-use-title a").first.click()
    expect(page).to_have_url(re.compile("/materials/[a-z0-9]+$"))
    no_horizontal_scroll(page)
    check_axe(page)


def test_the_original_of_a_pdf_opens_in_the_browsers_own_viewer(open_signed_in, matter, hand_in):
    """Sealed off as it is, the document is still shown to the person."""
    use = hand_in(matter, files.pdf())
    page = open_signed_in(1280, reverse("materials:use", args=[use.number]))
    frame = page.evaluate(
        """address => new Promise(resolve => {
            const frame = document.createElement('iframe');
            frame.onload = () => resolve(frame.contentDocument ? frame.contentDocument.contentType : 'closed');
            frame.src = address;
            document.body.append(frame);
        })""",
        reverse("materials:original", args=[use.number]) + "?inline",
    )
    assert frame in {"application/pdf", "closed"}
