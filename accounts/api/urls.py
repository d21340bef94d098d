"""Paths of the API; token paths are simplejwt's own."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.gzip import gzip_page

from accounts.api import (
    answer,
    attacks,
    benchmarks,
    claims,
    cluster,
    cluster_scale,
    inspector,
    lesson,
    logins,
    schema,
    views,
)
from accounts.api.lab import logins as lab_logins
from accounts.api.lab import lost_response, status_list, thief
from accounts.api.lab import runs as lab_runs
from accounts.api.lab import views as lab

# Patterns are tried one after the other: what is requested most comes first and in groups.
LAB_STRATEGY = [
    path("login/", lab.LabLogin.as_view(), name="api-lab-login"),
    path("refresh/", lab.LabRefresh.as_view(), name="api-lab-refresh"),
    path("logout/", lab.LabLogout.as_view(), name="api-lab-logout"),
    path(
        "logout-everywhere/",
        lab.LabLogoutEverywhere.as_view(),
        name="api-lab-logout-everywhere",
    ),
    path("password/", lab.LabPassword.as_view(), name="api-lab-password"),
    path("lost-response/", lost_response.LabLostResponse.as_view(), name="api-lab-lost-response"),
    path("thief/copy/", thief.ThiefCopy.as_view(), name="api-lab-thief-copy"),
    path("thief/replay/", thief.ThiefReplay.as_view(), name="api-lab-thief-replay"),
]
LAB: list[URLPattern | URLResolver] = [
    path("<slug:slug>/", include(LAB_STRATEGY)),
    path("logins/", lab_logins.LabLogins.as_view(), name="api-lab-logins"),
    path("users/", lab.LabUsers.as_view(), name="api-lab-users"),
    path("users/<slug:username>/", lab.LabUserDetail.as_view(), name="api-lab-user"),
    path(
        "status-list/", gzip_page(status_list.LabStatusList.as_view()), name="api-lab-status-list"
    ),
    path("runs/", lab_runs.LabRuns.as_view(), name="api-lab-runs"),
    path("runs/<uuid:run_id>/", lab_runs.LabRun.as_view(), name="api-lab-run"),
]
urlpatterns = [
    path("lab/", include(LAB)),
    path("lesson/rooms/", lesson.Rooms.as_view(), name="api-lesson-rooms"),
    path("lesson/rooms/<slug:code>/", lesson.RoomDetail.as_view(), name="api-lesson-room"),
    path("lesson/rooms/<slug:code>/move/", lesson.RoomMoves.as_view(), name="api-lesson-move"),
    path("lesson/rooms/<slug:code>/vote/", lesson.RoomVotes.as_view(), name="api-lesson-vote"),
    path("lesson/rooms/<slug:code>/run/", lesson.RoomRuns.as_view(), name="api-lesson-run"),
    path("session/login/", views.SessionLogin.as_view(), name="api-session-login"),
    path("session/logout/", views.SessionLogout.as_view(), name="api-session-logout"),
    path("token/", views.TokenObtain.as_view(), name="api-token"),
    path("token/refresh/", views.TokenRefresh.as_view(), name="api-token-refresh"),
    path("token/verify/", views.TokenVerify.as_view(), name="api-token-verify"),
    path("token/blacklist/", views.TokenBlacklist.as_view(), name="api-token-blacklist"),
    path("logins/", logins.Logins.as_view(), name="api-logins"),
    path("logins/<uuid:login_id>/", logins.LoginDetail.as_view(), name="api-login"),
    path("logout-everywhere/", logins.LogoutEverywhere.as_view(), name="api-logout-everywhere"),
    path("password/", logins.Password.as_view(), name="api-password"),
    path("inspector/", inspector.InspectorView.as_view(), name="api-inspector"),
    path("inspector/token/", inspector.OwnTokenView.as_view(), name="api-inspector-token"),
    path("benchmarks/", benchmarks.Benchmarks.as_view(), name="api-benchmarks"),
    path("benchmarks/<uuid:run_id>/", benchmarks.Benchmark.as_view(), name="api-benchmark"),
    path("answer/", answer.Answer.as_view(), name="api-answer"),
    path("claims/", claims.Claims.as_view(), name="api-claims"),
    path("claims/runs/", claims.ClaimRuns.as_view(), name="api-claim-runs"),
    path("claims/runs/<uuid:run_id>/", claims.ClaimRunDetail.as_view(), name="api-claim-run"),
    path("cluster/", cluster.Cluster.as_view(), name="api-cluster"),
    path("cluster/process/", cluster.ClusterProcess.as_view(), name="api-cluster-process"),
    path("cluster/drills/", cluster.ClusterDrills.as_view(), name="api-cluster-drills"),
    path("cluster/runs/<int:run>/", cluster.ClusterRun.as_view(), name="api-cluster-run"),
    path("attacks/", attacks.Attacks.as_view(), name="api-attacks"),
    path("attacks/plays/", attacks.AttackPlays.as_view(), name="api-attack-plays"),
    path(
        "attacks/plays/<uuid:play_id>/",
        attacks.AttackPlayDetail.as_view(),
        name="api-attack-play",
    ),
    path("cluster/scale/", cluster_scale.ClusterScale.as_view(), name="api-cluster-scale"),
    path(
        "cluster/scale/simulation/",
        cluster_scale.ClusterScaleSimulation.as_view(),
        name="api-cluster-scale-simulation",
    ),
    path("schema/", gzip_page(schema.SchemaView.as_view()), name="api-schema"),
]
