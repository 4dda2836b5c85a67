// Time and chance come from outside, so tests control them.
#pragma once

#include "base/time.h"

#include <string>

namespace docquarry {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
};

class IdSource {
 public:
  virtual ~IdSource() = default;
  // 128 random bits as 32 lowercase hex digits, the first 48 of them time, so that ids sort by age (UUIDv7 layout, RFC 9562).
  virtual std::string next() = 0;
};

}  // namespace docquarry
