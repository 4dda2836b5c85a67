// docquarry-extractor: the only program that reads documents, and the only one that links PDFium. The server starts it as
//   docquarry-extractor launcher required|best_effort       with its socket as descriptor 3
// and people may run
//   docquarry-extractor extract [--pages 1-5,9] [--password-file FILE] [--text|--markdown] < FILE
//   docquarry-extractor escape-attempts
#include "base/files.h"
#include "pdf_child/escape_attempts.h"
#include "pdf_child/extract_by_hand.h"
#include "pdf_child/launcher.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace {

using namespace docquarry;

constexpr const char* usage =
    "usage: docquarry-extractor extract [--pages 1-5,9] [--password-file FILE] [--text|--markdown] [--best-effort] < FILE\n"
    "       docquarry-extractor escape-attempts [--best-effort]\n";

int complain(std::string_view what) {
  std::fprintf(stderr, "docquarry-extractor: %.*s\n%s", int(what.size()), what.data(), usage);
  return 2;
}

int extract(const std::vector<std::string_view>& words) {
  wire::ExtractRequest request;
  auto show = Show::everything;
  auto level = SandboxLevel::required;
  if (sanitized) request.limits.address_space_bytes = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    bool more = i + 1 < words.size();
    if (words[i] == "--text") show = Show::text;
    else if (words[i] == "--markdown") show = Show::markdown;
    else if (words[i] == "--best-effort") level = SandboxLevel::best_effort;
    else if (words[i] == "--pages" && more) {
      auto ranges = parse_page_ranges(words[++i]);
      if (!ranges) return complain(ranges.error().message());
      request.pages = std::move(*ranges);
    } else if (words[i] == "--password-file" && more) {
      auto password = read_whole_file(words[++i], 4096);
      if (!password) return complain(password.error().message());
      request.password = password->substr(0, password->find_first_of("\r\n"));
    } else {
      return complain("unknown option " + std::string(words[i]));
    }
  }
  return extract_by_hand(0, std::move(request), show, level);
}

int run(std::vector<std::string_view> words) {
  if (words.empty()) return complain("what to do?");
  auto command = words.front();
  words.erase(words.begin());
  auto level_named = [](std::string_view name) {
    return name == "best_effort" ? SandboxLevel::best_effort : SandboxLevel::required;
  };
  if (command == "launcher" && words.size() == 1) return run_launcher(3, level_named(words[0]));
  if (command == "extract") return extract(words);
  if (command == "escape-attempts")
    return run_escape_attempts(words.empty() ? SandboxLevel::required : SandboxLevel::best_effort) == 0 ? 0 : 1;
  return complain("unknown command " + std::string(command));
}

}  // namespace

int main(int count, char** arguments) {
  clearenv();  // nothing here depends on it, and children must find nothing in it
  int status = run({arguments + 1, arguments + count});
  std::fflush(stdout);
  _exit(status);  // a confined process may no longer do what tidying up needs
}
