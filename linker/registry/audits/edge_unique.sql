-- a pair of records with more than one edge
SELECT record_id_l, record_id_r, count(*) AS times FROM edge GROUP BY record_id_l, record_id_r HAVING count(*) > 1
