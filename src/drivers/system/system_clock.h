// The time of this machine, and ids from the kernel's randomness.
#pragma once

#include "ports/clock.h"

namespace docquarry {

class SystemClock : public Clock {
 public:
  Timestamp now() const override;
};

class SystemIdSource : public IdSource {
 public:
  std::string next() override;
};

}  // namespace docquarry
