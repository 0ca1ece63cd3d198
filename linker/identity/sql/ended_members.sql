-- the records that each identity had when it last ended: those that were merged away or left, as far as the latest such run of that identity
SELECT record_id, identity_id
FROM (
    SELECT record_id, identity_id, filename, max(filename) OVER (PARTITION BY identity_id) AS latest
    FROM (
        SELECT
            filename,
            unnest(record_ids) AS record_id,
            CASE kind WHEN 'merged' THEN other_identities[1] ELSE identity_id END AS identity_id
        FROM read_parquet($files, filename = true)
        WHERE kind IN ('merged', 'erased')
    )
)
WHERE filename = latest
ORDER BY identity_id, record_id
