// Where documents are extracted: so many at once, the others wait in turn. With the isolation level `owner`, a place keeps one extractor
// child for the documents that one owner has waiting, and throws it away when nobody waits any more; with `document`, every document has
// a child of its own.
#pragma once

#include "base/slots.h"
#include "domain/ids.h"
#include "ports/extractor.h"

#include <functional>
#include <memory>
#include <vector>

namespace docquarry {

class ExtractionPlaces {
  struct Bench {
    bool taken = false;
    UserId owner;
    std::unique_ptr<Extractor> batch;
  };

 public:
  using OpenBatch = std::function<std::unique_ptr<Extractor>()>;

  // `open_batch` empty: the level `document`, everybody uses `shared`.
  ExtractionPlaces(boost::asio::io_context& loop, int count, Extractor& shared, OpenBatch open_batch = {})
      : slots_(loop, count), shared_(shared), open_batch_(std::move(open_batch)), benches_(std::size_t(count)) {}

  class Place {
   public:
    Place(ExtractionPlaces& places, Slots::Held slot, Bench& bench) : places_(&places), slot_(std::move(slot)), bench_(&bench) {}
    Place(Place&& other) noexcept
        : places_(other.places_), slot_(std::move(other.slot_)), bench_(std::exchange(other.bench_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (bench_ != nullptr) places_->leave(*bench_);
    }
    Extractor& extractor() const { return bench_->batch ? *bench_->batch : places_->shared_; }

   private:
    ExtractionPlaces* places_;
    Slots::Held slot_;
    Bench* bench_;
  };

  Extractor& shared() const { return shared_; }  // for what needs no place

  // Waits for a place; ends when cancelled.
  Async<Place> take(UserId owner);

 private:
  Bench& bench_for(UserId owner);
  void leave(Bench& bench);

  Slots slots_;
  Extractor& shared_;
  OpenBatch open_batch_;
  std::vector<Bench> benches_;
};

}  // namespace docquarry
