#include "worker/rescuer.h"

#include "base/log.h"

namespace docquarry {

using namespace boost::asio::experimental::awaitable_operators;

Async<void> Rescuer::run() { co_await (rescue_again_and_again() && sweep_again_and_again()); }

Async<void> Rescuer::rescue_again_and_again() {
  while (!stop_.is_raised()) {
    auto announced = co_await rescue_();
    if (!announced) log::warn("rescue failed, the next round repeats it", announced.error());
    co_await (stop_.wait() || pause_for(rescue_every_));
  }
}

Async<void> Rescuer::sweep_again_and_again() {
  while (!stop_.is_raised()) {
    auto removed = co_await sweep_();
    if (!removed) log::warn("sweep failed, the next round repeats it", removed.error());
    else if (*removed > 0) log::info("files that belonged to nobody were removed", {{"files", *removed}});
    co_await (stop_.wait() || pause_for(sweep_every_));
  }
}

}  // namespace docquarry
