// A file that was built into the program (cmake/embed_files.cmake).
#pragma once

#include <string_view>

namespace docquarry::embedded {

struct File {
  std::string_view path;  // relative to the source directory
  std::string_view content;
};

}  // namespace docquarry::embedded
