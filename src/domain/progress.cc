#include "domain/progress.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace docquarry {
namespace {

auto rank(const Standing& standing) {
  return std::tuple(standing.generation, is_final(standing.state), standing.attempt, standing.pages_done);
}

}  // namespace

double percent(const Standing& standing) {
  if (standing.state == TaskState::completed) return 100;
  if (standing.attempt == 0) return 0;
  if (standing.pages_total <= 0) return 5;
  double share = std::min(1.0, double(standing.pages_done) / standing.pages_total);
  return std::round((5 + 90 * share) * 10) / 10;
}

Standing standing_of(const DocumentView& view) {
  Standing standing;
  standing.document = view.id;
  standing.uid = view.uid;
  standing.owner = view.owner;
  standing.filename = view.filename;
  standing.state = view.state;
  standing.generation = view.generation;
  standing.attempt = view.attempt;
  standing.pages_done = view.pages_saved;
  standing.pages_total = view.pages_expected;
  standing.created_at = view.created_at;
  standing.started_at = view.started_at;
  standing.completed_at = view.completed_at;
  standing.failure = view.failure;
  standing.partial = view.partial;
  standing.content = view.content;
  standing.prompt = view.prompt.value_or("");
  return standing;
}

bool is_ahead(const Standing& next, const Standing& known) { return rank(known) < rank(next); }

bool may_follow(const Standing& next, const Standing& known) {
  if (is_ahead(known, next)) return false;
  return next.generation > known.generation || !is_final(known.state);
}

}  // namespace docquarry
