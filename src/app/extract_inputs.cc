#include "app/extract_inputs.h"

#include "base/files.h"
#include "domain/error_codes.h"

#include <set>

namespace docquarry {
namespace {

namespace fs = std::filesystem;

std::string_view ending(ResultFormat format) {
  switch (format) {
    case ResultFormat::text: return ".txt";
    case ResultFormat::markdown: return ".md";
    case ResultFormat::json: return ".json";
    case ResultFormat::ndjson: return ".ndjson";
  }
  return "";
}

struct Found {
  fs::path path;
  fs::path below;  // where it lies, seen from the output directory
  std::string problem;
};

void find_in_directory(const fs::path& directory, std::vector<Found>& found) {
  auto files = files_below(directory, ".pdf");
  if (!files) {
    found.push_back({directory, {}, files.error().message()});
    return;
  }
  for (auto& file : *files) found.push_back({file, file.lexically_relative(directory), {}});
}

std::vector<Found> find_all(const std::vector<std::string>& named) {
  std::vector<Found> found;
  for (const auto& name : named) {
    std::error_code error;
    auto status = fs::status(name, error);
    if (name == "-") found.push_back({name, "stdin.pdf", {}});
    else if (fs::is_directory(status)) find_in_directory(name, found);
    else if (!fs::exists(status)) found.push_back({name, {}, "no such file"});
    else found.push_back({name, fs::path(name).filename(), {}});
  }
  return found;
}

}  // namespace

Result<std::vector<ExtractInput>> find_inputs(const std::vector<std::string>& named, const std::optional<std::string>& output,
                                              ResultFormat format) {
  auto found = find_all(named);
  if (found.empty()) return fail(invalid_request, "no PDF files found in " + named.front());
  bool into_directory = output && (found.size() > 1 || output->ends_with('/') || fs::is_directory(*output));

  std::vector<ExtractInput> inputs;
  std::set<fs::path> taken;
  for (auto& file : found) {
    ExtractInput input{std::move(file.path), std::nullopt, std::move(file.problem)};
    if (output && input.problem.empty()) {
      input.output = into_directory ? (fs::path(*output) / file.below).replace_extension(ending(format)) : fs::path(*output);
      if (!taken.insert(*input.output).second)
        return fail(invalid_request, "two inputs would be written to " + input.output->string() + "; extract them separately");
    }
    inputs.push_back(std::move(input));
  }
  return inputs;
}

}  // namespace docquarry
