// One JSON line per event on standard error: fields, not prose. Secrets and document text never go into a log.
#pragma once

#include "base/error.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace docquarry::log {

enum class Level { debug, info, warn, error, off };

struct Field {
  template <class T>
  Field(std::string_view field_name, const T& field_value) : name(field_name) {
    if constexpr (std::is_same_v<T, bool>) value = field_value;
    else if constexpr (std::is_integral_v<T>) value = std::int64_t(field_value);
    else if constexpr (std::is_floating_point_v<T>) value = double(field_value);
    else value = std::string(field_value);
  }
  std::string_view name;
  std::variant<std::string, std::int64_t, double, bool> value;
};
using Fields = std::initializer_list<Field>;

// Called once at start. Events below `level` cost one comparison.
void start(Level level);

void debug(std::string_view event, Fields fields = {});
void info(std::string_view event, Fields fields = {});
void warn(std::string_view event, Fields fields = {});
void warn(std::string_view event, const Error& error, Fields fields = {});
void error(std::string_view event, Fields fields = {});
void error(std::string_view event, const Error& error, Fields fields = {});

}  // namespace docquarry::log
