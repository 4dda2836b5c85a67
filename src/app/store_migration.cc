#include "app/store_migration.h"

#include "app/drain_tasks.h"
#include "domain/error_codes.h"

#include <fmt/core.h>

#include <array>

namespace docquarry {

using namespace boost::asio::experimental::awaitable_operators;

Async<Result<int>> StoreMigration::run() {
  CO_TRY(auto before, co_await stores_.control.overview(clock_.now(), 0));
  was_paused_ = before.paused_since.has_value();
  was_read_only_ = before.read_only_since.has_value();
  CO_CHECK(co_await copy_everything("while the old service works"));
  auto finished = co_await copy_changes();
  if (!finished) {
    co_await thaw();
    co_return fail(std::move(finished).error());
  }
  watcher_.say("The old service only reads now. Stop it, start the service with the new settings, and turn clients to it.");
  watcher_.say("To go back instead: docquarry queue resume with the old settings.");
  co_return files_missing_ == 0 ? 0 : 1;
}

// From the freeze to the comparison; whoever fails here lets the old service work again.
Async<Result<void>> StoreMigration::copy_changes() {
  CO_CHECK(co_await freeze());
  CO_CHECK(co_await copy_everything("while the old service only reads"));
  if (stores_.rows) {
    CO_CHECK(co_await rows_.copy_keys_and_sequences());
    CO_CHECK(co_await verify());
  }
  co_return Result<void>{};
}

Async<Result<void>> StoreMigration::freeze() {
  CO_CHECK(co_await stores_.control.turn_on(Switch::read_only, clock_.now()));
  DrainTasks drain(stores_.control, clock_, watcher_);
  CO_TRY(bool drained, co_await drain(drain_time_));
  if (!drained) co_return fail(not_finished, "running tasks did not end in time; run it again, or with a longer --timeout");
  co_return Result<void>{};
}

Async<void> StoreMigration::thaw() {
  Result<void> changes, claims;
  if (!was_read_only_) changes = co_await stores_.control.turn_off(Switch::read_only);
  if (!was_paused_) claims = co_await stores_.control.turn_off(Switch::paused);
  if (!changes || !claims) watcher_.complain("the old service could not be resumed: use docquarry queue resume");
}

Async<Result<void>> StoreMigration::copy_everything(const char* what) {
  CO_TRY(auto counts, co_await SqlCopy::count(stores_.database_from));
  total_ = counts.documents;
  looked_at_ = documents_copied_ = files_copied_ = 0;
  bytes_copied_ = 0;
  pace_ = Pace();
  if (stores_.rows) CO_CHECK(co_await rows_.copy_users());
  DocumentId after(0);
  while (true) {
    CO_TRY(auto batch, co_await rows_.compare(after));
    bool ends = batch.ends;
    after = batch.last;
    CO_CHECK(co_await copy_batch(std::move(batch)));
    if (ends) break;
  }
  watcher_.say(fmt::format("Copied {}: {} and {} ({}).", what, counted(documents_copied_, "document"),
                           counted(files_copied_, "file"), spoken_bytes(bytes_copied_)));
  co_return Result<void>{};
}

Async<Result<void>> StoreMigration::copy_batch(CopyBatch batch) {
  for (const auto& id : batch.superfluous) CO_CHECK(co_await rows_.forget(id));
  // Where rows are not copied, each document is its own copy, and each file must be looked for.
  if (stores_.rows) looked_at_ += std::int64_t(batch.equal.size());
  else std::swap(batch.missing, batch.equal);
  for (bool with_file : {true, false}) {
    const auto& documents = with_file ? batch.missing : batch.different;
    std::size_t next = 0;
    auto all = co_await (copy_some(documents, next, with_file) && copy_some(documents, next, with_file) &&
                         copy_some(documents, next, with_file) && copy_some(documents, next, with_file));
    auto& [first, second, third, fourth] = all;
    for (auto* outcome : {&first, &second, &third, &fourth}) CO_CHECK(std::move(*outcome));
  }
  show();
  co_return Result<void>{};
}

// One of several that take the next document each.
Async<Result<void>> StoreMigration::copy_some(const std::vector<CopiedDocument>& documents, std::size_t& next, bool with_file) {
  while (next < documents.size()) {
    CopiedDocument document = documents[next++];
    CO_CHECK(co_await copy_one(std::move(document), with_file));
    ++looked_at_;
    show();
  }
  co_return Result<void>{};
}

// The file first: a row whose file is missing would be an error that people see, a file without a row is swept away.
Async<Result<void>> StoreMigration::copy_one(CopiedDocument document, bool with_file) {
  auto id = document.id;
  if (with_file && stores_.files_from != nullptr) CO_CHECK(co_await copy_file(std::move(document)));
  if (!stores_.rows) co_return Result<void>{};
  auto copied = co_await rows_.copy(id);
  if (!copied) co_return fail(std::move(copied).error().in(fmt::format("copy document {}", id.value())));
  ++documents_copied_;
  co_return Result<void>{};
}

Async<Result<void>> StoreMigration::copy_file(CopiedDocument document) {
  CO_TRY(bool there, co_await is_there(document));
  if (there) co_return Result<void>{};
  auto content = co_await stores_.files_from->open(document.content, ByteRange());
  if (!content && content.error().is(file_not_found)) {
    ++files_missing_;
    watcher_.complain(
        fmt::format("document {}: its file {} is missing at the source", document.id.value(), document.content.value()));
    co_return Result<void>{};
  }
  if (!content) co_return fail(std::move(content).error());
  CO_TRY(auto stored, co_await stores_.files_to->put(document.content, **content));
  if (!document.sha256.empty() && stored.sha256 != document.sha256)
    co_return fail(
        storage_unavailable,
        fmt::format("document {}: its file is damaged, its SHA-256 is not the one that was recorded", document.id.value()));
  ++files_copied_;
  bytes_copied_ += stored.bytes;
  co_return Result<void>{};
}

// Objects appear whole, and keys are random: what has this key and this length is this file. Asked for with its last byte.
Async<Result<bool>> StoreMigration::is_there(CopiedDocument document) {
  if (document.bytes == 0) co_return false;
  ByteRange last_byte{document.bytes - 1, 2};
  auto content = co_await stores_.files_to->open(document.content, last_byte);
  if (!content && content.error().is(file_not_found)) co_return false;
  if (!content) co_return fail(std::move(content).error());
  std::array<std::byte, 2> bytes;
  std::size_t got = 0;
  while (got < bytes.size()) {
    CO_TRY(auto some, co_await (*content)->read(std::span(bytes).subspan(got)));
    if (some == 0) break;
    got += some;
  }
  co_return got == 1;
}

Async<Result<void>> StoreMigration::verify() {
  CO_TRY(auto source, co_await SqlCopy::count(stores_.database_from));
  CO_TRY(auto target, co_await SqlCopy::count(stores_.database_to));
  auto text = [](const StoreCounts& counts) {
    return fmt::format("{}, {}, {}, {} of results", counted(counts.users, "user"), counted(counts.documents, "document"),
                       counted(counts.pages, "page"), spoken_bytes(std::uint64_t(counts.bytes)));
  };
  if (source != target)
    co_return fail(internal_error, "the copy differs: " + text(source) + " at the source, " + text(target) + " at the target");
  watcher_.say("Compared: " + text(target) + " on both sides.");
  co_return Result<void>{};
}

void StoreMigration::show() {
  double done = total_ == 0 ? 1 : double(looked_at_) / double(std::max(total_, looked_at_));
  watcher_.progress(done, pace_.text(looked_at_, std::max(total_, looked_at_), "document"));
}

}  // namespace docquarry
