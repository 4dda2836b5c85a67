// How our keys and channels are called. task:{id} and all_tasks are the original's; the others are ours, under one prefix.
#pragma once

#include "domain/ids.h"

#include <string>
#include <string_view>
#include <vector>

namespace docquarry::redis_keys {

inline const std::string all_tasks = "all_tasks";
inline const std::string probe = "docquarry:probe";  // written when a connection is proved

inline std::string task(DocumentId document) { return "task:" + std::to_string(document.value()); }
inline std::string events(DocumentId document) { return "docquarry:events:" + std::to_string(document.value()); }
inline std::string deleted_mark(DocumentId document) { return "docquarry:deleted:" + std::to_string(document.value()); }
inline std::string admitted(std::string_view rule, std::string_view key) {
  return "docquarry:admitted:" + std::string(rule) + ":" + std::string(key);
}

// Channels, unlike keys, are shared by all databases of a server.
inline std::string channel(int database, DocumentId document) {
  return "docquarry:" + std::to_string(database) + ":document:" + std::to_string(document.value());
}

// In the order that the scripts post and forget expect.
inline std::vector<std::string> of_document(DocumentId document) {
  return {task(document), events(document), all_tasks, deleted_mark(document)};
}

inline constexpr int deleted_mark_seconds = 600;  // longer than any worker goes on with a document that was deleted under it

}  // namespace docquarry::redis_keys
