"""fastapi-users: its JWT strategy, or its database strategy, behind a bearer transport.

Followed: https://fastapi-users.github.io/fastapi-users/latest/configuration/full-example/ and
.../configuration/authentication/strategies/database/
"""

import os
import uuid
from contextlib import asynccontextmanager

import uvicorn
from fastapi import Depends, FastAPI
from fastapi_users import BaseUserManager, FastAPIUsers, UUIDIDMixin, schemas
from fastapi_users.authentication import AuthenticationBackend, BearerTransport, JWTStrategy
from fastapi_users.authentication.strategy.db import DatabaseStrategy
from fastapi_users.db import SQLAlchemyBaseUserTableUUID, SQLAlchemyUserDatabase
from fastapi_users_db_sqlalchemy.access_token import (
    SQLAlchemyAccessTokenDatabase,
    SQLAlchemyBaseAccessTokenTableUUID,
)
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

SECRET = os.environ["SECRET"]
LIFETIME = int(os.environ.get("LIFETIME", "3600"))  # seconds; an hour in the documentation
engine = create_async_engine(f"sqlite+aiosqlite:///{os.environ['DATA']}/people.sqlite3")
async_session_maker = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    """The tables."""


class User(SQLAlchemyBaseUserTableUUID, Base):
    """A user; the column is_verified stands for a role that was taken away."""


class AccessToken(SQLAlchemyBaseAccessTokenTableUUID, Base):
    """A token of the database strategy."""


async def get_async_session():
    """A session of the database."""
    async with async_session_maker() as session:
        yield session


async def get_user_db(session: AsyncSession = Depends(get_async_session)):
    """The users."""
    yield SQLAlchemyUserDatabase(session, User)


async def get_access_token_db(session: AsyncSession = Depends(get_async_session)):
    """The tokens."""
    yield SQLAlchemyAccessTokenDatabase(session, AccessToken)


class UserManager(UUIDIDMixin, BaseUserManager[User, uuid.UUID]):
    """As in the example."""

    reset_password_token_secret = SECRET
    verification_token_secret = SECRET


async def get_user_manager(user_db=Depends(get_user_db)):
    """The manager."""
    yield UserManager(user_db)


def get_jwt_strategy():
    """Signed tokens."""
    return JWTStrategy(secret=SECRET, lifetime_seconds=LIFETIME)


def get_database_strategy(tokens=Depends(get_access_token_db)):
    """Tokens that are rows."""
    return DatabaseStrategy(tokens, lifetime_seconds=LIFETIME)


auth_backend = AuthenticationBackend(
    name="auth",
    transport=BearerTransport(tokenUrl="auth/login"),
    get_strategy=get_jwt_strategy
    if os.environ["PEER_STRATEGY"] == "jwt"
    else get_database_strategy,
)
fastapi_users = FastAPIUsers[User, uuid.UUID](get_user_manager, [auth_backend])
current_user = fastapi_users.current_user(active=True)


class UserRead(schemas.BaseUser[uuid.UUID]):
    """What is shown."""


class UserCreate(schemas.BaseUserCreate):
    """What is sent to sign up."""


class UserUpdate(schemas.BaseUserUpdate):
    """What may be changed, the password among it."""


@asynccontextmanager
async def lifespan(app):
    """Make the tables."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield


app = FastAPI(lifespan=lifespan)
app.include_router(fastapi_users.get_auth_router(auth_backend), prefix="/auth")
app.include_router(fastapi_users.get_register_router(UserRead, UserCreate), prefix="/auth")
app.include_router(fastapi_users.get_users_router(UserRead, UserUpdate), prefix="/users")


@app.post("/staff/demote")
@app.post("/staff/disable")
async def staff(sent: dict, session: AsyncSession = Depends(get_async_session)):
    """What staff does: a column of the user's row."""
    values = {sent["column"]: sent["value"]}
    await session.execute(update(User).where(User.email == sent["email"]).values(**values))
    await session.commit()
    return {}


@app.get("/me")
async def me(user: User = Depends(current_user)):
    """Who sent the token."""
    return {"email": user.email, "role": "member" if user.is_verified else "editor"}


if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ["PORT"]), log_level="warning")
