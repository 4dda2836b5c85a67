// Which keys name an object, in every store.
#pragma once

#include "domain/ids.h"

namespace docquarry {

// "folder/name"; both parts hold only letters, digits, '.', '_' and '-', do not begin with a dot and have at most 200 characters. So a
// key is a path that cannot leave its root, and means the same in any encoding.
bool is_plain_key(const ObjectKey& key);

}  // namespace docquarry
