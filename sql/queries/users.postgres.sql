-- What other engines do differently.

-- fragment: new_user_id
-- The sequence knows nothing of the ids that the open mode gave out (insert_owner).
next_user_id()
