// Writes the documents that are derived from tables of the program: ./dev docs.
//
//   write_docs DIR            writes them
//   write_docs --check DIR    status 1, and says which, when one of them is not up to date
#include "api/problem.h"
#include "app/settings.h"
#include "base/files.h"
#include "cli/command_docs.h"
#include "domain/error_codes.h"

#include <fmt/core.h>

#include <cstdio>
#include <fstream>
#include <string_view>

namespace docquarry {
namespace {

std::string errors_as_markdown() {
  std::string text =
      "# Errors\n\n"
      "*Made from the table in `src/domain/error_codes.h` by `./dev docs`; changes belong there.*\n\n"
      "Every error of the API carries a code that stays the same: `code` in the bodies of `/v1`, and in the `error` of a document "
      "that failed.\n"
      "The statuses are those of answers to requests; a document that fails while it is processed has no status of its own. Trying "
      "again\n"
      "helps where it says so; answers 429 and 503 carry `Retry-After`.\n\n"
      "| code | /v1 | original | again? | meaning |\n|---|---|---|---|---|\n";
  for (const ErrorCode* code : error_codes)
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", code->name, api::status_of(*code, api::Face::v1),
                        api::status_of(*code, api::Face::legacy), code->retryable ? "yes" : "no", code->public_text);
  return text;
}

struct Document {
  std::string name, content;
};

int run(bool check, const std::string& directory) {
  const Document documents[] = {
      {"configuration.md", settings_as_markdown()}, {"errors.md", errors_as_markdown()}, {"docquarry.1", cli::man_page()}};
  int stale = 0;
  for (const auto& document : documents) {
    std::string path = directory + "/" + document.name;
    auto known = read_whole_file(path, 4 << 20);
    if (known && *known == document.content) continue;
    ++stale;
    if (check) fmt::print(stderr, "{} is not up to date; run ./dev docs\n", path);
    else if (!(std::ofstream(path) << document.content << std::flush)) fmt::print(stderr, "cannot write {}\n", path);
    else fmt::print("wrote {}\n", path);
  }
  return check && stale > 0 ? 1 : 0;
}

}  // namespace
}  // namespace docquarry

int main(int count, char** arguments) {
  bool check = count == 3 && std::string_view(arguments[1]) == "--check";
  if (count != (check ? 3 : 2)) {
    std::fputs("usage: write_docs [--check] DIR\n", stderr);
    return 2;
  }
  return docquarry::run(check, arguments[count - 1]);
}
