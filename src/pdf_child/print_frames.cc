#include "pdf_child/print_frames.h"

#include "base/json_writer.h"

namespace docquarry {
namespace {

void write_box(JsonWriter& json, const Box& box) {
  json.key("box").begin_array();
  for (float edge : {box.left, box.top, box.right, box.bottom}) json.rounded(edge, 2);
  json.end_array();
}

void write(JsonWriter& json, const wire::Begin& begin) {
  json.member("kind", "begin")
      .member("page_count", std::uint64_t(begin.page_count))
      .member("expected", std::uint64_t(begin.expected));
}

void write(JsonWriter& json, const wire::PageFrame& frame) {
  const Page& page = frame.page;
  json.member("kind", "page")
      .member("number", page.number)
      .key("width")
      .rounded(page.width_pt, 2)
      .key("height")
      .rounded(page.height_pt, 2);
  json.member("rotation", page.rotation).member("label", page.label).member("has_text_layer", page.has_text_layer);
  json.member("replaced_characters", std::uint64_t(page.replaced_characters));
  if (page.fault)
    json.key("fault").begin_object().member("code", page.fault->code).member("message", page.fault->message).end_object();
  json.member("text", page.text).member("markdown", page.markdown);
  json.key("fonts").begin_array();
  for (const auto& font : frame.fonts)
    json.begin_object()
        .member("name", font.name)
        .member("bold", font.bold)
        .member("italic", font.italic)
        .member("monospace", font.monospace)
        .end_object();
  json.end_array().key("lines").begin_array();
  for (const auto& line : frame.lines) {
    json.begin_object();
    write_box(json, line.box);
    json.member("font", std::uint64_t(line.font)).key("size").rounded(line.size_pt, 2).key("words").begin_array();
    for (const auto& word : line.words) {
      json.begin_object();
      write_box(json, word.box);
      json.member("text", word.text).end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
}

void write(JsonWriter& json, const DocumentFacts& facts) {
  json.member("kind", "facts").member("page_count", facts.page_count).member("pdf_version", facts.pdf_version);
  json.member("encrypted", facts.encrypted).member("tagged", facts.tagged);
  const Metadata& data = facts.metadata;
  json.key("metadata")
      .begin_object()
      .member("author", data.author)
      .member("creator", data.creator)
      .member("producer", data.producer);
  json.member("subject", data.subject).member("title", data.title).member("creation_date", data.creation_date);
  json.member("modification_date", data.modification_date).end_object();
  json.key("other_info").begin_object();
  for (const auto& [key, value] : facts.other_info) json.member(key, value);
  json.end_object().member("xmp", facts.xmp).key("outline").begin_array();
  for (const auto& entry : facts.outline)
    json.begin_object().member("level", entry.level).member("title", entry.title).member("page", entry.page).end_object();
  json.end_array();
}

void write(JsonWriter& json, const wire::End& end) {
  // Times and memory differ from run to run and would spoil golden files.
  json.member("kind", "end").member("partial", end.partial).key("faults").begin_array();
  for (const auto& fault : end.faults) json.value(fault);
  json.end_array();
}

void write(JsonWriter& json, const wire::Failed& failed) {
  json.member("kind", "failed").member("code", failed.code->name).member("message", failed.message);
}

}  // namespace

std::string describe_message(const wire::Message& message) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  std::visit([&](auto& content) { write(json, content); }, message);
  json.end_object();
  return out;
}

}  // namespace docquarry
