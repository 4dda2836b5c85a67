// What lies in a bucket: objects, and uploads that were begun and never ended.
#pragma once

#include "base/time.h"
#include "drivers/aws/s3_bucket.h"

#include <string>
#include <vector>

namespace docquarry::aws {

struct ListedObject {
  std::string name;  // without the bucket's prefix
  Timestamp modified;
};

struct ObjectListing {
  std::vector<ListedObject> objects;  // in the order of their names' bytes
  bool is_complete = true;
};

struct UnfinishedUpload {
  std::string name, id;
  Timestamp begun;
};

struct UploadListing {
  std::vector<UnfinishedUpload> uploads;
  std::string next_name, next_id;  // where the next answer begins; empty at the end
};

// Objects whose names begin with `folder` and come after `after` (empty: all), at most `limit` (up to 1000). Errors: those of
// S3Bucket::send; storage_unavailable when the answer makes no sense.
Async<Result<ObjectListing>> list_objects(S3Bucket& bucket, std::string folder, std::string after, int limit);

// Up to 1000 uploads of objects whose names begin with `folder`, from where the listing before it ended. Errors: the same.
Async<Result<UploadListing>> list_uploads(S3Bucket& bucket, std::string folder, std::string after_name, std::string after_id);

}  // namespace docquarry::aws
