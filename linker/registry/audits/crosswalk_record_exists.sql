-- a crosswalk row whose record is not in the record table, or differs from it in its key
SELECT c.record_id FROM crosswalk AS c
LEFT JOIN record AS r USING (record_id)
WHERE r.record_id IS NULL OR r.source IS DISTINCT FROM c.source OR r.native_id IS DISTINCT FROM c.native_id OR r.part IS DISTINCT FROM c.part
