"""The admin of users, groups, logins and the blacklist. It shows no credential, hash or digest."""

import uuid
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from accounts.models import BlacklistedToken, EndReason, Login, LoginQuerySet, User
from accounts.site import logins
from accounts.site.devices import device
from accounts.site.security import security_note
from accounts.site.signin import current_login


class WhoseFilter(admin.SimpleListFilter):
    """The site's users by default: the lab creates hundreds of its own in an hour."""

    title = "whose"
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("lab", "The lab's"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        # Django calls the default "All".
        default, *others = super().choices(changelist)
        yield {**default, "display": "The site's"}
        yield from others

    def queryset(
        self, request: HttpRequest, queryset: "QuerySet[models.Model]"
    ) -> "QuerySet[models.Model]":
        if self.value() == "all":
            return queryset
        # A subquery, since a join would lose the rows of the blacklist that outlive their user.
        key = "pk" if queryset.model is User else "user_id"
        of_lab = Exists(User.objects.filter(pk=OuterRef(key), visitor__isnull=False))
        return queryset.filter(of_lab if self.value() == "lab" else ~Q(of_lab))


class NotedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # in the stubs alone
    """What an administrator writes is told in the security log too.

    Django keeps them in a table too, whose rows go with the user who is deleted.
    """

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        _note(request, "added", obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        _note(request, "changed", obj)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: "QuerySet[Any]") -> Any:
        for row in queryset:
            _note(request, "deleted", row)
        return super().log_deletions(request, queryset)


def _note(request: HttpRequest, done: str, row: models.Model) -> None:
    note = f"admin {done} {row._meta.verbose_name} {row.pk}"
    security_note(request, note, user_id=request.user.pk)


class StaffPasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]  # in the stubs alone
    """Django's form, with the reason for the logins that it ends."""

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002  # Django's own signature
        self.user.password_end_reason = EndReason.RESET
        user: User = super().save(commit)
        return user


@admin.register(User)
class UserAdmin(NotedAdmin, DjangoUserAdmin):  # type: ignore[type-arg]  # in the stubs alone
    """Django's user admin with the role and an action that logs users out."""

    change_password_form = StaffPasswordForm
    list_display = ("username", "email", "role", "is_active", "is_staff", "last_login")
    list_filter = (WhoseFilter, *DjangoUserAdmin.list_filter)
    fieldsets = (*(DjangoUserAdmin.fieldsets or ()), ("Role", {"fields": ("role",)}))
    actions = ("log_out",)

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> User | None:
        """The user; one who changes their own password here stays logged in."""
        user: User | None = super().get_object(request, *args, **kwargs)
        if user is not None and user.pk == request.user.pk:
            user.kept_login = current_login(request)
        return user

    @admin.action(description="Log selected users out everywhere", permissions=["change"])
    def log_out(self, request: HttpRequest, queryset: "QuerySet[User]") -> None:
        """End every login of these users, in both modes."""
        ended = sum(user.end_logins(EndReason.STAFF) for user in queryset)
        security_note(request, f"admin ended {ended} logins", user_id=request.user.pk)
        self.message_user(request, f"Logins ended: {ended}.", messages.SUCCESS)


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(NotedAdmin, DjangoGroupAdmin):
    """Django's own group admin, noted."""


class ReadOnlyAdmin(NotedAdmin):
    """Rows that nobody writes by hand and that are found by their id."""

    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Any], bool]":
        # The admin lists the one row of an id, in any spelling: a token's sid or jti is one too.
        try:
            return queryset.filter(pk=uuid.UUID(search_term.strip())), False
        except ValueError:
            return super().get_search_results(request, queryset, search_term)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Login)
class LoginAdmin(ReadOnlyAdmin):
    """Logins: the user, the device, the times and the state."""

    list_display = ("user", "state", "on", "strategy", "ip", "created", "last_seen", "expires")
    list_filter = (WhoseFilter, "strategy", "end_reason", "created")
    list_select_related = ("user",)
    search_fields = ("user__username", "ip", "user_agent")
    fields = (
        *("id", "user", "strategy", "on", "user_agent", "ip", "created", "last_seen"),
        *("expires", "state", "ended_at", "end_reason", "replay_notified_at"),
    )
    actions = ("end",)

    @admin.display(description="device")
    def on(self, login: Login) -> str:
        """The browser and the operating system."""
        return str(device(login.user_agent))

    @admin.display(description="state")
    def state(self, login: Login) -> str:
        """``live``, or why the login is over."""
        ended = logins.ended(login, login.user)
        return ended.why if ended else "live"

    def has_end_permission(self, request: HttpRequest) -> bool:
        """Whether the user may end logins: the permission to change them is enough."""
        return request.user.has_perm("accounts.change_login")

    @admin.action(description="End selected logins", permissions=["end"])
    def end(self, request: HttpRequest, queryset: LoginQuerySet) -> None:
        """End the logins: their credentials are refused from the next request on."""
        ended = queryset.end(EndReason.STAFF)
        security_note(request, f"admin ended {ended} logins", user_id=request.user.pk)
        self.message_user(request, f"Logins ended: {ended}.", messages.SUCCESS)


@admin.register(BlacklistedToken)
class BlacklistedTokenAdmin(ReadOnlyAdmin):
    """The blacklist. Without the signing key, nobody can use an id to log in."""

    list_display = ("jti", "user_id", "token_type", "reason", "blacklisted_at", "expires_at")
    list_filter = (WhoseFilter, "token_type", "reason", "blacklisted_at")
    search_fields = ("user__username",)
    fields = list_display
    readonly_fields = ("user_id",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # A row that is deleted before its token expires makes the token valid again.
        return False
