-- an identity that stands in the unified table more than once
SELECT identity_id, count(*) AS times FROM identity GROUP BY identity_id HAVING count(*) > 1
