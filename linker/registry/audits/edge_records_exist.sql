-- an edge to a record that is not in the crosswalk
SELECT record_id_l, record_id_r FROM edge
WHERE record_id_l NOT IN (SELECT record_id FROM crosswalk) OR record_id_r NOT IN (SELECT record_id FROM crosswalk)
