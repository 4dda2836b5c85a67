// Runs the duties that nobody asks for, on timers: ringing lost bells again, removing what belongs to nobody.
#pragma once

#include "actions/rescue_tasks.h"
#include "actions/sweep_storage.h"
#include "base/signal.h"

#include <chrono>

namespace docquarry {

class Rescuer {
 public:
  Rescuer(RescueTasks& rescue, SweepStorage& sweep, std::chrono::milliseconds rescue_every, std::chrono::milliseconds sweep_every,
          Signal& stop)
      : rescue_(rescue), sweep_(sweep), rescue_every_(rescue_every), sweep_every_(sweep_every), stop_(stop) {}

  // Until `stop` is raised. The first sweep is at once: the last process may have died in the middle of an upload.
  Async<void> run();

 private:
  Async<void> rescue_again_and_again();
  Async<void> sweep_again_and_again();

  RescueTasks& rescue_;
  SweepStorage& sweep_;
  std::chrono::milliseconds rescue_every_, sweep_every_;
  Signal& stop_;
};

}  // namespace docquarry
