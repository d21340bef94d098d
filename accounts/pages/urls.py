"""The addresses of the pages."""

from django.urls import path

from accounts.pages import account, compare

urlpatterns = [
    path("", compare.compare, name="compare"),
    path("signup/", account.signup, name="signup"),
    path("login/", account.login, name="login"),
    path("logout/", account.logout, name="logout"),
    path("password/", account.password, name="password"),
]
