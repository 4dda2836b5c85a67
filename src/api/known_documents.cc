#include "api/known_documents.h"

#include <algorithm>

namespace docquarry::api {
namespace {

bool can_be_uid(std::string_view text) {
  return text.size() == 32 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// True when the view together with the standing tells all that SQL would tell. Live state is posted after the commit that it tells of, so
// for a moment it may be behind a view that was read from SQL and shown: then progress would seem to fall.
bool is_enough(const DocumentView& view, const Standing& standing) {
  if (view.generation != standing.generation) return false;
  bool behind = standing.attempt < view.attempt || (!is_final(standing.state) && standing.pages_done < view.pages_saved);
  if (behind) return false;
  if (is_final(standing.state)) return view.state == standing.state;
  return !is_final(view.state) && (standing.pages_total == 0 || view.page_count.has_value());
}

void bring_up_to_date(DocumentView& view, Standing& standing) {
  view.state = standing.state;
  view.attempt = standing.attempt;
  view.pages_saved = standing.pages_done;
  view.pages_expected = standing.pages_total;
  view.started_at = standing.started_at;
  view.completed_at = standing.completed_at;
  view.failure = std::move(standing.failure);
  view.partial = standing.partial;
}

}  // namespace

Async<Result<ShownDocument>> KnownDocuments::find(std::string uid) {
  ShownDocument shown;
  if (!can_be_uid(uid)) co_return fail(document_not_found, "there is no such document");
  auto known = by_uid_.find(uid);
  if (known != by_uid_.end()) {
    shown.view = *known->second;
    auto standing = co_await services_.progress.standing(shown.view.id);
    if (standing && is_enough(shown.view, *standing)) {
      shown.seconds_left = standing->seconds_left;
      bring_up_to_date(shown.view, *standing);
      co_return shown;
    }
  }
  CO_TRY(shown.view, co_await services_.catalogue.find(Uid(std::move(uid))));
  remember(shown.view);
  co_return shown;
}

void KnownDocuments::remember(DocumentView view) {
  view.options.password.clear();
  auto known = by_uid_.find(view.uid.value());
  if (known != by_uid_.end()) {
    *known->second = std::move(view);
    newest_first_.splice(newest_first_.begin(), newest_first_, known->second);
    return;
  }
  newest_first_.push_front(std::move(view));
  by_uid_[newest_first_.front().uid.value()] = newest_first_.begin();
  if (newest_first_.size() <= capacity) return;
  by_uid_.erase(newest_first_.back().uid.value());
  newest_first_.pop_back();
}

}  // namespace docquarry::api
