// Remembers the unchanging part of recently shown documents, so that GET /v1/documents/{uid} is answered from live state without SQL.
// What may change is compared with the live standing on every use, so forgetting or remembering never changes an answer.
#pragma once

#include "api/services.h"

#include <list>
#include <string>
#include <unordered_map>

namespace docquarry::api {

struct ShownDocument {
  DocumentView view;
  double seconds_left = -1;  // negative while it is not known
};

class KnownDocuments {
 public:
  explicit KnownDocuments(Services& services) : services_(services) {}

  // Up to date. Errors: document_not_found, also for what cannot be an id.
  Async<Result<ShownDocument>> find(std::string uid);

  void remember(DocumentView view);

 private:
  static constexpr std::size_t capacity = 4096;

  Services& services_;
  std::list<DocumentView> newest_first_;
  std::unordered_map<std::string, std::list<DocumentView>::iterator> by_uid_;
};

}  // namespace docquarry::api
