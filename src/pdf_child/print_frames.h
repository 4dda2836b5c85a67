// Frames in a form for people and golden files: one JSON object per line.
#pragma once

#include "wire/frame.h"

#include <string>

namespace docquarry {

std::string describe_message(const wire::Message& message);

}  // namespace docquarry
