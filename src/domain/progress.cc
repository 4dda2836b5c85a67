#include "domain/progress.h"

#include <algorithm>
#include <cmath>

namespace docquarry {

double percent(const Standing& standing) {
  if (standing.state == TaskState::completed) return 100;
  if (standing.state == TaskState::pending) return 0;
  if (standing.pages_total <= 0) return standing.state == TaskState::processing ? 5 : 0;
  double share = std::min(1.0, double(standing.pages_done) / standing.pages_total);
  return std::round((5 + 90 * share) * 10) / 10;
}

}  // namespace docquarry
