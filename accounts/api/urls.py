"""Paths of the API; token paths are simplejwt's own."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.api import inspector, lab, views

urlpatterns = [
    path("session/login/", views.SessionLogin.as_view(), name="api-session-login"),
    path("session/logout/", views.SessionLogout.as_view(), name="api-session-logout"),
    path("token/", views.TokenObtain.as_view(), name="api-token"),
    path("token/refresh/", views.TokenRefresh.as_view(), name="api-token-refresh"),
    path("token/verify/", views.TokenVerify.as_view(), name="api-token-verify"),
    path("token/blacklist/", views.TokenBlacklist.as_view(), name="api-token-blacklist"),
    path("me/", views.MeView.as_view(), name="api-me"),
    path("lab/users/", lab.LabUsers.as_view(), name="api-lab-users"),
    path("lab/<slug:slug>/login/", lab.LabLogin.as_view(), name="api-lab-login"),
    path("lab/<slug:slug>/me/", lab.LabMe.as_view(), name="api-lab-me"),
    path("lab/<slug:slug>/refresh/", lab.LabRefresh.as_view(), name="api-lab-refresh"),
    path("lab/<slug:slug>/logout/", lab.LabLogout.as_view(), name="api-lab-logout"),
    path("lab/<slug:slug>/thief/copy/", lab.ThiefCopy.as_view(), name="api-lab-thief-copy"),
    path("lab/<slug:slug>/thief/replay/", lab.ThiefReplay.as_view(), name="api-lab-thief-replay"),
    path("inspector/", inspector.InspectorView.as_view(), name="api-inspector"),
    path("inspector/token/", inspector.OwnTokenView.as_view(), name="api-inspector-token"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
]
