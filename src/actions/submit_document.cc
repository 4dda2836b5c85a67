#include "actions/submit_document.h"

#include "base/all_of.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/sha256.h"

#include <algorithm>

namespace docquarry {
namespace {

// Passes the bytes of an upload on and refuses what may not be stored, as early as it can be known.
class CheckedUpload : public ByteSource {
 public:
  CheckedUpload(ByteSource& upload, std::uint64_t limit_bytes) : upload_(upload), limit_bytes_(limit_bytes) {}

  Async<Result<std::size_t>> read(std::span<std::byte> into) override {
    if (!start_is_checked_) CO_CHECK(co_await check_start());
    std::size_t got = std::min(into.size(), start_.size() - start_given_);
    if (got > 0) {
      std::copy_n(start_.begin() + std::ptrdiff_t(start_given_), got, into.begin());
      start_given_ += got;
    } else {
      CO_TRY(got, co_await upload_.read(into));
    }
    bytes_ += got;
    if (bytes_ > limit_bytes_)
      co_return fail(file_too_large, "the file is larger than " + std::to_string(limit_bytes_ >> 20) + " MB");
    co_return got;
  }

 private:
  static constexpr std::size_t header_window = 1024;

  // Reads as far as the header may lie, so that one look decides, whatever pieces the bytes come in.
  Async<Result<void>> check_start() {
    start_.resize(header_window);
    std::size_t filled = 0;
    while (filled < header_window) {
      CO_TRY(auto got, co_await upload_.read(std::span(start_).subspan(filled)));
      if (got == 0) break;
      filled += got;
    }
    start_.resize(filled);
    start_is_checked_ = true;
    co_return checked_start(start_);
  }

  static Result<void> checked_start(std::span<const std::byte> start) {
    if (start.empty()) return fail(empty_file, "the file is empty");
    if (!looks_like_pdf({reinterpret_cast<const char*>(start.data()), start.size()}))
      return fail(not_a_pdf, "the file does not start like a PDF (no %PDF- in its first 1024 bytes)");
    return {};
  }

  ByteSource& upload_;
  std::uint64_t limit_bytes_;
  std::uint64_t bytes_ = 0;
  std::vector<std::byte> start_;
  std::size_t start_given_ = 0;
  bool start_is_checked_ = false;
};

// Everything of a request that decides what its documents will be.
std::string fingerprint_of(const Submission& submission) {
  Sha256 hash;
  auto add = [&](std::string_view text) { hash.update(std::to_string(text.size()) + ':' + std::string(text)); };
  for (const auto& file : submission.files) {
    add(file.filename);
    add(file.stored.sha256);
  }
  add(format_page_ranges(submission.options.pages));
  add(submission.options.password);
  add(submission.prompt.value_or(""));
  if (submission.options.extractor) add(to_text(*submission.options.extractor));  // keys from before there was a choice stay valid
  return hash.finish_hex();
}

// A database that fails may have recorded the documents all the same (the answer to a commit can get lost). Their files then stay, and the
// sweeper decides by the rows.
bool nothing_was_recorded(const Error& error) {
  auto kind = error.code().kind;
  return error.is(storage_full) || error.is(read_only) || (kind != ErrorKind::unavailable && kind != ErrorKind::internal);
}

Standing first_standing(const NewDocument& document, const TaskTicket& ticket) {
  Standing standing;
  standing.document = ticket.document;
  standing.uid = ticket.uid;
  standing.owner = document.owner;
  standing.filename = document.filename;
  standing.created_at = document.created_at;
  standing.content = document.content;
  standing.prompt = document.prompt.value_or("");
  return standing;
}

}  // namespace

SubmitDocument::SubmitDocument(ObjectStore& files, DocumentCatalogue& catalogue, TaskQueue& queue, ProgressBoard& board,
                               Clock& clock, IdSource& ids, Metrics& metrics, UploadLimits limits)
    : files_(files),
      catalogue_(catalogue),
      queue_(queue),
      board_(board),
      clock_(clock),
      ids_(ids),
      metrics_(metrics),
      limits_(limits) {}

Async<Result<StagedFile>> SubmitDocument::stage(std::string filename, ByteSource& content) {
  CO_TRY(auto name, checked_filename(filename));
  ObjectKey key("uploads/" + ids_.next() + ".pdf");
  CheckedUpload checked(content, limits_.file_bytes);
  auto stored = co_await files_.put(key, checked);
  if (!stored) co_return fail(std::move(stored).error().in("store file"));
  co_return StagedFile{std::move(name), std::move(key), std::move(*stored)};
}

Async<Result<Accepted>> SubmitDocument::accept(Submission submission) {
  if (!submission.idempotency_key) co_return co_await record(std::move(submission), std::nullopt);
  std::pair<UserId, std::string> slot{submission.owner, *submission.idempotency_key};
  if (!keys_in_flight_.insert(slot).second) {
    co_await discard(std::move(submission.files));
    co_return fail(request_in_flight, "a request with this Idempotency-Key is still being answered");
  }
  struct Release {
    std::set<std::pair<UserId, std::string>>& keys;
    const std::pair<UserId, std::string>& slot;
    ~Release() { keys.erase(slot); }
  } release{keys_in_flight_, slot};
  co_return co_await accept_with_key(std::move(submission));
}

Async<Result<Accepted>> SubmitDocument::accept_with_key(Submission submission) {
  IdempotencyKey key{submission.owner, *submission.idempotency_key, fingerprint_of(submission)};
  auto earlier = co_await catalogue_.find_by_key(key);
  if (earlier && earlier->empty()) {
    auto recorded = co_await record(std::move(submission), key);
    if (recorded || !recorded.error().is(key_reused)) co_return recorded;
    // Another process was quicker with this key: if its request was the same, its documents are our answer.
    earlier = co_await catalogue_.find_by_key(std::move(key));
  } else {
    co_await discard(std::move(submission.files));
  }
  if (!earlier) co_return fail(std::move(earlier).error());
  co_return Accepted{std::move(*earlier), true};
}

Async<Result<Accepted>> SubmitDocument::record(Submission submission, std::optional<IdempotencyKey> key) {
  std::vector<NewDocument> documents;
  double bytes = 0;
  for (const auto& file : submission.files) {
    documents.push_back({Uid(ids_.next()), submission.owner, file.filename, file.content, file.stored.bytes, file.stored.sha256,
                         submission.options, submission.prompt, clock_.now()});
    bytes += double(file.stored.bytes);
  }
  std::vector<NewDocument> kept = documents;
  auto tickets = co_await catalogue_.add(std::move(documents), submission.create_owner, std::move(key));
  if (!tickets) {
    if (nothing_was_recorded(tickets.error())) co_await discard(std::move(submission.files));
    co_return fail(std::move(tickets).error().in("record documents"));
  }
  // From here on none of the documents can be lost: whatever fails below, the rescuer rings the bell again.
  CO_CHECK(fault_point("accept.after_record"));
  for (std::size_t i = 0; i < tickets->size(); ++i) {
    co_await board_.post(first_standing(kept[i], (*tickets)[i]));
    metrics_.documents_accepted.Increment();
  }
  co_await announce(*tickets);
  metrics_.bytes_accepted.Increment(bytes);
  co_return Accepted{std::move(*tickets), false};
}

// All at once: a queue that is far away takes them in batches.
Async<void> SubmitDocument::announce(std::vector<TaskTicket> tickets) {
  std::vector<Async<Result<void>>> announcements;
  for (auto& ticket : tickets) announcements.push_back(queue_.announce(std::move(ticket)));
  auto outcomes = co_await all_of(std::move(announcements));
  for (const auto& announced : outcomes)
    if (!announced) log::warn("announcement failed, the rescuer will repeat it", announced.error());
}

Async<void> SubmitDocument::discard(std::vector<StagedFile> files) {
  for (auto& file : files) {
    auto removed = co_await files_.remove(file.content);
    if (!removed) log::warn("cannot remove a refused upload, the sweeper will", removed.error());
  }
}

}  // namespace docquarry
