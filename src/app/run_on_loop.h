// The end of every command that works over stores: its coroutine runs to the end, or until Ctrl-C.
#pragma once

#include "base/async.h"
#include "base/result.h"

#include <boost/asio/io_context.hpp>

namespace docquarry {

// What `work` returns, the exit status. Ends the process with status 130 when interrupted; whatever was committed stays.
Result<int> run_on_loop(boost::asio::io_context& loop, Async<Result<int>> work);

}  // namespace docquarry
