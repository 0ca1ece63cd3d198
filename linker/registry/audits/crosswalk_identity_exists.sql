-- a crosswalk row whose identity is not in the unified table
SELECT c.record_id, c.identity_id FROM crosswalk AS c ANTI JOIN identity AS i USING (identity_id)
