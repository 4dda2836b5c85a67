// What the settings of the four stores say: "redis://host/0", "sqlite:data/docquarry.db", "memory:".
#pragma once

#include <string_view>

namespace docquarry {

// "sqlite", "postgres", "file", "s3", "memory", "sqs" or "redis" (also when it is reached by TLS: rediss://); or what else stands there.
std::string_view store_kind(std::string_view url);

// What stands behind the colon: "//host/0", "data/docquarry.db".
std::string_view store_place(std::string_view url);

}  // namespace docquarry
