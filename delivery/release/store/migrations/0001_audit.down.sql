-- The chain goes to slipway_archive, from where the next up brings it back as it was.

SELECT slipway.archive('release.audit_entry');

DROP FUNCTION release.note(text, text, jsonb);
DROP FUNCTION release.record();
DROP FUNCTION release.audit_text(release.audit_entry);
DROP TABLE release.audit_entry;
DROP FUNCTION release.audit_chain();
DROP FUNCTION release.audit_notify();
DROP FUNCTION release.refuse();
DROP FUNCTION release.canonical(jsonb);
DROP SCHEMA release;
