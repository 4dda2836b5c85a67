#include "pdf_child/extract_document.h"

#include "base/text.h"
#include "domain/error_codes.h"
#include "layout/analyse_page.h"
#include "pdf_child/pdfium_reader.h"
#include "wire/frame_writer.h"

#include <algorithm>

#include <sys/resource.h>
#include <time.h>

namespace docquarry {
namespace {

bool within(const std::vector<PageRange>& ranges, int page) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](auto& range) { return page >= range.first && (range.last == 0 || page <= range.last); });
}

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return double(time.tv_sec) + double(time.tv_nsec) * 1e-9;
}

std::uint64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::uint64_t(usage.ru_maxrss) * 1024;
}

// One extraction under way.
class Extraction {
 public:
  Extraction(const wire::ExtractRequest& request, PdfReader& reader, const FrameSink& sink)
      : request_(request), reader_(reader), sink_(sink) {}

  void run() {
    int last = std::min(reader_.page_count(), int(request_.limits.pages));
    if (last < reader_.page_count())
      cut_document("the document has more than " + std::to_string(last) + " pages; the others are left out");
    wire::Begin begin{std::uint32_t(reader_.page_count()), 0};
    std::vector<int> places = wanted_pages(last);
    begin.expected = std::uint32_t(places.size());
    wire::append_begin(frames_, request_.document, begin);
    send();
    if (begin.expected == 0) cut_document("the document has none of the pages asked for");

    int learnt = 0;
    for (int place = 0; place < int(places.size()); ++place) {
      if (known(places[place])) continue;
      if (!request_.without_context) learn_known_pages(places, learnt, place);
      learnt = place + 1;
      // The frame of the last page waits for the end, so a document of one page is two writes.
      send();
      add_page(places[place], place);
    }
    DocumentFacts facts;
    if (request_.without_facts) facts.page_count = reader_.page_count();
    else facts = reader_.facts(faults_);
    partial_ = partial_ || !faults_.empty();
    wire::append_facts(frames_, request_.document, facts);
    wire::append_end(frames_, request_.document, {partial_, faults_, cpu_seconds() - started_, peak_memory_bytes()});
    sink_(frames_);
  }

 private:
  // A page's place among them is its index.
  std::vector<int> wanted_pages(int last) const {
    std::vector<int> pages;
    for (int page = 1; page <= last; ++page)
      if (request_.pages.empty() || within(request_.pages, page)) pages.push_back(page);
    return pages;
  }

  bool known(int page) const { return within(request_.skip, page); }

  // Pages [begin, reader) were delivered by an earlier child. Those that matter to the page at `reader` are read once more, so that
  // it becomes what it would have become without the interruption. Those behind the first pages matter only if they are near, so this
  // takes bounded time however long the document is.
  void learn_known_pages(const std::vector<int>& pages, int begin, int reader) {
    for (int place = begin; place < reader; ++place) {
      if (!DocumentStyle::matters(place, reader)) continue;
      Page ignored;
      auto ink = reader_.read_page(pages[place], ignored);
      if (ink) style_.learn(**ink, place);
    }
  }

  void send() {
    if (frames_.empty()) return;
    sent_ += frames_.size();
    sink_(frames_);
    frames_.clear();
  }

  void cut_document(std::string why) {
    partial_ = true;
    if (faults_.size() < wire::faults_limit) faults_.push_back(std::move(why));
  }

  void add_page(int number, int place) {
    wire::PageFrame frame;
    frame.page.number = number;
    if (characters_ >= request_.limits.text_per_document || sent_ >= request_.limits.output_bytes) {
      if (!full_) cut_document("the document holds more text than is extracted; the last pages are empty");
      full_ = true;
      frame.page.fault =
          PageFault{std::string(output_limit.name), "the document's earlier pages used up the allowed amount of text"};
    } else {
      read_page(frame, place);
    }
    partial_ = partial_ || frame.page.fault;
    wire::append_page(frames_, request_.document, frame);
  }

  void read_page(wire::PageFrame& frame, int place) {
    Page& page = frame.page;
    auto ink = reader_.read_page(page.number, page);
    if (!ink) {
      page.fault = PageFault{std::string(ink.error().code().name), ink.error().message()};
      return;
    }
    characters_ += (*ink)->glyphs.size();
    style_.learn(**ink, place);
    auto content = analyse_page(**ink, style_);
    page.text = checked(std::move(content.text), page);
    page.markdown = checked(std::move(content.markdown), page);
    page.has_text_layer = content.has_text_layer;
    frame.fonts = std::move(content.fonts);
    frame.lines = std::move(content.lines);
    for (auto& line : frame.lines)
      for (auto& word : line.words) word.text = checked(std::move(word.text), page);
    if (!reader_.cut().empty()) page.fault = PageFault{std::string(output_limit.name), reader_.cut()};
  }

  // The cleaning of base/text.h: control characters may stand in the ink, and must not stand in the result.
  static std::string checked(std::string text, Page& page) {
    if (is_clean(text)) return text;
    std::size_t replaced = 0;
    text = clean_text(text, &replaced);
    page.replaced_characters += std::uint32_t(replaced);
    return text;
  }

  const wire::ExtractRequest& request_;
  PdfReader& reader_;
  const FrameSink& sink_;
  double started_ = cpu_seconds();
  DocumentStyle style_;
  std::string frames_;
  std::uint64_t characters_ = 0, sent_ = 0;
  bool partial_ = false, full_ = false;
  std::vector<std::string> faults_;
};

}  // namespace

int extract_document(const wire::ExtractRequest& request, std::span<const char> file, const FrameSink& sink) {
  auto reader = PdfReader::open(file, request.password, request.limits);
  if (!reader) {
    std::string frames;
    wire::append_failed(frames, request.document, reader.error().code(), reader.error().message());
    sink(frames);
    return 0;
  }
  if (request.without_labels) (*reader)->leave_out_labels();
  Extraction extraction(request, **reader, sink);
  extraction.run();
  return (*reader)->page_count();
}

}  // namespace docquarry
