// Dates in PDF files: "D:20260102030405+01'00'" (ISO 32000-2, 7.9.4).
#pragma once

#include <string>
#include <string_view>

namespace docquarry {

// "2026-01-02T03:04:05+01:00"; without an offset in the file, without one here. What cannot be read is returned as it is.
std::string iso_date(std::string_view pdf_date);

}  // namespace docquarry
