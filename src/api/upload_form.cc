#include "api/upload_form.h"

#include "base/text.h"
#include "http/multipart.h"

#include <array>

namespace docquarry::api {
namespace {

constexpr std::size_t longest_field = 64 * 1024;
constexpr int most_parts = 1000;

bool is_about_the_file(const Error& error) {
  return error.is(invalid_file_name) || error.is(empty_file) || error.is(not_a_pdf) || error.is(file_too_large);
}

Async<Result<std::string>> read_field(ByteSource& content) {
  std::string text;
  std::array<std::byte, 4096> block;
  while (true) {
    CO_TRY(auto got, co_await content.read(block));
    if (got == 0) break;
    text.append(reinterpret_cast<const char*>(block.data()), got);
    if (text.size() > longest_field) co_return fail(malformed_request, "a form field is longer than 64 kB");
  }
  if (!is_clean(text)) co_return fail(malformed_request, "a form field is not valid UTF-8 or holds control characters");
  co_return text;
}

class FormReader {
 public:
  FormReader(SubmitDocument& submit, http::MultipartReader& parts, const FormRules& rules)
      : submit_(submit), parts_(parts), rules_(rules) {}

  UploadForm form;

  Async<Result<void>> read_all() {
    for (int count = 0;; ++count) {
      CO_TRY(auto head, co_await parts_.next());
      if (!head) co_return Result<void>{};
      if (count == most_parts) co_return fail(malformed_request, "the form has more than 1000 parts");
      CO_CHECK(co_await read_part(std::move(*head)));
      bool stop = rules_.stop_at_bad_file && !form.files.empty() && form.files.back().error;
      if (stop) co_return Result<void>{};
    }
  }

 private:
  Async<Result<void>> read_part(http::PartHead head) {
    bool file_field = rules_.file_fields.contains(head.name);
    if (file_field && head.filename) co_return co_await read_file(std::move(*head.filename));
    if (file_field || rules_.keep_fields) {
      CO_TRY(auto text, co_await read_field(parts_.content()));
      if (file_field) form.not_files.emplace_back(std::move(text), int(form.not_files.size() + form.files.size()));
      else form.fields.emplace_back(clean_text(head.name), std::move(text));
    }
    co_return Result<void>{};
  }

  Async<Result<void>> read_file(std::string filename) {
    int most = submit_.limits().files_per_request;
    if (int(form.files.size()) >= most)
      co_return fail(too_many_files, "Too many files. Maximum " + std::to_string(most) + " files per request.");
    FormFile file;
    file.filename = clean_text(filename);
    if (rules_.need_pdf_extension && !has_pdf_extension(filename)) {
      file.error = Error(not_a_pdf, "Invalid file type: " + file.filename + ". Only PDF files are allowed.");
      form.files.push_back(std::move(file));
      co_return Result<void>{};
    }
    auto staged = co_await submit_.stage(std::move(filename), parts_.content());
    if (staged) file.staged = std::move(*staged);
    else if (is_about_the_file(staged.error())) file.error = std::move(staged).error();
    else co_return fail(std::move(staged).error());
    form.files.push_back(std::move(file));
    co_return Result<void>{};
  }

  SubmitDocument& submit_;
  http::MultipartReader& parts_;
  const FormRules& rules_;
};

}  // namespace

std::vector<StagedFile> UploadForm::take_staged() {
  std::vector<StagedFile> staged;
  for (auto& file : files) {
    if (file.staged) staged.push_back(std::move(*file.staged));
    file.staged.reset();
  }
  return staged;
}

Async<Result<UploadForm>> read_upload_form(SubmitDocument& submit, http::Request& request, FormRules rules) {
  CO_TRY(auto boundary, http::MultipartReader::boundary_of(request.header("content-type")));
  http::MultipartReader parts(request.body(), std::move(boundary));
  FormReader reader(submit, parts, rules);
  auto done = co_await reader.read_all();
  if (done) co_return std::move(reader.form);
  co_await submit.discard(reader.form.take_staged());
  co_return fail(std::move(done).error());
}

}  // namespace docquarry::api
