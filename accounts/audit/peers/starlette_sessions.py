"""Starlette's SessionMiddleware: a signed cookie that holds the session.

Followed: https://www.starlette.dev/middleware/#sessionmiddleware
"""

import os

import _people as people
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route


async def login(request):
    """Log in."""
    found = people.known(await request.json())
    if not found:
        return JSONResponse({}, 401)
    request.session["user"] = found.name
    return JSONResponse({})


async def logout(request):
    """Log out."""
    request.session.clear()
    return JSONResponse({})


async def me(request):
    """Who is logged in."""
    found = people.get(request.session.get("user"))
    if not found or not found.active:
        return JSONResponse({}, 401)
    return JSONResponse({"username": found.name, "role": found.role})


async def password(request):
    """Change the password."""
    people.change_password(request.session["user"], (await request.json())["new"])
    return JSONResponse({})


async def sign_up(request):
    """Make an account."""
    people.sign_up(await request.json())
    return JSONResponse({}, 201)


async def disable(request):
    """What staff does."""
    people.disable((await request.json())["username"])
    return JSONResponse({})


async def demote(request):
    """The same."""
    people.demote((await request.json())["username"])
    return JSONResponse({})


people.create_table()
# With LIFETIME (seconds) what a log-in gives ends soon; without, after two weeks, as it comes.
short = {"max_age": int(os.environ["LIFETIME"])} if "LIFETIME" in os.environ else {}
app = Starlette(
    routes=[
        Route("/signup", sign_up, methods=["POST"]),
        Route("/login", login, methods=["POST"]),
        Route("/logout", logout, methods=["POST"]),
        Route("/password", password, methods=["POST"]),
        Route("/me", me),
        Route("/staff/disable", disable, methods=["POST"]),
        Route("/staff/demote", demote, methods=["POST"]),
    ],
    middleware=[Middleware(SessionMiddleware, secret_key=os.environ["SECRET"], **short)],
)

if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ["PORT"]), log_level="warning")
