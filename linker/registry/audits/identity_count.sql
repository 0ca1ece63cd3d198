-- an identity that states another number of records than the crosswalk gives it
SELECT i.identity_id, i.records, count(c.record_id) AS in_crosswalk FROM identity AS i
LEFT JOIN crosswalk AS c USING (identity_id)
GROUP BY i.identity_id, i.records HAVING count(c.record_id) <> i.records
