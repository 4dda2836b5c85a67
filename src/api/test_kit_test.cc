#include "api/test_kit.h"

#include <algorithm>
#include <cstring>

namespace docquarry::api::testing {
namespace {

class StringSource : public ByteSource {
 public:
  explicit StringSource(std::string text) : text_(std::move(text)) {}
  Async<Result<std::size_t>> read(std::span<std::byte> into) override {
    auto size = std::min({into.size(), text_.size() - at_, std::size_t(700)});
    std::memcpy(into.data(), text_.data() + at_, size);
    at_ += size;
    co_return size;
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

class TestRequest : public http::Request {
 public:
  explicit TestRequest(Sent sent) : source_(sent.body) {
    method = sent.method;
    peer = "10.0.0.7";
    id = "request-1";
    headers = std::move(sent.headers);
    body_announced = !sent.body.empty();
    content_length = sent.body.size();
    auto question = sent.target.find('?');
    path = sent.target.substr(0, question);
    if (question == sent.target.npos) return;
    for (auto rest = sent.target.substr(question + 1); !rest.empty();) {
      auto end = std::min(rest.find('&'), rest.size());
      auto pair = rest.substr(0, end);
      auto equals = std::min(pair.find('='), pair.size());
      query.emplace_back(pair.substr(0, equals), equals == pair.size() ? "" : pair.substr(equals + 1));
      rest.erase(0, end + 1);
    }
  }
  ByteSource& body() override { return source_; }

 private:
  StringSource source_;
};

Async<std::string> drained(std::unique_ptr<ByteSource> source) {
  std::string text;
  std::byte block[512];
  while (true) {
    auto got = co_await source->read(block);
    if (!got) co_return text + "<cut: " + got.error().message() + ">";
    if (*got == 0) co_return text;
    text.append(reinterpret_cast<const char*>(block), *got);
  }
}

Async<Answer> answered(http::Server::Guard guard, http::Handler handler, http::Request& request) {
  auto refused = co_await guard(request);
  http::Response response;
  if (refused) response = std::move(*refused);
  else response = co_await handler(request);
  Answer answer;
  answer.status = response.status;
  answer.headers = response.headers;
  answer.body = std::move(response.body);
  if (response.stream) answer.body = co_await drained(std::move(response.stream));
  co_return answer;
}

bool fits(const DocumentView& view, const DocumentFilter& filter) {
  return (!filter.owner || view.owner == *filter.owner) && (!filter.state || view.state == *filter.state) &&
         view.filename.find(filter.filename_contains) != std::string::npos;
}

}  // namespace

DocumentView& Store::add(TaskState state, std::string filename) {
  auto id = std::int64_t(documents.size()) + 1;
  DocumentView view;
  view.id = DocumentId(id);
  view.uid = Uid(std::string(31, 'a') + std::to_string(id));
  view.owner = UserId(1);
  view.filename = std::move(filename);
  view.content = ObjectKey("uploads/" + std::to_string(id) + ".pdf");
  view.bytes = 10;
  view.sha256 = "abc";
  view.created_at = Timestamp(1767323045s);
  view.task = TaskId(id);
  view.state = state;
  if (state != TaskState::pending) {
    view.attempt = 1;
    view.started_at = view.created_at + 1500ms;
  }
  if (is_final(state)) view.completed_at = view.created_at + 2s;
  if (state == TaskState::failed) view.failure = Failure{"invalid_document", "the file is not a usable PDF", 0, false};
  if (state == TaskState::completed) {
    view.page_count = view.pages_saved = view.pages_expected = 2;
    view.extraction_seconds = 0.125;
    view.extractor = "pdfium-1";
    Page one, two;
    one.number = 1;
    one.text = "first \"page\"";
    one.markdown = "# first";
    two.number = 2;
    two.text = "second\npage";
    two.markdown = "# second";
    pages[id] = {one, two};
    facts[id].page_count = 2;
    facts[id].metadata.title = "Title";
  }
  return documents[id] = std::move(view);
}

Async<Result<std::vector<TaskTicket>>> StoreCatalogue::add(std::vector<NewDocument> documents, bool,
                                                           std::optional<IdempotencyKey> key) {
  if (store_.down) co_return fail(database_unavailable, "cannot open /secret/path");
  std::vector<TaskTicket> tickets;
  for (auto& document : documents) {
    auto& view = store_.add(TaskState::pending, document.filename);
    view.uid = document.uid;
    view.owner = document.owner;
    view.content = document.content;
    view.bytes = document.bytes;
    view.sha256 = document.sha256;
    view.options = document.options;
    view.prompt = document.prompt;
    tickets.push_back({view.task, view.id, view.uid, view.content, view.filename, document.created_at});
  }
  if (key) store_.keys[key->key] = {key->fingerprint, tickets};
  co_return tickets;
}

Async<Result<std::vector<TaskTicket>>> StoreCatalogue::find_by_key(IdempotencyKey key) {
  auto known = store_.keys.find(key.key);
  if (known == store_.keys.end()) co_return std::vector<TaskTicket>();
  if (known->second.first != key.fingerprint) co_return fail(key_reused, "this Idempotency-Key was used for a different request");
  co_return known->second.second;
}

Async<Result<DocumentView>> StoreCatalogue::find(DocumentId id) {
  ++store_.sql_reads;
  auto found = store_.documents.find(id.value());
  if (found == store_.documents.end()) co_return fail(document_not_found, "there is no such document");
  co_return found->second;
}

Async<Result<DocumentView>> StoreCatalogue::find(Uid uid) {
  ++store_.sql_reads;
  for (const auto& [id, view] : store_.documents)
    if (view.uid == uid) co_return view;
  co_return fail(document_not_found, "there is no such document");
}

Async<Result<DocumentPage>> StoreCatalogue::list(DocumentFilter filter, ListOrder order, std::string after, int limit) {
  if (after == "bad") co_return fail(invalid_request, "this cursor was not given out by this service");
  DocumentPage page;
  for (const auto& [id, view] : store_.documents)
    if (fits(view, filter)) page.documents.push_back(view);
  if (order == ListOrder::newest_first) std::reverse(page.documents.begin(), page.documents.end());
  if (int(page.documents.size()) > limit) {
    page.documents.resize(std::size_t(limit));
    page.next = "n&x";
  }
  co_return page;
}

Async<Result<std::vector<DocumentView>>> StoreCatalogue::list_from(DocumentFilter filter, std::int64_t skip, int limit) {
  std::vector<DocumentView> found;
  for (const auto& [id, view] : store_.documents)
    if (fits(view, filter) && skip-- <= 0 && int(found.size()) < limit) found.push_back(view);
  co_return found;
}

Async<Result<std::vector<Page>>> StoreCatalogue::pages(TaskId task, PageRange range, PageParts, int limit) {
  std::vector<Page> found;
  for (const auto& page : store_.pages[task.value()])
    if (page.number >= range.first && (range.last == 0 || page.number <= range.last) && int(found.size()) < limit)
      found.push_back(page);
  co_return found;
}

Async<Result<ObjectKey>> StoreCatalogue::remove(DocumentId id) {
  auto found = store_.documents.find(id.value());
  if (found == store_.documents.end()) co_return fail(document_not_found, "there is no such document");
  auto key = found->second.content;
  store_.documents.erase(found);
  co_return key;
}

Async<Result<void>> StoreCatalogue::check() {
  if (store_.down) co_return fail(database_unavailable, "cannot open /secret/path");
  co_return Result<void>{};
}

Async<Result<TaskState>> StoreLedger::request_cancel(DocumentId document, Timestamp now) {
  auto& view = store_.documents[document.value()];
  if (is_final(view.state)) co_return fail(already_finished, "the document is already finished");
  if (view.state == TaskState::pending) {
    view.state = TaskState::cancelled;
    view.completed_at = now;
  }
  co_return view.state;
}

Async<Result<TaskTicket>> StoreLedger::start_again(DocumentId document, ExtractionOptions options, Timestamp) {
  auto& view = store_.documents[document.value()];
  if (!is_final(view.state)) co_return fail(not_finished, "the document is not finished yet");
  view.state = TaskState::pending;
  view.options = std::move(options);
  view.failure.reset();
  view.started_at.reset();
  view.completed_at.reset();
  ++view.generation;
  co_return TaskTicket();
}

Async<Result<std::int64_t>> StoreLedger::waiting() {
  if (store_.down) co_return fail(database_unavailable, "cannot open /secret/path");
  co_return store_.waiting;
}

Async<Result<void>> SilentQueue::check() {
  if (store_.queue_is_away) co_return fail(queue_unavailable, "sqs at secret-address does not answer");
  co_return Result<void>{};
}

Async<Result<StoredObject>> StoreFiles::put(ObjectKey key, ByteSource& content) {
  std::string bytes;
  std::byte block[512];
  while (true) {
    CO_TRY(auto got, co_await content.read(block));
    if (got == 0) break;
    bytes.append(reinterpret_cast<const char*>(block), got);
  }
  StoredObject stored{bytes.size(), sha256_hex(bytes)};
  store_.objects[key.value()] = std::move(bytes);
  co_return stored;
}

Async<Result<std::unique_ptr<ByteSource>>> StoreFiles::open(ObjectKey key, ByteRange range) {
  auto found = store_.objects.find(key.value());
  if (found == store_.objects.end()) co_return fail(file_not_found, "cannot open /secret/path");
  co_return std::make_unique<StringSource>(found->second.substr(range.offset, range.bytes));
}

Async<Result<void>> StoreFiles::remove(ObjectKey key) {
  store_.objects.erase(key.value());
  co_return Result<void>{};
}

Async<Result<std::optional<std::string>>> StoreFiles::download_url(ObjectKey key, std::string content_disposition,
                                                                   std::chrono::seconds lifetime) {
  std::optional<std::string> link;
  if (store_.lends)
    link = "https://files.example/" + key.value() + "?" + content_disposition + "&" + std::to_string(lifetime.count());
  co_return link;
}

Async<void> PlayedBoard::post(Standing standing) {
  standings[standing.document.value()] = std::move(standing);
  co_return;
}

Async<std::optional<Standing>> PlayedBoard::latest(DocumentId document) {
  auto found = standings.find(document.value());
  if (found == standings.end()) co_return std::nullopt;
  co_return found->second;
}

Async<Result<std::unique_ptr<EventFeed>>> PlayedBoard::watch(DocumentId, std::uint64_t) {
  struct Playback : EventFeed {
    explicit Playback(PlayedBoard& owner) : board(owner) {}
    Async<Result<ProgressEvent>> next() override {
      if (at == board.events.size()) co_return fail(document_not_found, "there is no such document");
      co_return board.events[at++];
    }
    PlayedBoard& board;
    std::size_t at = 0;
  };
  co_return std::make_unique<Playback>(*this);
}

Async<void> PlayedBoard::forget(DocumentId document) {
  standings.erase(document.value());
  co_return;
}

Async<Result<User>> StoreUsers::add(std::string email, std::string api_key, Timestamp now) {
  for (const auto& [id, user] : store_.users)
    if (user.email == email || user.api_key == api_key) co_return fail(user_exists, "taken");
  User user{UserId(std::int64_t(store_.users.size()) + 1), std::move(email), std::move(api_key), now};
  store_.users[user.id.value()] = user;
  co_return user;
}

Async<Result<User>> StoreUsers::find(UserId id) {
  auto found = store_.users.find(id.value());
  if (found == store_.users.end()) co_return fail(user_not_found, "there is no such user");
  co_return found->second;
}

Async<std::optional<std::string>> StoreCache::get(std::string key) {
  auto found = store_.cached.find(key);
  if (found == store_.cached.end()) co_return std::nullopt;
  co_return found->second;
}

Async<void> StoreCache::put(std::string key, std::string value, std::chrono::seconds) {
  store_.cached[key] = std::move(value);
  co_return;
}

Async<void> StoreCache::remove(std::string key) {
  store_.cached.erase(key);
  co_return;
}

std::string Answer::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

Faces::Faces()
    : services{submit_,
               results_,
               progress_,
               cancel_,
               reprocess_,
               remove_,
               catalogue_,
               ledger_,
               files_,
               queue_,
               users_,
               limiter_,
               cache_,
               clock,
               metrics,
               Policy(),
               [] { return 2; },
               [this] { return draining; },
               [] { return std::string("landlock=7"); }} {
  services.policy.version = "0.1.0";
  add_routes(router_, services);
}

Answer Faces::ask(Sent sent) {
  TestRequest request(std::move(sent));
  auto match = router_.find(request.method, request.path);
  request.head_only = request.method == "HEAD";
  if (request.head_only) request.method = "GET";
  if (match.route == nullptr) {
    bool wrong_method = !match.allowed.empty();
    const auto& code = wrong_method ? method_not_allowed : route_not_found;
    auto page = make_error_page(services)(request, wrong_method ? 405 : 404, Error(code, "nothing here"));
    return {page.status, page.body, page.headers};
  }
  request.captures = match.captures;
  request.route = match.route->pattern;
  boost::asio::io_context loop;
  Answer answer;
  std::exception_ptr defect;
  boost::asio::co_spawn(loop, answered(make_guard(services), match.route->handler, request),
                        [&](std::exception_ptr thrown, Answer got) {
                          defect = thrown;
                          answer = std::move(got);
                        });
  loop.run_for(10s);
  if (defect) std::rethrow_exception(defect);
  if (answer.status == 0) throw std::runtime_error("no answer within 10 s");
  return answer;
}

Answer Faces::post_form(std::string target, std::vector<std::array<std::string, 3>> parts, bool closed) {
  Sent sent{"POST", std::move(target), {{"content-type", "multipart/form-data; boundary=edge"}}, {}};
  for (const auto& [field, filename, content] : parts) {
    sent.body += "--edge\r\nContent-Disposition: form-data; name=\"" + field + "\"";
    if (!filename.empty()) sent.body += "; filename=\"" + filename + "\"";
    sent.body += "\r\n\r\n" + content + "\r\n";
  }
  if (closed) sent.body += "--edge--\r\n";
  return ask(std::move(sent));
}

}  // namespace docquarry::api::testing
