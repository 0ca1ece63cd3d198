-- events of all runs that concern the identity $id
SELECT filename, event_no, identity_id, kind, cause, record_ids, other_identities
FROM read_parquet($files, filename = true)
WHERE identity_id = $id OR list_contains(other_identities, $id)
ORDER BY filename, event_no
