-- records that belong to no identity (ids are told apart by other audits, so counting is enough)
SELECT r.n AS records, c.n AS in_crosswalk
FROM (SELECT count(*) AS n FROM record) AS r CROSS JOIN (SELECT count(*) AS n FROM crosswalk) AS c
WHERE r.n <> c.n
