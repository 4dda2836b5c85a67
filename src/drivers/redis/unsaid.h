// What Redis could not be told while it was away, so that it does not come back with stale answers. Bounded: the oldest documents go first,
// whose entries are too old to be trusted soonest.
#pragma once

#include "domain/ids.h"

#include <map>
#include <set>
#include <string>

namespace docquarry {

class Unsaid {
 public:
  explicit Unsaid(std::size_t most = 10'000) : most_(most) {}

  void add_post(DocumentId document) {
    documents.emplace(document, false);
    while (documents.size() > most_) documents.erase(documents.begin());
  }
  void add_forget(DocumentId document) {
    documents[document] = true;
    while (documents.size() > most_) documents.erase(documents.begin());
  }
  void add_key(std::string key) {
    if (keys.size() < most_) keys.insert(std::move(key));
  }
  void said(DocumentId document) { documents.erase(document); }
  bool holds(DocumentId document) const { return documents.contains(document); }
  bool holds_key(const std::string& key) const { return keys.contains(key); }

  std::map<DocumentId, bool> documents;  // true: to be forgotten; false: its standing is stale
  std::set<std::string> keys;            // of the cache, to be deleted

 private:
  std::size_t most_;
};

}  // namespace docquarry
