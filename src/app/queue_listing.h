// The queue as `docquarry queue list` shows it.
#pragma once

#include "ports/queue_control.h"

#include <string>
#include <vector>

namespace docquarry {

std::vector<std::string> queue_as_lines(const QueueOverview& overview, Timestamp now);
std::string queue_as_json(const QueueOverview& overview);

}  // namespace docquarry
