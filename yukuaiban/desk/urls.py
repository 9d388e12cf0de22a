"""Pages of officers."""

from django.urls import path

from yukuaiban.desk import catalogue, excel, holidays, licences, news, pages, proposals, ratings
from yukuaiban.desk.editing import pages as editing

app_name = "desk"
urlpatterns = [
    path("desk/", pages.work, name="work"),
    path("desk/bulk", pages.bulk, name="bulk"),
    path("desk/filters", pages.filters, name="filters"),
    path("desk/letters", pages.letters, name="letters"),
    path("desk/letters/print", pages.letters_print, name="letters_print"),
    path("desk/letters/<int:pk>", pages.letter, name="letter"),
    path("desk/cases/<str:number>", pages.case, name="case"),
    path("desk/cases/<str:number>/<str:act>", pages.act, name="act"),
    path("desk/ratings", ratings.ratings, name="ratings"),
    path("desk/ratings/<str:number>", ratings.rating, name="rating"),
    path("desk/ratings/<str:number>/phone", ratings.phone, name="rating_phone"),
    path("desk/ratings/<str:number>/<str:act>", ratings.act, name="rating_act"),
    path("desk/licences", licences.licences, name="licences"),
    path("desk/announcements", news.announcements, name="announcements"),
    path("desk/announcements/new", news.edit, name="announcement_new"),
    path("desk/announcements/<int:pk>", news.edit, name="announcement"),
    path("desk/announcements/<int:pk>/publish", news.publish, name="announcement_publish"),
    path("desk/announcements/<int:pk>/withdraw", news.withdraw, name="announcement_withdraw"),
    path("desk/maintenance", news.maintenance, name="maintenance"),
    path("desk/items", catalogue.items, name="items"),
    path("desk/items/<str:code>", catalogue.edit, name="item"),
    path("desk/items/<str:code>/changes/<int:pk>", catalogue.change, name="item_change"),
    path("desk/items/<str:code>/draft", editing.draft, name="draft"),
    path("desk/items/<str:code>/draft/discard", editing.discard, name="draft_discard"),
    path("desk/items/<str:code>/draft/preview", editing.preview, name="draft_preview"),
    path("desk/items/<str:code>/draft/form", editing.preview_form, name="draft_preview_form"),
    path("desk/items/<str:code>/draft/part/<str:where>", editing.part, name="draft_part"),
    path("desk/proposals", proposals.proposals, name="proposals"),
    path("desk/proposals/<int:pk>", proposals.proposal, name="proposal"),
    path("desk/proposals/<int:pk>/guide", editing.proposed, name="proposal_guide"),
    path("desk/proposals/<int:pk>/form", editing.proposed_form, name="proposal_form"),
    path("desk/proposals/<int:pk>/publish", proposals.publish, name="proposal_publish"),
    path("desk/proposals/<int:pk>/back", proposals.send_back, name="proposal_back"),
    path("desk/proposals/<int:pk>/withdraw", proposals.withdraw, name="proposal_withdraw"),
    path("desk/proposals/<int:pk>/compare", proposals.compare, name="proposal_compare"),
    path("desk/proposals/<int:pk>/sign", proposals.take_over, name="proposal_sign"),
    path("desk/holidays", holidays.holidays, name="holidays"),
    path("desk/excel", excel.upload, name="excel"),
    path("desk/excel/template", excel.template, name="excel_template"),
]
