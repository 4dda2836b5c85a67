#include "formats/result_writer.h"

#include <gtest/gtest.h>

namespace docquarry {
namespace {

Page page_of(int number, std::string text) {
  Page page;
  page.number = number;
  page.width_pt = 612;
  page.height_pt = 792.126f;
  page.has_text_layer = true;
  page.markdown = "# " + text;
  page.text = std::move(text);
  return page;
}

ResultHead head() {
  DocumentFacts facts;
  facts.page_count = 2;
  facts.pdf_version = "1.7";
  facts.metadata.title = "A \"title\"";
  facts.other_info = {{"Trapped", "False"}};
  facts.outline = {{1, "Start", 1}, {2, "Nowhere", 0}};
  facts.pages_without_text = {2};
  return {"0123", "a.pdf", false, "pdfium-7390", 0.25, facts};
}

std::string written(ResultFormat format, const ResultHead& head, const std::vector<Page>& pages, bool lines = false) {
  std::string out;
  ResultWriter writer(format, lines);
  writer.begin(out, head);
  for (const auto& page : pages) writer.page(out, page);
  writer.end(out);
  return out;
}

TEST(ResultWriter, separates_pages_of_text_by_a_form_feed) {
  EXPECT_EQ(written(ResultFormat::text, head(), {page_of(1, "one"), page_of(2, "two")}), "one\f\ntwo\n");
  EXPECT_EQ(written(ResultFormat::text, head(), {}), "");
}

TEST(ResultWriter, joins_markdown_by_an_empty_line) {
  EXPECT_EQ(written(ResultFormat::markdown, head(), {page_of(1, "one"), page_of(2, "two")}), "# one\n\n# two\n");
}

TEST(ResultWriter, writes_the_facts_before_the_pages_in_json) {
  EXPECT_EQ(
      written(ResultFormat::json, head(), {page_of(1, "one"), page_of(2, "two")}),
      R"({"id":"0123","filename":"a.pdf","partial":false,"extractor":"pdfium-7390","extraction_seconds":0.25,"page_count":2,)"
      R"("pdf_version":"1.7","encrypted":false,"tagged":false,"metadata":{"author":null,"creator":null,"producer":null,"subject":null,)"
      R"("title":"A \"title\"","creation_date":null,"modification_date":null},"info":{"Trapped":"False"},"outline":[{"level":1,)"
      R"("title":"Start","page":1},{"level":2,"title":"Nowhere","page":null}],"pages_without_text":[2],"pages":[)"
      R"({"number":1,"label":null,"width":612,"height":792.13,"rotation":0,"has_text_layer":true,"text":"one","markdown":"# one",)"
      R"("replaced_characters":0,"fault":null},)"
      R"({"number":2,"label":null,"width":612,"height":792.13,"rotation":0,"has_text_layer":true,"text":"two","markdown":"# two",)"
      R"("replaced_characters":0,"fault":null}]})");
}

TEST(ResultWriter, leaves_the_id_out_on_the_command_line_and_the_facts_while_the_task_runs) {
  ResultHead running;
  running.filename = "a.pdf";

  EXPECT_EQ(written(ResultFormat::ndjson, running, {}),
            "{\"type\":\"document\",\"filename\":\"a.pdf\"}\n{\"type\":\"end\",\"state\":\"COMPLETED\",\"error\":null}\n");
}

TEST(ResultWriter, ends_ndjson_with_what_became_of_the_task) {
  std::string out;
  ResultWriter writer(ResultFormat::ndjson, false);
  writer.end(out, "FAILED", "the document needs more time than allowed");

  EXPECT_EQ(out, "{\"type\":\"end\",\"state\":\"FAILED\",\"error\":\"the document needs more time than allowed\"}\n");
}

TEST(ResultWriter, carries_lines_only_when_asked_for) {
  auto page = page_of(1, "one");
  page.lines = R"({"fonts":[],"lines":[{"text":"one"}]})";

  auto with = written(ResultFormat::ndjson, head(), {page}, true);
  auto without = written(ResultFormat::ndjson, head(), {page}, false);

  EXPECT_NE(with.find(R"("markdown":"# one","fonts":[],"lines":[{"text":"one"}],"replaced_characters":0)"), with.npos);
  EXPECT_EQ(without.find("fonts"), without.npos);
}

TEST(ResultWriter, names_the_fault_of_a_page) {
  auto page = page_of(3, "");
  page.fault = PageFault{"page_unreadable", "the page tree is broken"};
  std::string out;
  JsonWriter json(out);

  write_page(json, page, false);

  EXPECT_NE(out.find(R"("fault":{"code":"page_unreadable","message":"the page tree is broken"})"), out.npos);
}

TEST(ResultFormat, is_found_by_its_name) {
  EXPECT_EQ(result_format_named("markdown"), ResultFormat::markdown);
  EXPECT_EQ(result_format_named("html"), std::nullopt);
}

}  // namespace
}  // namespace docquarry
