// Checks what clients send, and says what is wrong exactly as FastAPI with pydantic 2 says it, because the original's clients read it:
// 422 {"detail":[{"type":"int_parsing","loc":["query","page"],"msg":"...","input":"x"}]}, one entry per fault, in the order of the checks.
#pragma once

#include "base/time.h"
#include "domain/task.h"
#include "http/request.h"
#include "http/response.h"

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace docquarry::api {

// Faults of one request.
class Issues {
 public:
  // `place` is the JSON of "loc" ("[\"query\",\"page\"]"), `input` and `context` are JSON too; no "ctx" when `context` is empty.
  void add(std::string_view type, std::string place, std::string_view message, std::string input, std::string context = {});
  bool any() const { return !items_.empty(); }
  http::Response response() const;  // 422

 private:
  struct Item {
    std::string type, place, message, input, context;
  };
  std::vector<Item> items_;
};

std::string place_of(std::string_view where, std::string_view name);             // ["query","page"]
std::string place_of(std::string_view where, std::string_view name, int index);  // ["body","files",0]
std::string json_text(std::string_view text);                                    // "..."

struct Bounds {
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};
inline constexpr Bounds id_bounds{1, 2'147'483'647};  // the columns of the original are 32 bits wide

// Parameters of a query string or fields of a form; the last one of a name counts. References must outlive the object.
class Parameters {
 public:
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  Parameters(const Pairs& pairs, std::string_view where, Issues& issues) : pairs_(pairs), where_(where), issues_(issues) {}

  // The value, or the default when it is absent or wrong (then there is an issue).
  std::int64_t integer(std::string_view name, std::int64_t otherwise, Bounds bounds = {}) const;
  std::optional<std::int64_t> maybe_integer(std::string_view name, Bounds bounds = {}) const;
  bool truth(std::string_view name, bool otherwise) const;
  std::optional<std::string> text(std::string_view name, std::size_t most_bytes) const;
  std::optional<Timestamp> time(std::string_view name) const;
  // One of these words.
  std::optional<std::string> word(std::string_view name, std::initializer_list<std::string_view> words) const;
  // Raises an issue for every other name: /v1 refuses what it does not know, so that a typing error is noticed.
  void allow_only(std::initializer_list<std::string_view> names) const;

 private:
  const std::string* raw(std::string_view name) const;
  const Pairs& pairs_;
  std::string_view where_;
  Issues& issues_;
};

// A number in the path. Empty and an issue when it is none or lies outside.
std::optional<std::int64_t> path_integer(std::string_view text, std::string_view name, Bounds bounds, Issues& issues);

// As pydantic reads an int from a string: surrounding space, a sign, single underscores between digits and ".0" are fine.
// Values beyond 64 bits become the nearest one. Empty when it is no integer.
std::optional<std::int64_t> lenient_integer(std::string_view text);

}  // namespace docquarry::api
