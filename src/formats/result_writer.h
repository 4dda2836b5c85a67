// How a result is written: plain text, Markdown, JSON, NDJSON. Used by the API and by `docquarry extract`, so that both say the same.
//
// text      page texts, a form feed (U+000C) and line break between pages, a line break at the end
// markdown  page Markdown joined by an empty line, a line break at the end
// json      {"id":…,"filename":…,"page_count":…,"partial":…,"extractor":…,"metadata":{…},…,"pages":[{page},…]}
// ndjson    {"type":"document",…} , {"type":"page",…} per page, {"type":"end","state":…,"error":…}
#pragma once

#include "base/json_writer.h"
#include "domain/document_facts.h"
#include "domain/page.h"

#include <optional>
#include <string>
#include <string_view>

namespace docquarry {

enum class ResultFormat { text, markdown, json, ndjson };
std::optional<ResultFormat> result_format_named(std::string_view name);  // "text", "markdown", "json", "ndjson"
std::string_view content_type(ResultFormat format);

// What stands at the head of a JSON result. `id` is empty on the command line.
struct ResultHead {
  std::string id;
  std::string filename;
  bool partial = false;
  std::string extractor;
  std::optional<double> extraction_seconds;
  std::optional<DocumentFacts> facts;  // absent while the task runs
};

// Appends piece by piece to a string that the caller empties; keeps no page.
class ResultWriter {
 public:
  // `lines`: whether JSON pages carry their lines with words and boxes.
  ResultWriter(ResultFormat format, bool lines) : format_(format), lines_(lines) {}

  void begin(std::string& out, const ResultHead& head);
  void page(std::string& out, const Page& page);
  // `outcome`: how an NDJSON result ends: the state's name, and the error of a task that did not complete.
  void end(std::string& out, std::string_view state = "COMPLETED", std::string_view error = {});

 private:
  ResultFormat format_;
  bool lines_;
  bool first_page_ = true;
};

// {"number":1,"label":null,"width":612,…,"text":…,"markdown":…,…}; with `lines` also "fonts" and "lines" of formats/page_lines.h, if the
// page carries them.
void write_page(JsonWriter& json, const Page& page, bool lines);
// The members of a document's facts, into an open object: "page_count", "pdf_version", "encrypted", "tagged", "metadata", "info",
// "outline", "pages_without_text"; "xmp" only when asked for.
void write_facts(JsonWriter& json, const DocumentFacts& facts, bool xmp);
// {"author":…,…,"modification_date":…}: the original's seven keys in its order, null when absent.
void write_metadata(JsonWriter& json, const Metadata& metadata);

}  // namespace docquarry
