"""Why a file or a choice was refused, and what the person can do."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yukuaiban.config.errors import DomainError
from yukuaiban.materials.inspection import Refused
from yukuaiban.storage.errors import readable_size


class UploadRefused(DomainError):
    """The file may not come in. `details["reason"]` is the code of `inspection.Refused`."""

    code, status = "material.refused", 422


class ScannerAbsent(DomainError):
    """A scanner is configured and does not answer."""

    code, status = "material.scanner_absent", 503


class SlotClosed(DomainError):
    """The slot may not be changed now."""

    code, status = "material.slot_closed", 409


class TooManyFiles(DomainError):
    code, status = "material.too_many_files", 422


class QuotaReached(DomainError):
    code, status = "material.quota_reached", 422


class NotOffered(DomainError):
    """What was chosen is not, or no longer, there to choose."""

    code, status = "material.not_offered", 409


class CommitmentNotGiven(DomainError):
    code, status = "material.commitment_not_given", 422


class NotDrawable(DomainError):
    """No picture of the page can be made."""

    code, status = "material.not_drawable", 422


_KIND_ADVICE = {
    "heic": gettext_lazy(
        "这是苹果手机的 HEIC 照片。请在手机“设置 > 相机 > 格式”里选“兼容性最佳”后重拍，或者截屏后上传截图。"
    ),
    "avif": gettext_lazy("这是 AVIF 图片，请另存为 JPG 或者截屏后上传。"),
    "webp": gettext_lazy("这是 WEBP 图片，请另存为 JPG 或者截屏后上传。"),
    "gif": gettext_lazy("这是 GIF 图片，请另存为 JPG 或 PNG 后上传。"),
    "bmp": gettext_lazy("这是 BMP 图片，请另存为 JPG 或 PNG 后上传。"),
    "tiff": gettext_lazy("这是 TIFF 图片，请另存为 PDF 或 JPG 后上传。"),
    "ofd": gettext_lazy("这是 OFD 文件，请用阅读器“另存为”或“导出”PDF 后上传。"),
    "office": gettext_lazy("这是办公文档，请在软件里选“另存为 PDF”后上传，这样每个人看到的都一样。"),
    "archive": gettext_lazy("这是压缩包，请解压后逐份上传。"),
    "video": gettext_lazy("这是视频，请上传照片或 PDF。"),
    "web": gettext_lazy("这是网页或代码文件，请打印为 PDF 后上传。"),
    "program": gettext_lazy("这是程序文件，不能上传。请上传照片或 PDF。"),
    "text": gettext_lazy("这是纯文本，请另存为 PDF 后上传。"),
    "unknown": gettext_lazy("认不出这个文件的格式，可能已经损坏。请上传照片（JPG、PNG）或 PDF。"),
}


def from_refusal(refused: Refused) -> UploadRefused:
    """The words for a refusal."""
    return UploadRefused(_sentence(refused.code, refused.facts), details={"reason": refused.code, **refused.facts})


def infected(signature: str) -> UploadRefused:
    message = _("病毒查杀发现这个文件有问题（%(signature)s），没有保存。请先在您的设备上查杀病毒，再换一份文件。")
    return UploadRefused(message % {"signature": signature}, details={"reason": "infected", "signature": signature})


def too_large_to_scan() -> UploadRefused:
    message = _(
        "文件太大，病毒查杀服务检查不了，没有保存。请缩小图片，或者分成几份较小的 PDF 后上传；也可以交到办事窗口。"
    )
    return UploadRefused(message, details={"reason": "too_large_to_scan"})


def accepted_names(accept: Collection[str]) -> str:
    """`PDF、JPG、PNG`."""
    return _("、").join(name for kind, name in (("pdf", "PDF"), ("jpeg", "JPG"), ("png", "PNG")) if kind in accept)


def _sentence(code: str, facts: dict[str, Any]) -> str:
    match code:
        case "empty":
            return _("这个文件是空的。请重新选择。")
        case "kind_not_accepted":
            wanted = _("这里可以上传：%(kinds)s。") % {"kinds": accepted_names(facts.get("accept", ()))}
            return f"{_KIND_ADVICE.get(facts.get('kind', ''), '')}{wanted}"
        case "broken":
            return _("文件不完整或者已经损坏，打不开。请检查后重新上传；刚拍的照片请等保存完再传。")
        case "too_many_pixels":
            return _("图片尺寸太大（%(width)s×%(height)s 像素），请用普通模式拍摄或者缩小后再传。") % facts
        case "animated":
            return _("这是会动的图片，请上传静止的照片或扫描件。")
        case "too_complex":
            return _("文件内容过于复杂，无法安全打开。请打印成新的 PDF，或者拍照上传。")
        case "polyglot":
            return _("文件里夹带了别的内容，不能接收。请重新拍照、扫描，或者打印成新的 PDF 后上传。")
        case "encrypted":
            return _("这份 PDF 设有打开密码，工作人员看不到。请去掉密码，或者打印成新的 PDF 后上传。")
        case "active_content":
            return _("这份 PDF 里有会自动运行的内容（脚本或表单程序），不能接收。请打印成新的 PDF 后上传。")
        case "attachments":
            return _("这份 PDF 里夹带了附件“%(name)s”。请把附件单独上传，再上传不带附件的 PDF。") % facts
        case "too_many_pages":
            return _("这份 PDF 有 %(pages)s 页，最多 %(limit)s 页。请拆成几份上传。") % facts
    return _("这个文件不能接收。请上传照片（JPG、PNG）或 PDF。")


def too_many_files(limit: int) -> TooManyFiles:
    message = _("这份材料最多 %(limit)s 个文件。请先删除一个，或者合并成一份 PDF。")
    return TooManyFiles(message % {"limit": limit}, details={"limit": limit})


def quota_reached(quota: int, used: int) -> QuotaReached:
    message = _("您保存在平台的材料已有 %(used)s，合计最多 %(quota)s。请先删除不再需要的草稿，再上传。")
    return QuotaReached(
        message % {"used": readable_size(used), "quota": readable_size(quota)}, details={"quota": quota, "used": used}
    )
