"""A user read, and a login written, by a statement of our own are what Django's would be."""

from django.utils import timezone

from accounts.models import Login, User, login_begin
from accounts.models.user_row import user_logged_in_now, user_named


def test_a_user_is_the_one_that_django_reads(alice: User, bob: User) -> None:
    alice.last_login = timezone.now()
    alice.save()
    found, known = user_named("alice"), User.objects.get(pk=alice.pk)
    assert found == known
    for field in User._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(known, field.attname)
    assert user_named("carol") is None


def test_a_log_in_is_noted_for_one_user(alice: User, bob: User) -> None:
    user_logged_in_now(alice)
    assert User.objects.get(last_login__isnull=False) == alice
    assert User.objects.get(pk=alice.pk).last_login == alice.last_login


def test_a_login_is_read_as_it_was_begun(alice: User) -> None:
    begun = login_begin(alice, strategy="opaque", ip="2001:db8::1", user_agent="Ada’s")
    found = Login.objects.get()
    for field in Login._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(begun, field.attname)
    begun.refresh_from_db()
    begun.user_agent = "another"
    begun.save()  # an update: the row is known to be there
    assert Login.objects.get().user_agent == "another"
