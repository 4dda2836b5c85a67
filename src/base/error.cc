#include "base/error.h"

namespace docquarry {

Error::Error(const ErrorCode& code, std::string message, std::source_location where)
    : code_(&code), message_(std::move(message)), where_(where) {}

Error Error::in(std::string_view step) && {
  steps_.emplace_back(step);
  return std::move(*this);
}

std::string Error::describe() const {
  std::string text;
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) text += *step + ": ";
  text += message_;
  std::string_view file = where_.file_name();
  file.remove_prefix(file.find_last_of('/') + 1);
  text += " [" + std::string(code_->name) + " " + std::string(file) + ":" + std::to_string(where_.line()) + "]";
  return text;
}

}  // namespace docquarry
