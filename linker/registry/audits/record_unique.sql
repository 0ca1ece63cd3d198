-- a record id that is used more than once
SELECT record_id, count(*) AS times FROM record GROUP BY record_id HAVING count(*) > 1
