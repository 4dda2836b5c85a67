// Reads a multipart upload: files go straight into the store, small fields are kept. Shared by the original's route and /v1.
#pragma once

#include "actions/submit_document.h"
#include "api/validation.h"
#include "http/request.h"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace docquarry::api {

struct FormFile {
  std::string filename;  // as sent, cleaned: for messages
  std::optional<StagedFile> staged;
  std::optional<Error> error;  // why it was refused: invalid_file_name, empty_file, not_a_pdf, file_too_large
};

struct UploadForm {
  std::vector<FormFile> files;
  Parameters::Pairs fields;
  std::vector<std::pair<std::string, int>> not_files;  // text that was sent in a file field: the text, and which one it was

  // Takes the staged files out.
  std::vector<StagedFile> take_staged();
};

struct FormRules {
  std::set<std::string, std::less<>> file_fields;
  bool keep_fields = false;       // else fields are skipped, as the original does
  bool stop_at_bad_file = false;  // the rest is then not read
  bool need_pdf_extension = false;
};

// Errors: those of the connection and of the store, too_many_files, malformed_request. Whatever had been staged is then discarded; after
// success it belongs to the caller. A refused file is not an error here.
Async<Result<UploadForm>> read_upload_form(SubmitDocument& submit, http::Request& request, FormRules rules);

}  // namespace docquarry::api
