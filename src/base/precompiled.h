// What most files include, parsed once per build (CMakeLists.txt). Every file still includes what it uses.
#pragma once

#include "base/async.h"
#include "base/result.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
