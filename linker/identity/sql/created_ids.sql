-- every identity id ever used, with the file whose run created it
SELECT identity_id, min(filename) AS filename
FROM read_parquet($files, filename = true)
WHERE kind = 'created'
GROUP BY identity_id
ORDER BY identity_id
