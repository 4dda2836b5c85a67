#include "cli/upload.h"

#include "base/files.h"
#include "cli/listing.h"
#include "domain/error_codes.h"

#include <fmt/core.h>

#include <filesystem>
#include <random>

namespace docquarry::cli {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

// Many files per request, because the service counts requests; not so many that a lost connection costs much.
constexpr std::size_t most_files = 50;
constexpr std::uint64_t most_bytes = 64 << 20;

std::string random_key() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

// When every file of a form is refused, the answer is the refusal of the first.
bool is_about_one_file(const Error& error) {
  return error.is(not_a_pdf) || error.is(empty_file) || error.is(file_too_large) || error.is(invalid_file_name);
}

}  // namespace

Upload::Upload(ApiClient& api, ProgressBar& bar, UploadCommand command) : api_(api), bar_(bar), command_(std::move(command)) {}

Async<int> Upload::run() {
  find_files();
  auto password = read_password();
  if (!password) {
    failure("docquarry", password.error().message());
    co_return failed_;
  }
  while (!files_.empty() && !given_up_) co_await send(next_batch());
  co_await wait_for_all();
  co_return failed_;
}

void Upload::find_files() {
  for (const auto& name : command_.inputs) {
    std::error_code error;
    bool is_directory = fs::is_directory(name, error);
    auto paths = is_directory ? files_below(name, ".pdf") : Result<std::vector<fs::path>>({fs::path(name)});
    if (!paths) failure(name, paths.error().message());
    else if (paths->empty()) failure(name, "holds no PDF files");
    else
      for (auto& path : *paths) {
        auto size = fs::file_size(path, error);
        if (error) failure(path.string(), "cannot be read: " + error.message());
        else files_.push_back({std::move(path), size});
      }
  }
  for (const auto& file : files_) bytes_ += file.bytes;
  count_ = files_.size();
}

Result<void> Upload::read_password() {
  if (command_.password_file.empty()) return {};
  TRY(auto content, read_whole_file(command_.password_file, 64 * 1024));
  password_ = content.substr(0, content.find_first_of("\r\n"));
  if (password_.empty()) return fail(invalid_request, command_.password_file + " holds no password in its first line");
  return {};
}

std::vector<FileToUpload> Upload::next_batch() {
  std::vector<FileToUpload> batch;
  std::uint64_t bytes = 0;
  while (!files_.empty() && batch.size() < most_files && (batch.empty() || bytes + files_.front().bytes <= most_bytes)) {
    bytes += files_.front().bytes;
    batch.push_back(std::move(files_.front()));
    files_.pop_front();
  }
  return batch;
}

Async<void> Upload::send(std::vector<FileToUpload> batch) {
  std::uint64_t batch_bytes = 0;
  for (const auto& file : batch) batch_bytes += file.bytes;
  UploadOrder order;
  order.files = batch;
  order.pages = command_.pages;
  order.extractor = command_.extractor;
  order.password = password_;
  order.key = random_key();
  ApiClient::OnSent on_sent = [&](std::uint64_t bytes) {
    double all = double(std::max<std::uint64_t>(bytes_, 1));
    bar_.update(double(sent_before_ + std::min(bytes, batch_bytes)) / all,
                fmt::format("uploading {} file{}", count_, count_ == 1 ? "" : "s"));
  };
  auto outcomes = co_await api_.upload(std::move(order), std::move(on_sent));
  bool all_refused = !outcomes && is_about_one_file(outcomes.error());
  if (all_refused && batch.size() > 1) {
    // The answer names one file only; alone, each of them hears its own reason.
    for (auto& file : batch) {
      std::vector<FileToUpload> alone{std::move(file)};
      co_await send(std::move(alone));
    }
    co_return;
  }
  sent_before_ += batch_bytes;
  if (!outcomes) {
    for (const auto& file : batch) failure(file.path.string(), outcomes.error().message());
    given_up_ = outcomes.error().is(connection_failed);
    if (given_up_ && !files_.empty()) failure("docquarry", fmt::format("{} more files were not sent", files_.size()));
    co_return;
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    auto& document = (*outcomes)[i];
    if (!document) failure(batch[i].path.string(), document.error().message());
    else if (command_.wait) accepted_.push_back(std::move(*document));
    else outcome(*document);
  }
}

// In the order of the files. While the first one is waited for, the others go on as well; they are answered at once when their turn comes.
Async<void> Upload::wait_for_all() {
  for (std::size_t i = 0; i < accepted_.size(); ++i) {
    auto waited = co_await wait_for(i);
    if (waited) outcome(accepted_[i]);
    else failure(accepted_[i].filename, waited.error().message());
    if (!waited && waited.error().is(connection_failed)) co_return;
  }
}

Async<Result<void>> Upload::wait_for(std::size_t index) {
  auto patience = bar_.is_shown() ? 1s : 30s;
  while (!accepted_[index].is_final()) {
    CO_TRY(accepted_[index], co_await api_.document(accepted_[index].id, patience));
    double done = double(index) + accepted_[index].percent / 100;
    bar_.update(done / double(accepted_.size()),
                fmt::format("{} of {} processed  {}", index, accepted_.size(), accepted_[index].filename));
  }
  co_return Result<void>{};
}

void Upload::outcome(const RemoteDocument& document) {
  if (document.is_final() && document.state != "COMPLETED") ++failed_;
  print_line(bar_, command_.json ? document.json : outcome_line(document));
}

void Upload::failure(const std::string& about, const std::string& why) {
  ++failed_;
  complain(bar_, about + ": " + why);
}

}  // namespace docquarry::cli
