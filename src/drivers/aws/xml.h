// The little XML that S3 answers with: elements, text, and the five named and the numeric character references. Attributes and comments
// are skipped. Anything else (document types, other entities, processing instructions, CDATA) is refused, so nothing expands or is fetched.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace docquarry::aws {

struct XmlElement {
  std::string name;
  std::string text;  // of an element without children; else empty
  std::vector<XmlElement> children;

  // The first child with this name; an empty element when there is none.
  const XmlElement& child(std::string_view child_name) const;
};

// The root element. At most 16 levels; the caller limits the bytes. Errors: connection_failed for anything that is not as above.
Result<XmlElement> parse_xml(std::string_view document);

// Text as it may stand between tags.
std::string xml_escaped(std::string_view text);

}  // namespace docquarry::aws
