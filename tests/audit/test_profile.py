"""Every mistake in a profile is one line, with the key and the reason."""

import pytest

from accounts.audit.profile import (
    ProfileError,
    profile_load,
    profile_read,
    shipped_profiles,
)
from accounts.audit.words import explain
from tests.audit.toy import PROFILE

MISTAKES = [
    ("title =", "This is no TOML"),
    ("", "title: it is missing"),
    (PROFILE.replace('path = "/login"', ""), "log_in.path: it is missing"),
    (PROFILE.replace('path = "/login"', "path = 3"), "log_in.path: it has to be a text, not a wh"),
    (PROFILE.replace('path = "/login"', 'path = "login"'), "log_in.path: 'login' has to begin wi"),
    (PROFILE.replace("[log_out]", "[logout]"), "logout: there is no such key"),
    (PROFILE.replace("name = ", "nmae = "), "who.nmae: there is no such key"),
    (PROFILE.replace('name = "name"', ""), "who.name: say where the answer names the user"),
    (PROFILE.replace("{password}", "{pass}"), "sign_up.json.password: {pass} is not known here"),
    (PROFILE.replace("json:token", "token"), "credential.access: 'token' is not cookie:NAME, json"),
    (PROFILE.replace("json:token", "cookie:t"), "credential.send: a cookie sends itself"),
    (PROFILE.replace("Bearer {access}", "Bearer"), "credential.send: it has to be a header with {"),
    (PROFILE + "[refresh]\npath = '/r'", "credential.refresh: it is missing, and refresh needs it"),
    (PROFILE + "form = { a = '' }", "change_password.form: a request has JSON or a form, not both"),
    (PROFILE + "[csrf]\nfrom = '/'\ncookie = 'c'", "csrf: say how the token is sent"),
    (PROFILE + "[csrf]\nfrom = '/'\nheader = 'X'", "csrf: say where the token is"),
    (
        PROFILE.replace('role = "role"', "") + "[hooks]\ntake_role_away = 'true'",
        "who.role: it is missing, and hooks.take_role_away needs it",
    ),
    (PROFILE + "[hooks]\nrotate_key = 1", "hooks.rotate_key: it has to be"),
    (
        PROFILE.replace("[sign_up]", "lives = '1 h'\n[sign_up]"),
        "credential.lives: '1 h' is not a number of seconds, json:PATH or never",
    ),
]


@pytest.mark.parametrize(("text", "told"), MISTAKES)
def test_a_mistake_is_one_line_with_its_key(text: str, told: str) -> None:
    with pytest.raises(ProfileError) as error:
        profile_read(text)
    line = str(error.value)
    assert line.startswith(told)
    assert "\n" not in line
    assert "$" not in line


def test_what_a_profile_leaves_out_is_not_there() -> None:
    profile = profile_read(PROFILE)
    assert profile.gives("log_out")
    assert not profile.gives("log_out_everywhere")
    assert not profile.gives("hooks.rotate_key")


@pytest.mark.parametrize("name", shipped_profiles())
def test_each_shipped_profile_can_be_read_and_explained(name: str) -> None:
    profile = profile_load(name)
    lines = list(explain(profile))
    assert f"{profile.who.method} {profile.base}{profile.who.path}" in "\n".join(lines)
    assert any("Log out:" in line for line in lines)


def test_a_name_that_is_no_profile_says_which_there_are() -> None:
    with pytest.raises(ProfileError, match=r"nobody: No such file .* one of: .*site-session"):
        profile_load("nobody")
