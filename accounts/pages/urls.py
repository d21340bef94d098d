"""The addresses of the pages."""

from django.urls import path

from accounts.pages import account

urlpatterns = [
    path("signup/", account.signup, name="signup"),
    path("login/", account.login, name="login"),
    path("logout/", account.logout, name="logout"),
    path("password/", account.password, name="password"),
]
