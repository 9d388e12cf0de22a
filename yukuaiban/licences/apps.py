"""Licences tell the chain where heads stand, materials what a wallet holds, documents whose files are theirs."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LicencesConfig(AppConfig):
    name = "yukuaiban.licences"

    def ready(self) -> None:
        from yukuaiban.chain import heads
        from yukuaiban.config import retention
        from yukuaiban.design import navigation
        from yukuaiban.documents import register
        from yukuaiban.licences import exports, selectors
        from yukuaiban.licences.models import LicenceLook
        from yukuaiban.materials import sources
        from yukuaiban.people import exports as copies
        from yukuaiban.people import looks

        copies.register("licences", exports.export)
        looks.register(looks.Log("licences", _("查阅证照"), selectors.looks_in_department, selectors.look_as_logged))
        heads.register("licence", "licences_licence")
        retention.register(
            retention.Kind(
                "access_log/licence",
                retention.rows_of(LicenceLook, "at", "access_log"),
                retention.delete_rows(LicenceLook),
                lambda looks: looks.exclude(case_number__in=[n for n in retention.held().values() if n]),
            )
        )
        register.register(selectors.known_document)
        sources.register_wallet(selectors.held_for_material)
        navigation.add("main", _("我的证照"), "licences:wallet", icon="wallet", order=30)
        navigation.add("foot", _("查验证照和文书"), "licences:verify_start", order=40)
