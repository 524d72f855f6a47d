"""Builds rows for tests. A site's rows are made inside its scope, so factories enter it by themselves."""

from datetime import timedelta
from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password
from factory.declarations import LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from accounts import models
from supportsite.core import clock
from supportsite.core.tenancy import site_scope

PASSWORD = "correct horse battery"


@cache
def hash_once(password: str) -> str:
    """Return the password's hash; the slow function runs once for all users of a test run."""
    return make_password(password)


class SiteFactory(DjangoModelFactory[models.Site]):
    """A site with its settings; `host` is `site1.localhost`, `site2.localhost`, …"""

    class Meta:
        model = models.Site
        skip_postgeneration_save = True

    host = Sequence(lambda n: f"site{n}.localhost")
    name = Sequence(lambda n: f"Site {n}")
    name_ja = Sequence(lambda n: f"サイト{n}")
    verified = True

    @post_generation
    def settings(self: Any, create: bool, _: Any, **values: Any) -> None:
        if create:
            with site_scope(self):
                models.SiteSettings.objects.create(site=self, **values)


class UserFactory(DjangoModelFactory[models.User]):
    """A person; the password is `PASSWORD`."""

    class Meta:
        model = models.User
        skip_postgeneration_save = True

    email = Sequence(lambda n: f"person{n}@example.com")
    name = Sequence(lambda n: f"Person {n}")

    @classmethod
    def _create(cls, model_class: Any, *_: Any, **kwargs: Any) -> Any:
        user = model_class.objects.create_user(**kwargs)
        user.password = hash_once(PASSWORD)
        user.save(update_fields=["password"])
        return user


class SiteOwnedFactory(DjangoModelFactory[Any]):
    """A row of a site, made in that site's scope."""

    class Meta:
        abstract = True

    site = SubFactory(SiteFactory)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        with site_scope(kwargs["site"]):
            return super()._create(model_class, *args, **kwargs)


class MembershipFactory(SiteOwnedFactory):
    """A CSR of a site, unless `role` says otherwise."""

    class Meta:
        model = models.Membership

    user = SubFactory(UserFactory)
    role = models.Role.CSR


class SessionTypeFactory(SiteOwnedFactory):
    """A kind of session."""

    class Meta:
        model = models.SessionType

    name = Sequence(lambda n: f"Type {n}")
    name_ja = Sequence(lambda n: f"種類{n}")
    position = Sequence(lambda n: n)


class TrackingCodeFactory(SiteOwnedFactory):
    """An optional field with two choices."""

    class Meta:
        model = models.TrackingCode

    name = Sequence(lambda n: f"Code {n}")
    choices = ["Printer", "Network"]


class StaffSessionFactory(SiteOwnedFactory):
    """An open staff session of one hour."""

    class Meta:
        model = models.StaffSession

    user = SubFactory(UserFactory, is_staff=True)
    reason = "Asked by the site's administrator"
    started_at = LazyFunction(clock.now)
    until = LazyFunction(lambda: clock.now() + timedelta(hours=1))
