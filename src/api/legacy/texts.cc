#include "api/legacy/texts.h"

#include "actions/joined_text.h"
#include "api/legacy/shapes.h"
#include "formats/original_result.h"

#include <optional>

namespace docquarry::api::legacy {
namespace {

class ResultSource : public TextSource {
 public:
  ResultSource(DocumentCatalogue& catalogue, DocumentView document, DocumentFacts facts, bool line)
      : document_(std::move(document)), facts_(std::move(facts)), line_(line), text_(catalogue, document_.task) {}

 protected:
  Async<Result<bool>> write_more(std::string& out) override {
    if (!begun_) {
      begun_ = true;
      write_result_before_text(out, document_, facts_.page_count);
    }
    CO_TRY(bool more, co_await text_.write_more(out));
    if (more) co_return true;
    write_result_after_text(out, document_, facts_.metadata);
    if (line_) out += '\n';
    co_return false;
  }

 private:
  DocumentView document_;
  DocumentFacts facts_;
  bool line_;
  JoinedText text_;
  bool begun_ = false;
};

class DocumentsSource : public TextSource {
 public:
  DocumentsSource(DocumentCatalogue& catalogue, std::vector<DocumentView> documents, bool array)
      : catalogue_(catalogue), documents_(std::move(documents)), array_(array) {}

 protected:
  Async<Result<bool>> write_more(std::string& out) override {
    if (next_ == documents_.size()) {
      if (array_) out += documents_.empty() ? "[]" : "]";
      co_return false;
    }
    const auto& document = documents_[next_];
    if (text_) {
      CO_TRY(bool more, co_await text_->write_more(out));
      if (more) co_return true;
      out += '"';
      text_.reset();
    } else {
      if (array_) out += next_ == 0 ? '[' : ',';
      write_document_before_text(out, document);
      if (document.state == TaskState::completed) {
        out += '"';
        text_.emplace(catalogue_, document.task);
        co_return true;
      }
      out += "null";
    }
    write_document_after_text(out, document);
    ++next_;
    co_return true;
  }

 private:
  DocumentCatalogue& catalogue_;
  std::vector<DocumentView> documents_;
  bool array_;
  std::size_t next_ = 0;
  std::optional<JoinedText> text_;  // of the document that is being written
};

}  // namespace

std::unique_ptr<ByteSource> result_source(DocumentCatalogue& catalogue, DocumentView document, DocumentFacts facts, bool line) {
  return std::make_unique<ResultSource>(catalogue, std::move(document), std::move(facts), line);
}

std::unique_ptr<ByteSource> document_source(DocumentCatalogue& catalogue, DocumentView document) {
  std::vector<DocumentView> one;
  one.push_back(std::move(document));
  return std::make_unique<DocumentsSource>(catalogue, std::move(one), false);
}

std::unique_ptr<ByteSource> documents_source(DocumentCatalogue& catalogue, std::vector<DocumentView> documents) {
  return std::make_unique<DocumentsSource>(catalogue, std::move(documents), true);
}

}  // namespace docquarry::api::legacy
