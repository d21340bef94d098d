"""Paths of the API; token paths are simplejwt's own."""

from django.urls import URLPattern, URLResolver, include, path

from accounts.api import logins, views
from accounts.api.late import LateView

# Patterns are tried one after the other: what is requested most comes first and in groups.
LAB_STRATEGY = [
    path("login/", LateView("lab.views.LabLogin"), name="api-lab-login"),
    path("refresh/", LateView("lab.views.LabRefresh"), name="api-lab-refresh"),
    path("logout/", LateView("lab.views.LabLogout"), name="api-lab-logout"),
    path(
        "logout-everywhere/",
        LateView("lab.views.LabLogoutEverywhere"),
        name="api-lab-logout-everywhere",
    ),
    path("password/", LateView("lab.views.LabPassword"), name="api-lab-password"),
    path(
        "lost-response/",
        LateView("lab.lost_response.LabLostResponse"),
        name="api-lab-lost-response",
    ),
    path("thief/copy/", LateView("lab.thief.ThiefCopy"), name="api-lab-thief-copy"),
    path("thief/replay/", LateView("lab.thief.ThiefReplay"), name="api-lab-thief-replay"),
]
LAB: list[URLPattern | URLResolver] = [
    path("<slug:slug>/", include(LAB_STRATEGY)),
    path("logins/", LateView("lab.logins.LabLogins"), name="api-lab-logins"),
    path("users/", LateView("lab.views.LabUsers"), name="api-lab-users"),
    path("users/<slug:username>/", LateView("lab.views.LabUserDetail"), name="api-lab-user"),
    path("status-list/", LateView("lab.status_list.LabStatusList"), name="api-lab-status-list"),
    path("runs/", LateView("lab.runs.LabRuns"), name="api-lab-runs"),
    path("runs/<uuid:run_id>/", LateView("lab.runs.LabRun"), name="api-lab-run"),
]
urlpatterns = [
    path("lab/", include(LAB)),
    path("lesson/rooms/", LateView("lesson.Rooms"), name="api-lesson-rooms"),
    path("lesson/rooms/<slug:code>/", LateView("lesson.RoomDetail"), name="api-lesson-room"),
    path("lesson/rooms/<slug:code>/move/", LateView("lesson.RoomMoves"), name="api-lesson-move"),
    path("lesson/rooms/<slug:code>/vote/", LateView("lesson.RoomVotes"), name="api-lesson-vote"),
    path("lesson/rooms/<slug:code>/run/", LateView("lesson.RoomRuns"), name="api-lesson-run"),
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
    path("inspector/", LateView("inspector.InspectorView"), name="api-inspector"),
    path("inspector/token/", LateView("inspector.OwnTokenView"), name="api-inspector-token"),
    path("benchmarks/", LateView("benchmarks.Benchmarks"), name="api-benchmarks"),
    path("benchmarks/<uuid:run_id>/", LateView("benchmarks.Benchmark"), name="api-benchmark"),
    path("answer/", LateView("answer.Answer"), name="api-answer"),
    path("claims/", LateView("claims.Claims"), name="api-claims"),
    path("claims/runs/", LateView("claims.ClaimRuns"), name="api-claim-runs"),
    path("claims/runs/<uuid:run_id>/", LateView("claims.ClaimRunDetail"), name="api-claim-run"),
    path("cluster/", LateView("cluster.Cluster"), name="api-cluster"),
    path("cluster/process/", LateView("cluster.ClusterProcess"), name="api-cluster-process"),
    path("cluster/drills/", LateView("cluster.ClusterDrills"), name="api-cluster-drills"),
    path("cluster/runs/<int:run>/", LateView("cluster.ClusterRun"), name="api-cluster-run"),
    path("attacks/", LateView("attacks.Attacks"), name="api-attacks"),
    path("attacks/plays/", LateView("attacks.AttackPlays"), name="api-attack-plays"),
    path(
        "attacks/plays/<uuid:play_id>/",
        LateView("attacks.AttackPlayDetail"),
        name="api-attack-play",
    ),
    path("cluster/scale/", LateView("cluster_scale.ClusterScale"), name="api-cluster-scale"),
    path(
        "cluster/scale/simulation/",
        LateView("cluster_scale.ClusterScaleSimulation"),
        name="api-cluster-scale-simulation",
    ),
    path("schema/", LateView("schema.SchemaView"), name="api-schema"),
]
