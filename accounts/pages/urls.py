"""The addresses of the pages."""

from django.urls import path

from accounts.pages import account, compare, inspector

urlpatterns = [
    path("", compare.compare, name="compare"),
    path("inspector/", inspector.inspector, name="inspector"),
    path("signup/", account.signup, name="signup"),
    path("login/", account.login, name="login"),
    path("logout/", account.logout, name="logout"),
    path("password/", account.password, name="password"),
]
