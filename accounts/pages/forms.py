"""The forms of the account pages. ``accounts.site.signin`` checks the passwords."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordMixin, UserCreationForm, UsernameField
from django.core.validators import MaxLengthValidator
from django.http import QueryDict

from accounts.models import User
from accounts.site.signin import MAX_PASSWORD_LENGTH
from accounts.templatetags.moments import as_span

# A validator, since `max_length` lets the browser cut a pasted password without a word.
PASSWORD_LENGTH = MaxLengthValidator(
    MAX_PASSWORD_LENGTH, f"A password has at most {MAX_PASSWORD_LENGTH} characters."
)


class LoginForm(forms.Form):
    """Name and password, as they were typed."""

    username = UsernameField(max_length=150, widget=forms.TextInput(attrs={"autofocus": True}))
    password = forms.CharField(
        strip=False,
        validators=[PASSWORD_LENGTH],
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    remember = forms.BooleanField(
        label="Stay logged in on this device",
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stays, goes = as_span(settings.LOGIN_LIFETIME), as_span(settings.UNREMEMBERED_LIFETIME)
        self.fields["remember"].help_text = (
            f"Ticked: {stays}, or until it is not used for {as_span(settings.SESSION_IDLE)}. "
            f"Not ticked: until you close the browser, {goes} at most."
        )


def new_password_fields(first: str, second: str) -> tuple[forms.CharField, forms.CharField]:
    """Django's two fields for a new password, with these labels and our limit of length."""
    fields = SetPasswordMixin.create_password_fields(first, second)
    fields[1].help_text = ""
    for field in fields:
        field.validators.append(PASSWORD_LENGTH)
    return fields


class SignUpForm(UserCreationForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """A new account."""

    password1, password2 = new_password_fields("Password", "Password again")

    class Meta(UserCreationForm.Meta):
        model = User

    def validate_password_for_user(
        self, user: User, password_field_name: str = "password1"
    ) -> None:
        # Errors belong to the first field, where the password was typed; Django takes the second.
        # The stubs leave out the mixin that this comes from.
        super().validate_password_for_user(user, password_field_name)  # type: ignore[misc]


class ConfirmForm(forms.Form):
    """The password once more, from somebody who is logged in as ``user``."""

    password = forms.CharField(
        label="Your password",
        help_text="You gave it more than ten minutes ago.",
        strip=False,
        validators=[PASSWORD_LENGTH],
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, user: User, data: QueryDict | None = None) -> None:
        self.user = user
        super().__init__(data)


class PasswordForm(SetPasswordMixin, forms.Form):  # type: ignore[type-arg]  # likewise
    """A new password for a user who knows the old one, which ``sign_in`` checks."""

    old_password = forms.CharField(
        label="Current password",
        strip=False,
        validators=[PASSWORD_LENGTH],
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    new_password1, new_password2 = new_password_fields("New password", "New password again")

    def __init__(self, user: User, data: QueryDict | None = None) -> None:
        self.user = user
        super().__init__(data)

    def clean(self) -> dict[str, Any]:
        self.validate_passwords("new_password1", "new_password2")
        self.validate_password_for_user(self.user, "new_password1")
        return self.cleaned_data


def focus_first_error(form: forms.BaseForm) -> None:
    """Focus the first field with an error, without a script; the summary stands above it.

    https://html.spec.whatwg.org/multipage/interaction.html#the-autofocus-attribute
    """
    first = next((name for name in form.fields if name in form.errors), None)
    for name, field in form.fields.items():
        field.widget.attrs["autofocus"] = name == first
