// Files built into the program, as answers: content type by name, ETag, 304, and a gzip variant where one was built in beside the file.
#pragma once

#include "base/embedded_file.h"
#include "http/request.h"
#include "http/response.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace docquarry::http {

class StaticFiles {
 public:
  // `prefix` ("web/") is what the paths of the files begin with and callers leave out; other files are not served. "x.js.gz" is the
  // compressed form of "x.js".
  StaticFiles(std::span<const embedded::File> files, std::string_view prefix);

  // Empty when there is no such file. `name`: without prefix and without leading '/'. The file may be cached but is asked for again each
  // time, so a new version shows at once.
  std::optional<Response> answer(const Request& request, std::string_view name) const;

 private:
  struct Entry {
    std::string_view content, compressed;
    std::string etag, compressed_etag, content_type;
  };
  std::map<std::string, Entry, std::less<>> entries_;
};

// "text/html; charset=utf-8" for "index.html"; application/octet-stream for what is not known.
std::string_view content_type_of(std::string_view file_name);

}  // namespace docquarry::http
