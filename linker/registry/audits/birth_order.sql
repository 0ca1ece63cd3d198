-- an identity whose birth interval ends before it begins
SELECT identity_id, birth_from, birth_to FROM identity WHERE birth_from > birth_to
