-- an identity that this run created or enlarged, and that is not in the unified table
SELECT e.kind, e.identity_id FROM event AS e ANTI JOIN identity AS i USING (identity_id) WHERE e.kind <> 'erased'
