"""Flask-JWT-Extended with its documented blocklist, which keeps the jti of what was revoked.

Followed: https://flask-jwt-extended.readthedocs.io/en/stable/blocklist_and_token_revoking.html
(revoking both tokens: the client sends one request for each) and .../refreshing_tokens.html
"""

import os

from _flask import LIFETIME, application, people, serve
from flask import request
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    current_user,
    get_jwt,
    get_jwt_identity,
    jwt_required,
)

app = application()
app.config["JWT_SECRET_KEY"] = os.environ["SECRET"]
if LIFETIME:
    app.config["JWT_ACCESS_TOKEN_EXPIRES"] = app.config["JWT_REFRESH_TOKEN_EXPIRES"] = LIFETIME
jwt = JWTManager(app)
revoked = set()  # the documentation has Redis or a table


@jwt.token_in_blocklist_loader
def is_revoked(jwt_header, jwt_payload):
    """Whether a token was revoked."""
    return jwt_payload["jti"] in revoked


@jwt.user_lookup_loader
def look_up(jwt_header, jwt_data):
    """The user of a token."""
    return people.get(jwt_data["sub"])


@app.post("/login")
def login():
    """Log in."""
    found = people.known(request.json)
    if not found:
        return {}, 401
    return {
        "access_token": create_access_token(identity=found.name),
        "refresh_token": create_refresh_token(identity=found.name),
    }


@app.post("/refresh")
@jwt_required(refresh=True)
def refresh():
    """A new access token."""
    return {"access_token": create_access_token(identity=get_jwt_identity())}


@app.delete("/logout")
@jwt_required(verify_type=False)
def logout():
    """Revoke the token that was sent."""
    revoked.add(get_jwt()["jti"])
    return {}


@app.post("/password")
@jwt_required()
def password():
    """Change the password."""
    people.change_password(current_user.name, request.json["new"])
    return {}


@app.get("/me")
@jwt_required()
def me():
    """Who sent the token."""
    return {"username": current_user.name, "role": current_user.role}


if __name__ == "__main__":
    serve(app, os.environ["PORT"])
