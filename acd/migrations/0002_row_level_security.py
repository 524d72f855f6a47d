from django.db import migrations

from supportsite.core.pgrls.operations import AppendOnly, EnableRowLevelSecurity

MODELS = (
    "AcdSettings",
    "Queue",
    "QueueMember",
    "FormField",
    "RoutingRule",
    "OutcomeCode",
    "CsrState",
    "Contact",
    "QueueEntry",
    "Offer",
    "OfferSkip",
    "AcdEvent",
)

# I12: a row and what it points to are of one site, whoever writes it.
SAME_SITE = """
ALTER TABLE accounts_membership ADD CONSTRAINT membership_of_site UNIQUE (site_id, id);
ALTER TABLE acd_queue ADD CONSTRAINT queue_of_site UNIQUE (site_id, id);
ALTER TABLE acd_contact ADD CONSTRAINT contact_of_site UNIQUE (site_id, id);
ALTER TABLE acd_queueentry ADD CONSTRAINT entry_of_site UNIQUE (site_id, id);
ALTER TABLE acd_queuemember
    ADD CONSTRAINT member_queue_of_site FOREIGN KEY (site_id, queue_id) REFERENCES acd_queue (site_id, id),
    ADD CONSTRAINT member_csr_of_site FOREIGN KEY (site_id, csr_id) REFERENCES accounts_membership (site_id, id);
ALTER TABLE acd_csrstate
    ADD CONSTRAINT state_csr_of_site FOREIGN KEY (site_id, csr_id) REFERENCES accounts_membership (site_id, id);
ALTER TABLE acd_queueentry
    ADD CONSTRAINT entry_queue_of_site FOREIGN KEY (site_id, queue_id) REFERENCES acd_queue (site_id, id),
    ADD CONSTRAINT entry_contact_of_site FOREIGN KEY (site_id, contact_id) REFERENCES acd_contact (site_id, id),
    ADD CONSTRAINT entry_csr_of_site FOREIGN KEY (site_id, csr_id) REFERENCES accounts_membership (site_id, id);
ALTER TABLE acd_queue
    ADD CONSTRAINT overflow_of_site FOREIGN KEY (site_id, overflow_queue_id) REFERENCES acd_queue (site_id, id);
ALTER TABLE acd_acdsettings
    ADD CONSTRAINT fallback_of_site FOREIGN KEY (site_id, fallback_queue_id) REFERENCES acd_queue (site_id, id);
ALTER TABLE acd_offer
    ADD CONSTRAINT offer_entry_of_site FOREIGN KEY (site_id, entry_id) REFERENCES acd_queueentry (site_id, id),
    ADD CONSTRAINT offer_csr_of_site FOREIGN KEY (site_id, csr_id) REFERENCES accounts_membership (site_id, id);
"""
DROP_SAME_SITE = """
ALTER TABLE acd_offer DROP CONSTRAINT offer_entry_of_site, DROP CONSTRAINT offer_csr_of_site;
ALTER TABLE acd_acdsettings DROP CONSTRAINT fallback_of_site;
ALTER TABLE acd_queue DROP CONSTRAINT overflow_of_site;
ALTER TABLE acd_queueentry DROP CONSTRAINT entry_queue_of_site, DROP CONSTRAINT entry_contact_of_site,
    DROP CONSTRAINT entry_csr_of_site;
ALTER TABLE acd_csrstate DROP CONSTRAINT state_csr_of_site;
ALTER TABLE acd_queuemember DROP CONSTRAINT member_queue_of_site, DROP CONSTRAINT member_csr_of_site;
ALTER TABLE acd_queueentry DROP CONSTRAINT entry_of_site;
ALTER TABLE acd_contact DROP CONSTRAINT contact_of_site;
ALTER TABLE acd_queue DROP CONSTRAINT queue_of_site;
ALTER TABLE accounts_membership DROP CONSTRAINT membership_of_site;
"""
# Rows that change many times: room for the next version beside the old one, and early cleaning.
HOT = """
ALTER TABLE acd_queueentry SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE acd_csrstate SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE acd_offer SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE acd_siterouter SET (fillfactor = 50);
"""


class Migration(migrations.Migration):
    dependencies = [("acd", "0001_tables")]
    operations = [
        *[EnableRowLevelSecurity(name) for name in MODELS],
        AppendOnly("AcdEvent"),
        migrations.RunSQL(SAME_SITE, DROP_SAME_SITE),
        migrations.RunSQL(HOT, migrations.RunSQL.noop),
    ]
