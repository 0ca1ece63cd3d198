-- an edge to a record that is not in the crosswalk
SELECT e.record_id_l, e.record_id_r FROM edge AS e ANTI JOIN crosswalk AS c ON c.record_id = e.record_id_l
UNION ALL
SELECT e.record_id_l, e.record_id_r FROM edge AS e ANTI JOIN crosswalk AS c ON c.record_id = e.record_id_r
