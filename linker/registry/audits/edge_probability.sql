-- an edge whose weight or probability is not a number, or whose probability is not one
SELECT record_id_l, record_id_r, weight, probability FROM edge
WHERE weight IS NULL OR isnan(weight) OR probability IS NULL OR isnan(probability) OR probability < 0 OR probability > 1
