"""What the examples in Flask share: users, and what staff does to them.

The environment says where: PORT, DATA (a folder), SECRET. With LIFETIME (seconds) what a log-in
gives ends soon.
"""

import os
from datetime import timedelta

import _people as people
from flask import Flask, request
from werkzeug.serving import WSGIRequestHandler, make_server

LIFETIME = timedelta(seconds=int(os.environ.get("LIFETIME", "0")))


def application():
    """An application with the pages that are not the library's."""
    app = Flask(__name__)
    app.secret_key = os.environ["SECRET"]
    if LIFETIME:
        app.permanent_session_lifetime = LIFETIME
    people.create_table()

    @app.post("/signup")
    def sign_up():
        people.sign_up(request.json)
        return {}, 201

    @app.post("/staff/disable")
    def disable():
        people.disable(request.json["username"])
        return {}

    @app.post("/staff/demote")
    def demote():
        people.demote(request.json["username"])
        return {}

    return app


class Quiet(WSGIRequestHandler):
    """Prints nothing."""

    def log(self, *_):
        """Say nothing."""


def serve(app, port):
    """Answer until somebody ends it."""
    make_server("127.0.0.1", int(port), app, threaded=True, request_handler=Quiet).serve_forever()
