#include "drivers/aws/xml.h"

#include <gtest/gtest.h>

namespace docquarry::aws {
namespace {

TEST(Xml, is_read_as_elements_and_text) {
  auto parsed = parse_xml(
      "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- list -->\n"
      "<List xmlns=\"http://s3/\" a = 'b>c'>\n  <Name>x &amp; &lt;y&gt; &#34;&#x20AC;&apos;&quot;</Name><Empty/>\n"
      "  <Item><Key>1</Key></Item><Item ><Key>2<!-- two --></Key></Item >\n</List>\n");

  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(parsed->name, "List");
  EXPECT_EQ(parsed->text, "");
  ASSERT_EQ(parsed->children.size(), 4u);
  EXPECT_EQ(parsed->child("Name").text, "x & <y> \"\xE2\x82\xAC'\"");
  EXPECT_EQ(parsed->children[3].child("Key").text, "2");
  EXPECT_EQ(parsed->child("None").child("None").text, "");
}

TEST(Xml, is_refused_when_it_is_anything_else) {
  for (auto bad : {"",
                   "text",
                   "<a>",
                   "</a>",
                   "<a></b>",
                   "<a><b></a></b>",
                   "<a/><b/>",
                   "<a/>x",
                   "<a b></a>",
                   "<a b=c/>",
                   "<a b=\"<\"/>",
                   "<a b='/>",
                   "<>x</>",
                   "<a>&unknown;</a>",
                   "<a>&#0;</a>",
                   "<a>&#xD800;</a>",
                   "<a>&#x110000;</a>",
                   "<a>&#99999999999;</a>",
                   "<a>&#;</a>",
                   "<a>&#x;</a>",
                   "<a>&#-5;</a>",
                   "<a>& </a>",
                   "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
                   "<?php x?><a/>",
                   "<a><?x?></a>",
                   "<a><![CDATA[x]]></a>",
                   "<!-- <a/>",
                   "<a",
                   "<a/"})
    EXPECT_FALSE(parse_xml(bad)) << bad;
}

TEST(Xml, is_refused_when_it_is_nested_deeply) {
  auto nested = [](int levels) {
    std::string text;
    for (int i = 0; i < levels; ++i) text += "<a>";
    for (int i = 0; i < levels; ++i) text += "</a>";
    return text;
  };

  EXPECT_TRUE(parse_xml(nested(16)));
  EXPECT_FALSE(parse_xml(nested(17)));
  EXPECT_FALSE(parse_xml(nested(1'000'000)));
}

TEST(Xml, takes_back_what_was_escaped) { EXPECT_EQ(parse_xml("<a>" + xml_escaped("<&amp;>\"'") + "</a>")->text, "<&amp;>\"'"); }

}  // namespace
}  // namespace docquarry::aws
