"""The addresses of the pages."""

from django.urls import path

from accounts.pages import account, compare, docs, inspector, logins
from accounts.pages.benchmarks import views as benchmarks
from accounts.pages.lab import explained as lab_explained
from accounts.pages.lab import matrix as lab
from accounts.pages.lab import transcript as lab_transcript

urlpatterns = [
    path("", compare.compare, name="compare"),
    path("api/docs/", docs.docs, name="api-docs"),
    path("benchmarks/", benchmarks.benchmarks, name="benchmarks"),
    path("inspector/", inspector.inspector, name="inspector"),
    path("lab/", lab.lab, name="lab"),
    path("lab/runs/<uuid:run_id>/", lab_transcript.transcript, name="lab-run"),
    path("lab/events/<slug:slug>/", lab_explained.event, name="lab-event"),
    path("lab/<slug:slug>/", lab_explained.strategy, name="lab-strategy"),
    path("logins/", logins.logins, name="logins"),
    path("logins/<uuid:login_id>/end/", logins.end, name="login-end"),
    path("logins/end-others/", logins.end_others, name="logins-end-others"),
    path("logins/end-all/", logins.end_all, name="logins-end-all"),
    path("signup/", account.signup, name="signup"),
    path("login/", account.login, name="login"),
    path("logout/", account.logout, name="logout"),
    path("password/", account.password, name="password"),
]
