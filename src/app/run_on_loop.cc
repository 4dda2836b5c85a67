#include "app/run_on_loop.h"

#include <boost/asio/signal_set.hpp>

#include <cstdlib>

namespace docquarry {

Result<int> run_on_loop(boost::asio::io_context& loop, Async<Result<int>> work) {
  boost::asio::signal_set signals(loop, SIGINT, SIGTERM);
  signals.async_wait([](boost::system::error_code error, int) {
    if (!error) std::_Exit(130);  // every command can be run again
  });
  Result<int> status = 0;
  boost::asio::co_spawn(loop, std::move(work), [&](std::exception_ptr defect, Result<int> outcome) {
    if (defect) std::rethrow_exception(defect);
    status = std::move(outcome);
    loop.stop();
  });
  loop.run();
  return status;
}

}  // namespace docquarry
