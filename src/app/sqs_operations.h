// What `docquarry queue` and `reset` do where SQS is the doorbell; nothing where it is not.
#pragma once

#include "app/command_watcher.h"
#include "app/settings.h"
#include "base/async.h"
#include "drivers/aws/sqs_queue_admin.h"
#include "ports/clock.h"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace docquarry {

class SqsOperations {
 public:
  // Loop, clock and watcher must outlive it. Errors: invalid_setting.
  static Result<SqsOperations> open(const Settings& settings, boost::asio::io_context& loop, const Clock& clock,
                                    const CommandWatcher& watcher);

  // 0; 1 when something differs from what is needed and was left so.
  Async<Result<int>> set_up(bool repair);
  Async<Result<void>> list();
  Async<Result<void>> redrive();
  Async<Result<void>> purge();

 private:
  explicit SqsOperations(const CommandWatcher& watcher) : watcher_(&watcher) {}

  const CommandWatcher* watcher_;
  std::chrono::milliseconds lease_{0};
  std::unique_ptr<SqsQueueAdmin> admin_;  // null: the doorbell is another one
};

}  // namespace docquarry
