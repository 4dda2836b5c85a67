#include "actions/extraction_places.h"

#include <algorithm>

namespace docquarry {

Async<ExtractionPlaces::Place> ExtractionPlaces::take(UserId owner) {
  auto slot = co_await slots_.take();
  Bench& bench = bench_for(owner);
  bench.taken = true;
  if (open_batch_ && (!bench.batch || bench.owner != owner)) bench.batch = open_batch_();
  bench.owner = owner;
  co_return Place(*this, std::move(slot), bench);
}

// A free one, if possible one that works for this owner already. There are as many benches as slots, so one is free.
ExtractionPlaces::Bench& ExtractionPlaces::bench_for(UserId owner) {
  auto is_free = [](const Bench& bench) { return !bench.taken; };
  auto fits = [&](const Bench& bench) { return !bench.taken && bench.batch && bench.owner == owner; };
  auto fitting = std::find_if(benches_.begin(), benches_.end(), fits);
  return fitting != benches_.end() ? *fitting : *std::find_if(benches_.begin(), benches_.end(), is_free);
}

void ExtractionPlaces::leave(Bench& bench) {
  bench.taken = false;
  if (!slots_.is_anyone_waiting()) bench.batch.reset();
}

}  // namespace docquarry
