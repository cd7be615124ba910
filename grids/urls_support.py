"""Addresses of teams and joint committees."""

from django.urls import path

from grids.views import committees, meetings, team_templates, teams

urlpatterns = [
    path("grids/<slug:code>/team/", teams.team, name="grid_team"),
    path(
        "grids/<slug:code>/team/candidates/", teams.candidates, name="team_candidates"
    ),
    path("grids/<slug:code>/team/<int:pk>/", teams.assign, name="team_assign"),
    path("committees/", committees.index, name="committees"),
    path("committees/<int:pk>/", committees.committee, name="committee"),
    path(
        "committees/<int:pk>/members/new/",
        committees.member_new,
        name="committee_member_new",
    ),
    path(
        "committees/members/<int:pk>/end/",
        committees.member_end,
        name="committee_member_end",
    ),
    path("meetings/<int:pk>/", meetings.meeting, name="meeting"),
    path("meetings/<int:pk>/print/", meetings.paper, name="meeting_print"),
    path("meetings/<int:pk>/record/", meetings.record, name="meeting_record"),
    path("meetings/<int:pk>/needs/new/", meetings.need_new, name="meeting_need_new"),
    path("meetings/<int:pk>/offers/new/", meetings.offer_new, name="meeting_offer_new"),
    path("meetings/<int:pk>/match/", meetings.match, name="meeting_match"),
    path("meetings/<int:pk>/decide/", meetings.decide, name="meeting_decide"),
    path("meetings/<int:pk>/files/new/", meetings.file_new, name="meeting_file_new"),
    path("meetings/matches/<int:pk>/drop/", meetings.unmatch, name="meeting_unmatch"),
    path(
        "meetings/<slug:kind>/<int:pk>/withdraw/",
        meetings.withdraw,
        name="meeting_withdraw",
    ),
    path("decisions/<int:pk>/undo/", meetings.undo, name="decision_undo"),
    path("decisions/<int:pk>/<slug:name>/", meetings.step, name="decision_step"),
    path("teams/", teams.overview, name="teams"),
    path("teams/export/", teams.export, name="teams_export"),
    path("teams/print/", teams.paper, name="teams_print"),
    path("teams/assignments/<int:pk>/end/", teams.end, name="assignment_end"),
    path(
        "teams/assignments/<int:pk>/hand-over/",
        teams.hand_over,
        name="assignment_hand_over",
    ),
    path("teams/assignments/<int:pk>/undo/", teams.undo, name="assignment_undo"),
    path("teams/templates/", team_templates.templates, name="team_templates"),
    path("teams/templates/new/", team_templates.template_new, name="team_template_new"),
    path("teams/templates/proposals/", team_templates.proposals, name="team_proposals"),
    path("teams/templates/<int:pk>/", team_templates.template, name="team_template"),
    path(
        "teams/templates/<int:pk>/edit/",
        team_templates.template_edit,
        name="team_template_edit",
    ),
    path(
        "teams/templates/<int:pk>/posts/new/",
        team_templates.slot_new,
        name="team_slot_new",
    ),
    path("teams/posts/<int:pk>/", team_templates.slot_edit, name="team_slot_edit"),
    path(
        "teams/posts/<int:pk>/remove/",
        team_templates.slot_remove,
        name="team_slot_remove",
    ),
]
