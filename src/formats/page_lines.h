// How the lines of a page are written in JSON: by the server when a page arrives from the extractor, read by clients of
// GET /v1/documents/{id}/pages. Compact on purpose: lines are most of what is stored for a page.
//
// {"fonts":[{"name":"Times","bold":true},...],
//  "lines":[{"box":[72,90.5,300.1,102],"font":0,"size":10.9,"text":"Hello world","words":[{"box":[...],"text":"Hello"},...]},...]}
#pragma once

#include "domain/page.h"

#include <string>
#include <vector>

namespace docquarry {

// Coordinates are rounded to 1/100 point; false members of a font are left out.
std::string write_page_lines(const std::vector<Font>& fonts, const std::vector<Line>& lines);

}  // namespace docquarry
