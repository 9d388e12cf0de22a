"""Pages of the applicant's side."""

from django.urls import path

from yukuaiban.cases import pages

app_name = "cases"
urlpatterns = [
    path("apply/<str:code>", pages.apply, name="apply"),
    path("drafts/<str:number>", pages.draft, name="draft"),
    path("drafts/<str:number>/discard", pages.draft_discard, name="draft_discard"),
    path("drafts/<str:number>/materials", pages.draft_materials, name="draft_materials"),
    path("drafts/<str:number>/review", pages.draft_review, name="draft_review"),
    path("drafts/<str:number>/<str:group>", pages.draft_group, name="draft_group"),
    path("cases", pages.mine, name="mine"),
    path("cases/track", pages.track, name="track"),
    path("interests", pages.interests, name="interests"),
    path("interests/<str:number>", pages.interest, name="interest"),
    path("interests/<str:number>/<str:doing>", pages.interest_do, name="interest_do"),
    path("decisions", pages.decisions, name="decisions"),
    path("hearings", pages.hearings, name="hearings"),
    path("hearings/<int:pk>/announcement", pages.hearing_announcement, name="hearing_announcement"),
    path("cases/<str:number>", pages.case, name="case"),
    path("cases/<str:number>/receipt", pages.receipt, name="receipt"),
    path("cases/<str:number>/correction", pages.correction, name="correction"),
    path("cases/<str:number>/withdraw", pages.withdraw, name="withdraw"),
    path("cases/<str:number>/hearing", pages.request_hearing, name="request_hearing"),
    path("cases/<str:number>/hearing/give-up", pages.give_up_hearing, name="give_up_hearing"),
    path("cases/<str:number>/supplement", pages.supplement, name="supplement"),
    path("cases/<str:number>/letters/<int:pk>", pages.letter, name="letter"),
    path("cases/<str:number>/messages", pages.message, name="message"),
]
