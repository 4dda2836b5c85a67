// `docquarry extract`: files in, text out, no server. Several documents at once, outputs in the order of the inputs, and a document that
// fails costs one line on standard error.
#pragma once

#include "app/extract_inputs.h"
#include "app/spool.h"
#include "domain/extraction_options.h"
#include "formats/result_writer.h"
#include "ports/extractor.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace docquarry {

struct ExtractOrder {
  std::vector<ExtractInput> inputs;
  ResultFormat format = ResultFormat::text;
  ExtractionOptions options;
  int jobs = 1;
};

class ExtractOnce {
 public:
  using MakeExtractor = std::function<std::unique_ptr<Extractor>()>;  // one per job; all its documents are one owner's
  using OnProgress = std::function<void(int done, int total)>;
  using OnFailure = std::function<void(const std::string& path, const std::string& why)>;

  ExtractOnce(boost::asio::io_context& loop, ExtractOrder order, MakeExtractor make_extractor, OnProgress on_progress,
              OnFailure on_failure);

  // How many documents failed. Errors: the output cannot be written.
  Async<Result<int>> run();

 private:
  Async<void> work();
  Async<Result<void>> extract_one(Extractor& extractor, std::size_t index);
  Result<void> deliver(std::size_t index, std::string before, Spool body, std::string after);
  void pass(std::size_t index);

  boost::asio::io_context& loop_;
  ExtractOrder order_;
  MakeExtractor make_extractor_;
  OnProgress on_progress_;
  OnFailure on_failure_;
  std::size_t next_ = 0;      // the next input to start
  std::size_t to_print_ = 0;  // the next output that may go to standard output
  std::map<std::size_t, std::function<Result<void>()>> waiting_to_print_;
  int done_ = 0, failed_ = 0;
  Result<void> output_;  // the first failure to write ends everything
};

}  // namespace docquarry
