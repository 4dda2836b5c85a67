// Ids are distinct types, so swapping two does not compile. They have constructors on purpose: aggregates as arguments of
// a co_await are miscompiled by g++ 12.2.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <utility>

namespace docquarry {

template <class Tag>
class NumberId {
 public:
  constexpr NumberId() = default;
  constexpr explicit NumberId(std::int64_t value) : value_(value) {}
  constexpr std::int64_t value() const { return value_; }
  auto operator<=>(const NumberId&) const = default;

 private:
  std::int64_t value_ = 0;
};

template <class Tag>
class TextId {
 public:
  TextId() = default;
  explicit TextId(std::string value) : value_(std::move(value)) {}
  const std::string& value() const { return value_; }
  auto operator<=>(const TextId&) const = default;

 private:
  std::string value_;
};

using DocumentId = NumberId<struct DocumentTag>;  // documents.id: small, sequential; also the original's task_id
using TaskId = NumberId<struct TaskTag>;          // tasks.id: one extraction of one document; never leaves the service
using UserId = NumberId<struct UserTag>;
using Uid = TextId<struct UidTag>;              // a document's unguessable public name (32 hex digits)
using ObjectKey = TextId<struct ObjectKeyTag>;  // "uploads/<random>.pdf"
using WorkerId = TextId<struct WorkerTag>;      // "host/pid/random": who holds a lease

}  // namespace docquarry
