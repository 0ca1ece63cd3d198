-- an edge from a record to itself, or with the larger record id on the left
SELECT record_id_l, record_id_r FROM edge WHERE record_id_l >= record_id_r
