-- What other engines do differently.

-- fragment: new_user_id
NULL
