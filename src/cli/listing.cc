#include "cli/listing.h"

#include <fmt/core.h>

namespace docquarry::cli {
namespace {

std::string name_and_problem(const RemoteDocument& document) {
  auto text = document.filename;
  if (!document.problem.empty()) text += ": " + document.problem;
  if (document.partial) text += " (incomplete)";
  return text;
}

}  // namespace

std::string outcome_line(const RemoteDocument& document) {
  return fmt::format("{}  {:<10}  {}", document.id, document.state, name_and_problem(document));
}

std::string status_line(const RemoteDocument& document) {
  return fmt::format("{}  {:<10}  {:>3}%  {}", document.id, document.state, int(document.percent), name_and_problem(document));
}

std::string listing_line(const RemoteDocument& document) {
  auto pages = document.page_count ? std::to_string(*document.page_count) : "-";
  return fmt::format("{}  {:<10}  {:>5}  {}", document.id, document.state, pages, document.filename);
}

}  // namespace docquarry::cli
