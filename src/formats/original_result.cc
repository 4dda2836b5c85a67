#include "formats/original_result.h"

#include "base/json_writer.h"
#include "formats/result_writer.h"

#include <cmath>

namespace docquarry {

std::string reopened(std::string object) {
  object.pop_back();
  return object;
}

void write_result_before_text(std::string& out, const DocumentView& document, int page_count) {
  std::string head;
  JsonWriter(head)
      .begin_object()
      .member("task_id", std::to_string(document.id.value()))
      .member("filename", document.filename)
      .member("page_count", page_count)
      .end_object();
  out += reopened(std::move(head)) + ",\"text\":\"";
}

void append_escaped(std::string& out, std::string_view text) {
  std::string quoted;
  quoted.reserve(text.size() + text.size() / 16 + 2);
  append_json_string(quoted, text);
  out.append(quoted, 1, quoted.size() - 2);
}

void append_page_text(std::string& out, bool is_first, std::string_view text) {
  if (!is_first) out += "\\n\\n";
  append_escaped(out, text);
}

void write_result_after_text(std::string& out, const DocumentView& document, const Metadata& metadata) {
  std::string rest;
  JsonWriter json(rest);
  json.begin_object().key("metadata");
  write_metadata(json, metadata);
  double seconds = std::round(document.extraction_seconds.value_or(0) * 100) / 100;
  json.member("extraction_time_seconds", seconds).member("summary", document.summary).end_object();
  out += "\",";
  out.append(rest, 1);
}

}  // namespace docquarry
