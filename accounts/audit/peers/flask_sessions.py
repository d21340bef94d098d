"""Flask-Login: Flask's signed cookie holds the user's id.

Followed: https://flask-login.readthedocs.io/en/latest/
"""

import os

from _flask import application, people, serve
from flask import request
from flask_login import (
    LoginManager,
    UserMixin,
    current_user,
    login_required,
    login_user,
    logout_user,
)

app = application()
login_manager = LoginManager()
login_manager.init_app(app)


class User(UserMixin):
    """Somebody; whether the account is active is asked when one logs in."""

    def __init__(self, found):
        self.id = found.name
        self.role = found.role
        self.active = found.active

    @property
    def is_active(self):
        """Whether the account is enabled."""
        return self.active


@login_manager.user_loader
def load_user(user_id):
    """The user of a session, None where there is none."""
    found = people.get(user_id)
    return User(found) if found else None


@app.post("/login")
def login():
    """Log in."""
    found = people.known(request.json)
    if not found or not login_user(User(found)):
        return {}, 401
    return {}


@app.post("/logout")
@login_required
def logout():
    """Log out."""
    logout_user()
    return {}


@app.post("/password")
@login_required
def password():
    """Change the password."""
    people.change_password(current_user.id, request.json["new"])
    return {}


@app.get("/me")
@login_required
def me():
    """Who is logged in."""
    return {"username": current_user.id, "role": current_user.role}


if __name__ == "__main__":
    serve(app, os.environ["PORT"])
