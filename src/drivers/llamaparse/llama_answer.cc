#include "drivers/llamaparse/llama_answer.h"

#include "domain/error_codes.h"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <limits>
#include <vector>

namespace docquarry {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_message = 2'000;  // of what the service says about failures

// Follows the parser through the answer. `path_` is where it stands: "/text/pages/*/page_number".
class Handler {
 public:
  static constexpr std::size_t max_object_size = 100'000, max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = 4'096, max_string_size = std::numeric_limits<std::size_t>::max();

  Handler(std::string kind, std::size_t value_bytes) : value_bytes_(value_bytes), page_("/" + kind + "/pages/*") {
    page_number_ = page_ + "/page_number";
    page_content_ = page_ + "/" + kind;
    page_error_ = page_ + "/error";
    page_success_ = page_ + "/success";
  }

  LlamaJob job;
  std::deque<LlamaPage> pages;
  bool too_long = false;
  std::string fault;  // why this cannot be an answer

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) {
    if (path_ == page_) current_ = LlamaPage();
    begin();
    return true;
  }
  bool on_object_end(std::size_t, json::error_code& error) {
    end();
    return path_ != page_ || end_page(error);
  }
  bool on_array_begin(json::error_code&) {
    begin();
    path_ += "/*";
    return true;
  }
  bool on_array_end(std::size_t, json::error_code&) {
    end();
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    key_.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code&) {
    key_.append(part.data(), part.size());
    path_.resize(containers_.back());
    path_ += '/';
    path_ += key_;
    key_.clear();
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t bytes, json::error_code& error) {
    if (bytes > value_bytes_) return refuse_long(error);
    if (is_wanted()) text_.append(part.data(), part.size());
    return true;
  }
  bool on_string(json::string_view part, std::size_t bytes, json::error_code& error) {
    bool goes_on = on_string_part(part, bytes, error);
    if (goes_on) take_text();
    text_.clear();
    return goes_on;
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, json::error_code& error) { return take_number(double(number), error); }
  bool on_uint64(std::uint64_t number, json::string_view, json::error_code& error) { return take_number(double(number), error); }
  bool on_double(double number, json::string_view, json::error_code& error) { return take_number(number, error); }
  bool on_bool(bool truth, json::error_code&) {
    if (path_ == page_success_ && !truth && !current_.error) current_.error.emplace();
    return true;
  }
  bool on_null(json::error_code&) { return true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  void begin() { containers_.push_back(path_.size()); }
  void end() {
    path_.resize(containers_.back());
    containers_.pop_back();
  }

  bool is_wanted() const {
    return path_ == page_content_ || path_ == page_error_ || path_ == "/job/status" || path_ == "/job/error_message";
  }

  void take_text() {
    if (path_ == page_content_) current_.content = std::move(text_);
    else if (path_ == page_error_) current_.error = text_.substr(0, longest_message);
    else if (path_ == "/job/status") job.status = text_.substr(0, longest_message);
    else if (path_ == "/job/error_message") job.error_message = text_.substr(0, longest_message);
  }

  bool take_number(double number, json::error_code& error) {
    if (path_ == "/job/usage/credits") {
      job.credits = number;
      return true;
    }
    bool listed = path_ == "/metadata/pages/*/page_number";
    bool total = path_ == "/metadata/document/confidence_breakdown/total_pages";
    if (!listed && !total && path_ != page_number_) return true;
    if (!(number >= (total ? 0 : 1) && number <= 1'000'000'000)) return refuse("a page number that cannot be", error);
    if (path_ == page_number_) current_.number = int(number);
    if (total) job.total_pages = int(number);
    if (listed) {
      ++job.pages_listed;
      job.highest_page = std::max(job.highest_page, int(number));
    }
    return true;
  }

  bool end_page(json::error_code& error) {
    if (current_.number == 0) return refuse("a page without a number", error);
    pages.push_back(std::move(current_));
    return true;
  }

  bool refuse(std::string why, json::error_code& error) {
    fault = std::move(why);
    error = json::error::exception;
    return false;
  }
  bool refuse_long(json::error_code& error) {
    too_long = true;
    return refuse("a value that is too long", error);
  }

  std::size_t value_bytes_;
  std::string page_, page_number_, page_content_, page_error_, page_success_;
  std::string path_, key_, text_;
  std::vector<std::size_t> containers_;  // how long the path of each open object or array is
  LlamaPage current_;
};

}  // namespace

struct LlamaAnswer::Reader {
  Reader(std::string kind, std::size_t value_bytes) : parser(json::parse_options(), std::move(kind), value_bytes) {}

  Result<void> write(std::string_view piece, bool more) {
    json::error_code error;
    auto taken = parser.write_some(more, piece.data(), piece.size(), error);
    auto& handler = parser.handler();
    if (handler.too_long) return fail(output_limit, "LlamaCloud sent a page that is longer than allowed");
    if (!handler.fault.empty()) return fail(extractor_misbehaved, "LlamaCloud sent " + handler.fault);
    bool only_space = piece.find_first_not_of(" \t\r\n", taken) == piece.npos;
    if (error || !only_space) return fail(extractor_misbehaved, "LlamaCloud sent an answer that is no JSON: " + error.message());
    return {};
  }

  json::basic_parser<Handler> parser;
};

LlamaAnswer::LlamaAnswer(std::string kind, std::size_t value_bytes)
    : reader_(std::make_unique<Reader>(std::move(kind), value_bytes)) {}
LlamaAnswer::~LlamaAnswer() = default;
LlamaAnswer::LlamaAnswer(LlamaAnswer&&) noexcept = default;

Result<void> LlamaAnswer::feed(std::string_view piece) { return reader_->write(piece, true); }
Result<void> LlamaAnswer::finish() { return reader_->write({}, false); }
std::deque<LlamaPage>& LlamaAnswer::pages() { return reader_->parser.handler().pages; }
const LlamaJob& LlamaAnswer::job() const { return reader_->parser.handler().job; }

}  // namespace docquarry
