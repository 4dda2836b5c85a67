#include "drivers/sql/sql_queries.h"

#include "base/fault.h"
#include "embedded/sql_files.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace docquarry {
namespace {

constexpr std::string_view part_mark = "--?";

struct Source {
  std::map<std::string, std::vector<std::string>, std::less<>> statements, fragments;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// "a.sql" is for everybody, "a.sqlite.sql" for sqlite only.
bool is_for(std::string_view path, std::string_view engine) {
  if (!path.starts_with("sql/queries/")) return false;
  auto name = path.substr(path.rfind('/') + 1);
  auto dot = name.find('.');
  return name.substr(dot) == ".sql" || name.substr(dot) == "." + std::string(engine) + ".sql";
}

void read_into(Source& source, const embedded::File& file) {
  std::vector<std::string>* current = nullptr;
  for (const auto& line : lines_of(file.content)) {
    auto begin = [&](std::string_view keyword, auto& kind) {
      if (!line.starts_with(keyword)) return false;
      auto [place, is_new] = kind.try_emplace(std::string(trimmed(line.substr(keyword.size()))));
      if (!is_new) throw std::logic_error("two texts are named " + place->first + ", the second in " + std::string(file.path));
      current = &place->second;
      return true;
    };
    if (begin("-- name:", source.statements) || begin("-- fragment:", source.fragments)) continue;
    if (line.starts_with("--") || trimmed(line).empty()) continue;
    if (current == nullptr) throw std::logic_error("text before the first name in " + std::string(file.path));
    current->push_back(line.ends_with(';') ? line.substr(0, line.size() - 1) : line);
  }
}

// Replaces {name} by the fragment's lines; a fragment may use others.
std::vector<std::string> expanded(const std::vector<std::string>& lines, const Source& source, int depth = 0) {
  if (depth > 5) throw std::logic_error("fragments stand in a circle");
  std::vector<std::string> out;
  for (const auto& line : lines) {
    auto open = line.find('{');
    if (open == line.npos) {
      out.push_back(line);
      continue;
    }
    auto close = line.find('}', open);
    auto fragment = source.fragments.find(line.substr(open + 1, close - open - 1));
    if (close == line.npos || fragment == source.fragments.end()) throw std::logic_error("no such fragment: " + line);
    auto inner = expanded(fragment->second, source, depth + 1);
    if (inner.empty()) inner.emplace_back();  // an engine may have nothing to say
    inner.front().insert(0, line.substr(0, open));
    inner.back() += line.substr(close + 1);
    inner = expanded(inner, source, depth + 1);
    out.insert(out.end(), inner.begin(), inner.end());
  }
  return out;
}

std::string part_of(std::string_view line) {
  auto mark = line.find(part_mark);
  return mark == line.npos ? std::string() : std::string(trimmed(line.substr(mark + part_mark.size())));
}

// Numbers the parameters anew in the order of their old numbers.
Query numbered(std::string name, const std::string& text) {
  Query query;
  query.name = std::move(name);
  auto number_at = [&](std::size_t i) {
    int number = 0;
    std::from_chars(text.data() + i + 1, text.data() + text.size(), number);
    return number;
  };
  for (std::size_t i = text.find('$'); i != text.npos; i = text.find('$', i + 1)) query.parameters.push_back(number_at(i) - 1);
  std::sort(query.parameters.begin(), query.parameters.end());
  query.parameters.erase(std::unique(query.parameters.begin(), query.parameters.end()), query.parameters.end());
  for (std::size_t i = 0; i < text.size(); ++i) {
    query.text += text[i];
    if (text[i] != '$') continue;
    auto place = std::find(query.parameters.begin(), query.parameters.end(), number_at(i) - 1);
    query.text += std::to_string(place - query.parameters.begin() + 1);
    while (i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9') ++i;
  }
  return query;
}

}  // namespace

SqlQueries::SqlQueries(std::string_view engine) : SqlQueries(engine, embedded::sql_files()) {}

SqlQueries::SqlQueries(std::string_view engine, std::span<const embedded::File> files) {
  Source source;
  for (const auto& file : files)
    if (is_for(file.path, engine)) read_into(source, file);
  if (fault_switch("storm.no_fence"))
    source.fragments["fence"] = {"id = $1 AND CAST($2 AS BIGINT) IS NOT NULL AND CAST($3 AS TEXT) IS NOT NULL"};
  for (const auto& [name, lines] : source.statements) add(name, expanded(lines, source));
}

void SqlQueries::add(const std::string& name, const std::vector<std::string>& lines) {
  Family family;
  for (const auto& line : lines) {
    auto part = part_of(line);
    if (!part.empty() && std::find(family.parts.begin(), family.parts.end(), part) == family.parts.end())
      family.parts.push_back(part);
  }
  for (std::size_t bits = 0; bits < std::size_t(1) << family.parts.size(); ++bits) {
    std::string full_name = name, text;
    for (std::size_t i = 0; i < family.parts.size(); ++i)
      if (bits >> i & 1) full_name += "+" + family.parts[i];
    for (const auto& line : lines) {
      auto part = std::find(family.parts.begin(), family.parts.end(), part_of(line));
      bool kept = part == family.parts.end() || (bits >> (part - family.parts.begin()) & 1);
      if (kept) text += std::string(trimmed(line.substr(0, line.find(part_mark)))) + '\n';
    }
    text.pop_back();
    family.variants.push_back(numbered(std::move(full_name), text));
  }
  families_.emplace(name, std::move(family));
}

const Query& SqlQueries::find(const Statement& statement) const {
  auto family = families_.find(statement.name());
  if (family == families_.end()) throw std::logic_error("no statement is named " + std::string(statement.name()));
  std::size_t bits = 0;
  for (auto part : statement.parts()) {
    auto& parts = family->second.parts;
    auto place = std::find(parts.begin(), parts.end(), part);
    if (place == parts.end()) throw std::logic_error(family->first + " has no part " + std::string(part));
    bits |= std::size_t(1) << (place - parts.begin());
  }
  return family->second.variants[bits];
}

std::vector<const Query*> SqlQueries::all() const {
  std::vector<const Query*> queries;
  for (const auto& [name, family] : families_)
    for (const auto& query : family.variants) queries.push_back(&query);
  return queries;
}

}  // namespace docquarry
