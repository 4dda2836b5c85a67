// The part of /v1 that the commands use, as functions. What the server refuses comes back as an Error with the server's own sentence.
#pragma once

#include "base/async.h"
#include "base/result.h"
#include "net/http_client.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace docquarry::cli {

struct RemoteDocument {
  std::string id, filename;
  std::string state;  // "PENDING", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED"
  double percent = 0;
  std::optional<int> page_count;
  bool partial = false;
  std::string problem;  // why it failed
  std::string json;     // as the server wrote it

  bool is_final() const { return state != "PENDING" && state != "PROCESSING"; }
};

struct FileToUpload {
  std::filesystem::path path;
  std::uint64_t bytes = 0;
};

struct UploadOrder {
  std::vector<FileToUpload> files;
  std::string pages, password, extractor;  // empty: none
  std::string key;                         // Idempotency-Key: the same order may be sent again
};

struct DocumentList {
  std::vector<RemoteDocument> documents;
  std::string next_cursor;  // empty: this was the last part
};

class ApiClient {
 public:
  using OnSent = std::function<void(std::uint64_t bytes)>;
  using OnWait = std::function<void(std::chrono::seconds wait, const std::string& why)>;

  // `server`: "http://127.0.0.1:8000", with or without a path behind it. `on_wait` is told when the server asks for patience (429, 503):
  // the client then waits as long as it was told, and goes on.
  ApiClient(boost::asio::io_context& loop, std::string server, OnWait on_wait);

  // One outcome per file, in order. Errors: when none of them was taken.
  Async<Result<std::vector<Result<RemoteDocument>>>> upload(UploadOrder order, OnSent on_sent);
  // Waits up to `wait` for the document to become final.
  Async<Result<RemoteDocument>> document(std::string id, std::chrono::seconds wait);
  Async<Result<DocumentList>> list(std::vector<std::pair<std::string, std::string>> filters, std::string cursor);
  // Pulls the result. Errors: also when there is none yet.
  Async<Result<std::unique_ptr<ByteSource>>> result(std::string id, std::string format);
  Async<Result<RemoteDocument>> act(std::string id, std::string verb);  // "cancel", "retry"
  Async<Result<void>> remove(std::string id);

 private:
  using MakeRequest = std::function<net::HttpRequest()>;
  Async<Result<net::HttpResponse>> call(MakeRequest make_request);
  Async<Result<std::string>> call_for_text(MakeRequest make_request);
  net::HttpRequest request(std::string method, const std::string& path) const;

  net::HttpClient http_;
  std::string server_;
  OnWait on_wait_;
};

}  // namespace docquarry::cli
