-- a record that stands in the crosswalk more than once
SELECT record_id, count(*) AS times FROM crosswalk GROUP BY record_id HAVING count(*) > 1
