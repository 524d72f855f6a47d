"""What a command reads does not grow with those who wait, nor with those who were ever helped."""

import json
import secrets

import pytest
from django.db import connection

from accounts.models import new_public_id
from accounts.tests.helpers import connect_as_owner
from acd.models import Offer, QueueEntry
from acd.services import router
from acd.tests.factories import enter, make_csr, make_queue

# Committed, as in life: versions of a row that one transaction leaves behind cannot be cleaned away in it.
pytestmark = pytest.mark.django_db(transaction=True)

FEW, MANY = 10, 3000
GROWTH, ALWAYS = 1.5, 40  # blocks: of deeper trees, and of pages that are full of new rows


def blocks(function, *arguments):
    """Run one of the router's functions; return the blocks that it touched."""
    marks = ", ".join(["%s"] * len(arguments))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT {function}({marks})", arguments)
        plan = cursor.fetchone()[0][0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def fill(site, queue, count):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(acd_enqueue(%s, NULL, %s, jsonb_build_object('public_id', substr(md5(random()::text), 1, 22),"
            " 'name', 'Waiting', 'browser_key', 'b', 'secret_hash', md5(random()::text)), '{\"open\": true}'))"
            " FROM generate_series(1, %s)",
            [site.pk, queue.pk, count],
        )


def analyze():
    """Let the planner know the tables as they are, as the database does by itself after a while."""
    with connect_as_owner(autocommit=True) as owned:
        owned.execute("VACUUM ANALYZE acd_contact, acd_queueentry, acd_offer, acd_acdevent, acd_csrstate")


def commands(site, queue):
    """The blocks of a customer's coming, of an accept and of the end of a help."""
    analyze()
    offer = Offer.objects.filter(state="pending").order_by("id").first()
    contact = {"public_id": new_public_id(), "name": "New", "browser_key": "b", "secret_hash": secrets.token_hex(16)}
    entering = blocks("acd_enqueue", site.pk, None, queue.pk, json.dumps(contact), '{"open": true}')
    accepting = blocks("acd_accept", site.pk, None, offer.pk, offer.csr_id)
    finishing = blocks("acd_command", site.pk, None, "finish", offer.entry_id, "{}")
    return {"enqueue": entering, "accept": accepting, "finish": finishing}


def test_a_command_touches_as_few_blocks_with_a_long_line_as_with_a_short_one(site):
    queue = make_queue(site)
    for _ in range(3):
        make_csr(site, queue)
    fill(site, queue, FEW)
    commands(site, queue)
    few = commands(site, queue)
    fill(site, queue, MANY)
    many = commands(site, queue)
    assert QueueEntry.objects.filter(state="waiting").count() > MANY
    for name, count in many.items():
        assert count <= GROWTH * few[name] + ALWAYS, (name, few, many)


def test_a_command_touches_as_few_blocks_after_many_were_helped(site):
    queue = make_queue(site)
    make_csr(site, queue)
    enter(site, queue)
    commands(site, queue)
    enter(site, queue)
    few = commands(site, queue)
    for _ in range(300):
        enter(site, queue)
        for offer in Offer.objects.filter(state="pending"):
            router.accept(site, offer=offer.pk, csr=offer.csr_id)
            router.command(site, "finish", offer.entry_id)
    if not Offer.objects.filter(state="pending").exists():
        enter(site, queue)
    many = commands(site, queue)
    for name, count in many.items():
        assert count <= GROWTH * few[name] + ALWAYS, (name, few, many)
