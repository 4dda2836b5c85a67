#include "api/admission.h"
#include "api/legacy/handlers.h"
#include "api/upload_form.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace docquarry::api::legacy {
namespace {

constexpr std::size_t longest_prompt = 8 * 1024;

// The original's sentences for a refused file; where it had none, one in its manner.
Error in_its_words(const FormFile& file, const UploadLimits& limits) {
  const auto& name = file.filename;
  const auto& error = *file.error;
  if (error.is(file_too_large)) {
    return {file_too_large, "File too large: " + name + ". Maximum size is " + std::to_string(limits.file_bytes >> 20) + "MB."};
  }
  if (error.is(empty_file)) return {empty_file, "Invalid file: " + name + " is empty."};
  if (error.is(invalid_file_name)) return {invalid_file_name, "Invalid file name: " + error.message() + "."};
  if (error.message().starts_with("Invalid file type")) return error;
  return {not_a_pdf, "Invalid file content: " + name + " is not a PDF (no %PDF- in its first 1024 bytes)."};
}

Error about_the_body(Error error) {
  bool about_it = error.is(malformed_request) || error.is(truncated_upload) || error.is(unsupported_media);
  return about_it ? Error(error.is(truncated_upload) ? truncated_upload : malformed_request,
                          "There was an error parsing the body: " + error.message())
                  : error;
}

void note_missing_files(const UploadForm& form, Issues& issues) {
  for (const auto& [text, index] : form.not_files) {
    issues.add("value_error", place_of("body", "files", index), "Value error, Expected UploadFile, received: <class 'str'>",
               json_text(clean_text(std::string_view(text).substr(0, 200))), "{\"error\":{}}");
  }
  if (form.not_files.empty() && form.files.empty()) issues.add("missing", place_of("body", "files"), "Field required", "null");
}

bool is_multipart(const Request& request) { return request.header("content-type").starts_with("multipart/"); }

std::string accepted_body(const std::vector<TaskTicket>& tickets) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("task_ids").begin_array();
  for (const auto& ticket : tickets) json.value(std::to_string(ticket.document.value()));
  auto count = std::to_string(tickets.size());
  json.end_array().member("total_files", std::int64_t(tickets.size()));
  json.member("message", "Successfully queued " + count + " file(s) for processing").end_object();
  return body;
}

// All files or none: a bad one refuses the request before anything is queued.
Async<Result<Response>> take_files(Api& api, Request& request, Submission submission) {
  auto& submit = api.services.submit;
  Issues issues;
  if (!is_multipart(request)) {
    note_missing_files(UploadForm(), issues);
    co_return issues.response();
  }
  FormRules rules;
  rules.file_fields = {"files"};
  rules.stop_at_bad_file = rules.need_pdf_extension = true;
  auto form = co_await read_upload_form(submit, request, std::move(rules));
  if (!form) co_return fail(about_the_body(std::move(form).error()));
  note_missing_files(*form, issues);
  bool refused = !form->files.empty() && form->files.back().error;
  submission.files = form->take_staged();
  if (issues.any() || refused) {
    co_await submit.discard(std::move(submission.files));
    if (issues.any()) co_return issues.response();
    co_return fail(in_its_words(form->files.back(), submit.limits()));
  }
  CO_TRY(auto accepted, co_await submit.accept(std::move(submission)));
  Response response = json_response(202, accepted_body(accepted.tickets));
  if (accepted.tickets.size() == 1) response.set("Location", "/status/" + std::to_string(accepted.tickets[0].document.value()));
  co_return response;
}

}  // namespace

Async<Result<Response>> post_upload(Api& api, Request& request) {
  Issues issues;
  Parameters query(request.query, "query", issues);
  Submission submission;
  submission.owner = UserId(query.integer("user_id", default_user.value(), id_bounds));
  submission.prompt = query.text("prompt", longest_prompt);
  if (issues.any()) co_return issues.response();
  CO_TRY(auto admission, co_await admit_upload(api.services, request));
  if (admission.refusal) co_return std::move(*admission.refusal);
  auto taken = co_await take_files(api, request, std::move(submission));
  Response response = taken ? std::move(*taken) : problem(api.services, Face::legacy, request, taken.error());
  admission.add_headers(response);
  co_return response;
}

}  // namespace docquarry::api::legacy
