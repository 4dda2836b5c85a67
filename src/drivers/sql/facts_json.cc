#include "drivers/sql/facts_json.h"

#include "base/json_writer.h"
#include "base/text.h"
#include "domain/error_codes.h"

#include <boost/json.hpp>

namespace docquarry {
namespace {

namespace json = boost::json;

std::string clean(const std::string& text) { return is_clean(text) ? text : clean_text(text); }
std::optional<std::string> clean(const std::optional<std::string>& text) {
  return text ? std::optional<std::string>(clean(*text)) : std::nullopt;
}

std::string text_of(const json::object& object, std::string_view key) {
  auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<std::string> maybe_text_of(const json::object& object, std::string_view key) {
  auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

int number_of(const json::object& object, std::string_view key) {
  auto* value = object.if_contains(key);
  return value != nullptr && value->is_int64() ? int(value->get_int64()) : 0;
}

bool truth_of(const json::object& object, std::string_view key) {
  auto* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

const json::array& array_of(const json::object& object, std::string_view key) {
  static const json::array none;
  auto* value = object.if_contains(key);
  return value != nullptr && value->is_array() ? value->get_array() : none;
}

Metadata metadata_of(const json::object& object) {
  auto field = [&](std::string_view key) { return maybe_text_of(object, key); };
  return {field("author"), field("creator"),       field("producer"),         field("subject"),
          field("title"),  field("creation_date"), field("modification_date")};
}

DocumentFacts facts_of(const json::object& object) {
  DocumentFacts facts;
  facts.page_count = number_of(object, "page_count");
  facts.pdf_version = text_of(object, "pdf_version");
  facts.encrypted = truth_of(object, "encrypted");
  facts.tagged = truth_of(object, "tagged");
  facts.xmp = text_of(object, "xmp");
  if (auto* metadata = object.if_contains("metadata"); metadata != nullptr && metadata->is_object())
    facts.metadata = metadata_of(metadata->get_object());
  for (const auto& pair : array_of(object, "other_info"))
    facts.other_info.emplace_back(pair.at(0).as_string().c_str(), pair.at(1).as_string().c_str());
  for (const auto& entry : array_of(object, "outline"))
    facts.outline.push_back({int(entry.at(0).as_int64()), entry.at(1).as_string().c_str(), int(entry.at(2).as_int64())});
  for (const auto& page : array_of(object, "pages_without_text")) facts.pages_without_text.push_back(int(page.as_int64()));
  return facts;
}

}  // namespace

std::string write_stored_facts(const DocumentFacts& facts) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object();
  writer.member("page_count", facts.page_count).member("pdf_version", clean(facts.pdf_version));
  writer.member("encrypted", facts.encrypted).member("tagged", facts.tagged).member("xmp", clean(facts.xmp));
  const Metadata& metadata = facts.metadata;
  writer.key("metadata").begin_object();
  writer.member("author", clean(metadata.author)).member("creator", clean(metadata.creator));
  writer.member("producer", clean(metadata.producer)).member("subject", clean(metadata.subject));
  writer.member("title", clean(metadata.title)).member("creation_date", clean(metadata.creation_date));
  writer.member("modification_date", clean(metadata.modification_date)).end_object();
  writer.key("other_info").begin_array();
  for (const auto& [key, value] : facts.other_info) writer.begin_array().value(clean(key)).value(clean(value)).end_array();
  writer.end_array().key("outline").begin_array();
  for (const auto& entry : facts.outline)
    writer.begin_array().value(entry.level).value(clean(entry.title)).value(entry.page).end_array();
  writer.end_array().key("pages_without_text").begin_array();
  for (int page : facts.pages_without_text) writer.value(page);
  writer.end_array().end_object();
  return out;
}

Result<DocumentFacts> read_stored_facts(std::string_view text) {
  try {
    return facts_of(json::parse(json::string_view(text.data(), text.size())).as_object());
  } catch (const std::exception& damaged) {
    return fail(database_unavailable, std::string("the stored facts of a document are damaged: ") + damaged.what());
  }
}

std::string write_stored_options(const ExtractionOptions& options) {
  if (options.pages.empty() && !options.extractor) return {};
  std::string out;
  JsonWriter writer(out);
  writer.begin_object();
  if (!options.pages.empty()) writer.member("pages", format_page_ranges(options.pages));
  if (options.extractor) writer.member("extractor", to_text(*options.extractor));
  writer.end_object();
  return out;
}

ExtractionOptions read_stored_options(std::string_view text) {
  ExtractionOptions options;
  if (text.empty()) return options;
  json::error_code error;
  json::value value = json::parse(json::string_view(text.data(), text.size()), error);
  if (error || !value.is_object()) return options;
  auto pages = parse_page_ranges(text_of(value.get_object(), "pages"));
  if (pages) options.pages = std::move(*pages);
  auto extractor = parse_extractor_choice(text_of(value.get_object(), "extractor"));
  if (extractor) options.extractor = *extractor;
  return options;
}

std::string write_stored_note(const ExtractionNote& note) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object().member("extractor", note.extractor).member("job", note.job);
  writer.member("file", note.file).member("mark", note.mark).member("since", note.since).end_object();
  return out;
}

ExtractionNote read_stored_note(std::string_view text) {
  ExtractionNote note;
  json::error_code error;
  json::value value = json::parse(json::string_view(text.data(), text.size()), error);
  if (error || !value.is_object()) return note;
  const auto& object = value.get_object();
  note.extractor = text_of(object, "extractor");
  note.job = text_of(object, "job");
  note.file = text_of(object, "file");
  note.mark = text_of(object, "mark");
  note.since = text_of(object, "since");
  return note;
}

}  // namespace docquarry
