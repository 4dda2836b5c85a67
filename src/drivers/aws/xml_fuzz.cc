// Any bytes as the answer of an S3: what is accepted must come out the same when it is written and read again.
#include "drivers/aws/service_error.h"
#include "drivers/aws/xml.h"

#include <cstdint>
#include <cstdlib>

namespace docquarry::aws {
namespace {

std::string written(const XmlElement& element) {
  std::string out = "<" + element.name + ">" + xml_escaped(element.text);
  for (const auto& child : element.children) out += written(child);
  return out + "</" + element.name + ">";
}

}  // namespace
}  // namespace docquarry::aws

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace docquarry::aws;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto error = service_error_of(text);
  if (error.code.size() > 300 || error.message.size() > 300) std::abort();
  auto parsed = parse_xml(text);
  if (!parsed) return 0;
  auto once = written(*parsed);
  auto again = parse_xml(once);
  if (!again || written(*again) != once) std::abort();
  return 0;
}
