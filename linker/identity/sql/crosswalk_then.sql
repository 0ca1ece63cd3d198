-- who belonged where after the last of the runs: of each record the latest event that moved it; erased records belong nowhere
SELECT record_id, arg_max(belongs, filename) AS identity_id
FROM (
    SELECT
        filename,
        unnest(record_ids) AS record_id,
        CASE kind WHEN 'erased' THEN '' WHEN 'split' THEN other_identities[1] ELSE identity_id END AS belongs
    FROM read_parquet($files, filename = true)
)
GROUP BY record_id
HAVING arg_max(belongs, filename) <> ''
ORDER BY record_id
