// Which stores are used when they are not named themselves: the embedded ones, unless the original's variables (POSTGRES_HOST, S3_BUCKET_NAME,
// SQS_QUEUE_URL, REDIS_HOST, ...) tell of others; and which of them go together.
#pragma once

#include "app/settings.h"

#include <string>

namespace docquarry {

std::string default_database(const Settings& settings);
std::string default_files(const Settings& settings);
std::string default_queue(const Settings& settings);  // needs settings.database
std::string default_live(const Settings& settings);

// Refuses stores that cannot work together. Errors: invalid_setting with a sentence that says what to set.
Result<void> check_stores(const Settings& settings);

}  // namespace docquarry
