// POST /v1/documents: one raw file, or a form with up to a hundred. Of a form, every file has its own outcome.
#include "api/admission.h"
#include "api/upload_form.h"
#include "api/v1/handlers.h"
#include "api/v1/shapes.h"
#include "api/v1/waiting.h"
#include "base/text.h"

namespace docquarry::api::v1 {
namespace {

constexpr std::size_t longest_key = 255, longest_password = 1024, longest_prompt = 8 * 1024, longest_pages = 4096;

struct Wish {
  Submission submission;
  std::chrono::seconds wait{0};
};

// Options may stand in the query or in fields of the form.
void read_options(const Parameters& from, std::string_view where, const Policy& policy, Submission& submission, Issues& issues) {
  if (auto word = from.word("extractor", {"auto", "local", "llamaparse"})) {
    auto choice = parse_extractor_choice(*word);
    if (choice) submission.options.extractor = *choice;
    if (choice && *choice == ExtractorChoice::llamaparse && !policy.has_llamaparse)
      issues.add("value_error", place_of(where, "extractor"), no_llamaparse, json_text(*word));
  }
  if (auto owner = from.maybe_integer("user_id", id_bounds)) submission.owner = UserId(*owner);
  if (auto prompt = from.text("prompt", longest_prompt)) submission.prompt = std::move(prompt);
  if (auto password = from.text("password", longest_password)) submission.options.password = std::move(*password);
  auto pages = from.text("pages", longest_pages);
  if (!pages || pages->empty()) return;
  auto ranges = parse_page_ranges(*pages);
  if (ranges) submission.options.pages = std::move(*ranges);
  else
    issues.add("value_error", place_of(where, "pages"), "Value error, " + ranges.error().message(),
               json_text(clean_text(pages->substr(0, 100))));
}

void read_key(const Request& request, Submission& submission, Issues& issues) {
  auto key = request.header("idempotency-key");
  if (key.empty()) return;
  if (key.size() > longest_key)
    issues.add("string_too_long", place_of("header", "Idempotency-Key"), "String should have at most 255 characters", "null",
               "{\"max_length\":255}");
  else if (!is_clean(key))
    issues.add("value_error", place_of("header", "Idempotency-Key"), "Value error, the key is not clean text", "null");
  else submission.idempotency_key = std::string(key);
}

std::string media_type(const Request& request) {
  auto type = request.header("content-type");
  std::string word(type.substr(0, type.find(';')));
  while (word.ends_with(' ')) word.pop_back();
  for (char& c : word) c = c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
  return word;
}

// A document as it was just recorded, without asking the database.
DocumentView view_of(const TaskTicket& ticket, const StoredObject& stored, const Submission& submission) {
  DocumentView view;
  view.id = ticket.document;
  view.uid = ticket.uid;
  view.owner = submission.owner;
  view.filename = ticket.filename;
  view.content = ticket.content;
  view.bytes = stored.bytes;
  view.sha256 = stored.sha256;
  view.prompt = submission.prompt;
  view.created_at = ticket.created_at;
  view.task = ticket.task;
  view.options.pages = submission.options.pages;
  view.options.extractor = submission.options.extractor;
  return view;
}

struct Taken {
  std::vector<ShownDocument> documents;
  bool replayed = false;
  bool all_final = false;
};

// Records the files, waits if that is wished, and says how the documents then stand.
Async<Result<Taken>> take(Api& api, Wish wish) {
  std::vector<StoredObject> stored;
  for (const auto& file : wish.submission.files) stored.push_back(file.stored);
  Submission remembered;
  remembered.owner = wish.submission.owner;
  remembered.prompt = wish.submission.prompt;
  remembered.options.pages = wish.submission.options.pages;
  remembered.options.extractor = wish.submission.options.extractor;
  CO_TRY(auto accepted, co_await api.services.submit.accept(std::move(wish.submission)));
  Taken taken;
  taken.replayed = accepted.replayed;
  std::vector<DocumentId> ids;
  for (std::size_t i = 0; i < accepted.tickets.size(); ++i) {
    ids.push_back(accepted.tickets[i].document);
    if (!accepted.replayed) api.documents.remember(view_of(accepted.tickets[i], stored[i], remembered));
  }
  if (wish.wait.count() > 0) CO_CHECK(co_await wait_for(api, std::move(ids), wish.wait));
  taken.all_final = wish.wait.count() > 0;
  for (const auto& ticket : accepted.tickets) {
    CO_TRY(auto document, co_await api.documents.find(ticket.uid.value()));
    if (!is_final(document.view.state)) taken.all_final = false;
    taken.documents.push_back(std::move(document));
  }
  co_return taken;
}

void write_refused(JsonWriter& json, const FormFile& file) {
  json.begin_object().member("filename", file.filename).key("error").begin_object();
  json.member("code", file.error->code().name).member("detail", public_message(*file.error)).end_object().end_object();
}

Response answer_to(const Taken& taken, std::string body, const Wish& wish) {
  Response response = json_response(taken.all_final ? 200 : 202, std::move(body));
  if (taken.documents.size() == 1) response.set("Location", address_of(taken.documents[0].view.uid));
  if (taken.replayed) response.set("Idempotency-Replayed", "true");
  if (wish.wait.count() > 0) response.set("Preference-Applied", "wait=" + std::to_string(wish.wait.count()));
  return response;
}

Async<Result<Response>> take_form(Api& api, Request& request, Wish wish) {
  auto& submit = api.services.submit;
  FormRules rules;
  rules.file_fields = {"files", "file"};
  rules.keep_fields = true;
  CO_TRY(auto form, co_await read_upload_form(submit, request, std::move(rules)));
  Issues issues;
  Parameters fields(form.fields, "body", issues);
  fields.allow_only({"pages", "password", "prompt", "user_id", "extractor"});
  read_options(fields, "body", api.services.policy, wish.submission, issues);
  for (const auto& [text, index] : form.not_files)
    issues.add("value_error", place_of("body", "files", index), "Value error, this part has no file name, so it is not a file",
               "null");
  if (form.files.empty() && form.not_files.empty()) issues.add("missing", place_of("body", "files"), "Field required", "null");
  std::vector<StagedFile> staged;
  std::vector<bool> good;
  for (const auto& file : form.files) good.push_back(file.staged.has_value());
  staged = form.take_staged();
  if (issues.any()) {
    co_await submit.discard(std::move(staged));
    co_return issues.response();
  }
  if (staged.empty()) co_return fail(std::move(*form.files.front().error));

  wish.submission.files = std::move(staged);
  Wish kept;
  kept.wait = wish.wait;
  CO_TRY(auto taken, co_await take(api, std::move(wish)));
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("documents").begin_array();
  std::size_t next = 0;
  for (std::size_t i = 0; i < form.files.size(); ++i) {
    if (!good[i]) {
      write_refused(json, form.files[i]);
      continue;
    }
    const auto& document = taken.documents[next++];
    write_document(json, document.view, document.seconds_left);
  }
  json.end_array().end_object();
  co_return answer_to(taken, std::move(body), kept);
}

Async<Result<Response>> take_raw(Api& api, Request& request, Wish wish, std::string filename) {
  CO_TRY(auto file, co_await api.services.submit.stage(std::move(filename), request.body()));
  wish.submission.files.push_back(std::move(file));
  Wish kept;
  kept.wait = wish.wait;
  CO_TRY(auto taken, co_await take(api, std::move(wish)));
  co_return answer_to(taken, document_body(taken.documents.at(0)), kept);
}

}  // namespace

Async<Result<Response>> post_documents(Api& api, Request& request) {
  Issues issues;
  Parameters query(request.query, "query", issues);
  query.allow_only({"pages", "password", "prompt", "user_id", "extractor", "wait", "filename"});
  Wish wish;
  read_options(query, "query", api.services.policy, wish.submission, issues);
  read_key(request, wish.submission, issues);
  wish.wait = wished_wait(request, query);
  auto filename = query.text("filename", 4096).value_or("document.pdf");
  if (issues.any()) co_return issues.response();

  CO_TRY(auto admission, co_await admit_upload(api.services, request));
  if (admission.refusal) co_return std::move(*admission.refusal);
  auto type = media_type(request);
  Result<Response> taken = fail(unsupported_media, "send multipart/form-data with a field 'files', or a PDF as application/pdf");
  if (type == "multipart/form-data") taken = co_await take_form(api, request, std::move(wish));
  else if (type == "application/pdf" || type == "application/octet-stream")
    taken = co_await take_raw(api, request, std::move(wish), std::move(filename));
  Response response = taken ? std::move(*taken) : problem(api.services, Face::v1, request, taken.error());
  admission.add_headers(response);
  co_return response;
}

}  // namespace docquarry::api::v1
