// What the drivers of shared stores need to know, taken from the settings.
#pragma once

#include "app/settings.h"
#include "drivers/aws/s3_options.h"
#include "drivers/aws/sqs_options.h"
#include "drivers/postgres/postgres_options.h"
#include "drivers/redis/redis_options.h"

namespace docquarry {

PostgresOptions postgres_options(const Settings& settings);  // settings.database is postgres://…
aws::S3Options s3_options(const Settings& settings);         // settings.files is s3://BUCKET/PREFIX
SqsOptions sqs_options(const Settings& settings);            // settings.queue is sqs:URL
Result<RedisOptions> redis_options(const Settings& settings);

}  // namespace docquarry
