// `docquarry upload`: many files in few requests, then waiting until all of them are processed.
#pragma once

#include "cli/api_client.h"
#include "cli/command_line.h"
#include "cli/progress_bar.h"

#include <deque>
#include <string>
#include <vector>

namespace docquarry::cli {

class Upload {
 public:
  Upload(ApiClient& api, ProgressBar& bar, UploadCommand command);

  // How many documents failed, here or there.
  Async<int> run();

 private:
  void find_files();
  Result<void> read_password();
  std::vector<FileToUpload> next_batch();
  Async<void> send(std::vector<FileToUpload> batch);
  Async<void> wait_for_all();
  Async<Result<void>> wait_for(std::size_t index);
  void outcome(const RemoteDocument& document);
  void failure(const std::string& about, const std::string& why);

  ApiClient& api_;
  ProgressBar& bar_;
  UploadCommand command_;
  std::string password_;
  std::deque<FileToUpload> files_;        // still to be sent
  std::vector<RemoteDocument> accepted_;  // to be waited for, in the order of the files
  std::uint64_t bytes_ = 0, sent_before_ = 0;
  std::size_t count_ = 0;
  int failed_ = 0;
  bool given_up_ = false;  // the service cannot be reached
};

}  // namespace docquarry::cli
