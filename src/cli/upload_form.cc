#include "cli/upload_form.h"

#include "base/io_errors.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <unistd.h>

namespace docquarry::cli {
namespace {

// As browsers do (WHATWG HTML, multipart form data).
std::string in_quotes(std::string_view name) {
  std::string out = "\"";
  for (char c : name) {
    if (c == '"') out += "%22";
    else if (c == '\r') out += "%0D";
    else if (c == '\n') out += "%0A";
    else out += c;
  }
  return out + "\"";
}

}  // namespace

UploadForm::UploadForm(std::string boundary, OnSent on_sent) : boundary_(std::move(boundary)), on_sent_(std::move(on_sent)) {}

void UploadForm::add_text(std::string text) {
  bytes_ += text.size();
  auto size = text.size();
  pieces_.push_back({std::move(text), {}, size});
}

void UploadForm::add_field(std::string_view name, std::string_view value) {
  add_text("--" + boundary_ + "\r\nContent-Disposition: form-data; name=" + in_quotes(name) + "\r\n\r\n" + std::string(value) +
           "\r\n");
}

void UploadForm::add_file(std::string_view name, const std::filesystem::path& path, std::uint64_t bytes) {
  add_text("--" + boundary_ + "\r\nContent-Disposition: form-data; name=" + in_quotes(name) +
           "; filename=" + in_quotes(path.filename().string()) + "\r\nContent-Type: application/pdf\r\n\r\n");
  pieces_.push_back({{}, path, bytes});
  bytes_ += bytes;
  add_text("\r\n");
}

void UploadForm::end() { add_text("--" + boundary_ + "--\r\n"); }

Async<Result<std::size_t>> UploadForm::read(std::span<std::byte> into) {
  while (current_ < pieces_.size() && done_ == pieces_[current_].bytes) {
    ++current_;
    done_ = 0;
    file_ = {};
  }
  if (current_ == pieces_.size()) co_return std::size_t(0);
  auto got = read_piece(pieces_[current_], into);
  if (!got) co_return got;
  done_ += *got;
  sent_ += *got;
  on_sent_(sent_);
  co_return got;
}

Result<std::size_t> UploadForm::read_piece(const Piece& piece, std::span<std::byte> into) {
  auto room = std::size_t(std::min<std::uint64_t>(into.size(), piece.bytes - done_));
  if (piece.path.empty()) {
    std::memcpy(into.data(), piece.text.data() + done_, room);
    return room;
  }
  if (!file_.fd) {
    TRY(file_, open_read_only(piece.path));
  }
  ssize_t got = 0;
  do got = ::read(file_.fd.get(), into.data(), room);
  while (got < 0 && errno == EINTR);
  if (got < 0) return fail(storage_unavailable, describe_errno("cannot read " + piece.path.string()));
  if (got == 0) return fail(storage_unavailable, piece.path.string() + " became shorter while it was read");
  return std::size_t(got);
}

}  // namespace docquarry::cli
