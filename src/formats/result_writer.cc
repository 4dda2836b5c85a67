#include "formats/result_writer.h"

#include <array>

namespace docquarry {
namespace {

constexpr std::array<std::string_view, 4> names{"text", "markdown", "json", "ndjson"};
constexpr std::array<std::string_view, 4> content_types{"text/plain; charset=utf-8", "text/markdown; charset=utf-8",
                                                        "application/json", "application/x-ndjson"};

void write_page_members(JsonWriter& json, const Page& page, bool lines) {
  json.member("number", page.number).key("label");
  if (page.label.empty()) json.null();
  else json.value(page.label);
  json.key("width").rounded(page.width_pt, 2).key("height").rounded(page.height_pt, 2);
  json.member("rotation", page.rotation).member("has_text_layer", page.has_text_layer);
  json.member("text", page.text).member("markdown", page.markdown);
  // Stored lines are an object {"fonts":…,"lines":…}; its members become members of the page.
  bool has_lines = page.lines.size() > 2 && page.lines.front() == '{' && page.lines.back() == '}';
  if (lines && has_lines) json.raw(std::string_view(page.lines).substr(1, page.lines.size() - 2));
  json.member("replaced_characters", std::int64_t(page.replaced_characters)).key("fault");
  if (!page.fault) {
    json.null();
  } else {
    json.begin_object().member("code", page.fault->code).member("message", page.fault->message).end_object();
  }
}

void write_head(JsonWriter& json, const ResultHead& head) {
  if (!head.id.empty()) json.member("id", head.id);
  json.member("filename", head.filename);
  if (!head.facts) return;  // the task runs: the rest is not known yet
  json.member("partial", head.partial).member("extractor", head.extractor).member("extraction_seconds", head.extraction_seconds);
  write_facts(json, *head.facts, false);
}

}  // namespace

std::optional<ResultFormat> result_format_named(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return ResultFormat(i);
  return std::nullopt;
}

std::string_view content_type(ResultFormat format) { return content_types[std::size_t(format)]; }

void ResultWriter::begin(std::string& out, const ResultHead& head) {
  first_page_ = true;
  if (format_ == ResultFormat::text || format_ == ResultFormat::markdown) return;
  JsonWriter json(out);
  json.begin_object();
  if (format_ == ResultFormat::ndjson) json.member("type", "document");
  write_head(json, head);
  if (format_ == ResultFormat::json) {
    json.key("pages").begin_array();
  } else {
    json.end_object();
    out += '\n';
  }
}

void ResultWriter::page(std::string& out, const Page& page) {
  bool first = first_page_;
  first_page_ = false;
  JsonWriter json(out);
  switch (format_) {
    case ResultFormat::text: (out += first ? "" : "\f\n") += page.text; break;
    case ResultFormat::markdown: (out += first ? "" : "\n\n") += page.markdown; break;
    case ResultFormat::json:
      if (!first) out += ',';
      write_page(json, page, lines_);
      break;
    case ResultFormat::ndjson:
      json.begin_object().member("type", "page");
      write_page_members(json, page, lines_);
      json.end_object();
      out += '\n';
      break;
  }
}

void ResultWriter::end(std::string& out, std::string_view state, std::string_view error) {
  if (format_ == ResultFormat::json) out += "]}";
  if (format_ == ResultFormat::text || format_ == ResultFormat::markdown) out += first_page_ ? "" : "\n";
  if (format_ != ResultFormat::ndjson) return;
  JsonWriter json(out);
  json.begin_object().member("type", "end").member("state", state).key("error");
  if (error.empty()) json.null();
  else json.value(error);
  json.end_object();
  out += '\n';
}

void write_page(JsonWriter& json, const Page& page, bool lines) {
  json.begin_object();
  write_page_members(json, page, lines);
  json.end_object();
}

void write_facts(JsonWriter& json, const DocumentFacts& facts, bool xmp) {
  json.member("page_count", facts.page_count).member("pdf_version", facts.pdf_version);
  json.member("encrypted", facts.encrypted).member("tagged", facts.tagged).key("metadata");
  write_metadata(json, facts.metadata);
  json.key("info").begin_object();
  for (const auto& [name, value] : facts.other_info) json.member(name, value);
  json.end_object().key("outline").begin_array();
  for (const auto& entry : facts.outline) {
    json.begin_object().member("level", entry.level).member("title", entry.title).key("page");
    if (entry.page > 0) json.value(entry.page);
    else json.null();
    json.end_object();
  }
  json.end_array().key("pages_without_text").begin_array();
  for (int page : facts.pages_without_text) json.value(page);
  json.end_array();
  if (xmp) json.member("xmp", facts.xmp);
}

void write_metadata(JsonWriter& json, const Metadata& metadata) {
  json.begin_object()
      .member("author", metadata.author)
      .member("creator", metadata.creator)
      .member("producer", metadata.producer)
      .member("subject", metadata.subject)
      .member("title", metadata.title)
      .member("creation_date", metadata.creation_date)
      .member("modification_date", metadata.modification_date)
      .end_object();
}

}  // namespace docquarry
