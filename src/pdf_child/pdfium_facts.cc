// What a document says about itself. PDFium leaves loops in the outline to its callers, so the walk here keeps count and a visited set.
#include "domain/error_codes.h"
#include "pdf_child/pdf_date.h"
#include "pdf_child/pdfium_handles.h"
#include "pdf_child/pdfium_text.h"
#include "pdf_child/raw_search.h"

#include <algorithm>
#include <array>
#include <unordered_set>

namespace docquarry {
namespace {

constexpr std::size_t outline_entries_limit = 10'000;
constexpr std::size_t outline_title_bytes = 1024;

// Keys that programs write beside the seven of ISO 32000-2, table 349; asked for when the dictionary itself cannot be seen.
constexpr std::array common_keys{"Trapped",        "Company",         "Category",       "Comments",       "Manager",
                                 "SourceModified", "PTEX.Fullbanner", "AuthorTitle",    "Language",       "Copyright",
                                 "Subtitle",       "Version",         "ContentCreator", "GTS_PDFXVersion"};

// Gives out texts until the sum of them is used up.
class Allowance {
 public:
  Allowance(FPDF_DOCUMENT document, const wire::ChildLimits& limits)
      : document_(document), limits_(limits), left_(limits.metadata_bytes) {}

  std::optional<std::string> meta(const char* key) {
    auto ask = [&](void* to, unsigned long bytes) { return FPDF_GetMetaText(document_, key, to, bytes); };
    if (ask(nullptr, 0) <= 2) return std::nullopt;  // absent or empty
    return spend(pdfium_text(ask, std::min<std::size_t>(limits_.metadata_field_bytes, left_), &cut));
  }
  std::string spend(std::string text) {
    left_ -= std::min(left_, text.size());
    return text;
  }
  std::size_t left() const { return left_; }

  bool cut = false;

 private:
  FPDF_DOCUMENT document_;
  const wire::ChildLimits& limits_;
  std::size_t left_;
};

class OutlineWalk {
 public:
  OutlineWalk(FPDF_DOCUMENT document, int page_count, std::uint32_t depth, Allowance& allowance)
      : document_(document), page_count_(page_count), depth_limit_(depth), allowance_(allowance) {}

  bool cut = false;
  std::vector<OutlineEntry> entries;

  void walk(FPDF_BOOKMARK parent, std::uint32_t level) {
    if (level > depth_limit_) return void(cut = true);
    for (auto item = FPDFBookmark_GetFirstChild(document_, parent); item != nullptr;
         item = FPDFBookmark_GetNextSibling(document_, item)) {
      if (!seen_.insert(item).second || entries.size() >= outline_entries_limit || allowance_.left() == 0) return void(cut = true);
      entries.push_back(entry(item, int(level)));
      walk(item, level + 1);
    }
  }

 private:
  OutlineEntry entry(FPDF_BOOKMARK item, int level) {
    OutlineEntry entry;
    entry.level = level;
    entry.title =
        allowance_.spend(pdfium_text([&](void* to, unsigned long bytes) { return FPDFBookmark_GetTitle(item, to, bytes); },
                                     std::min(outline_title_bytes, allowance_.left()), &cut));
    auto target = FPDFBookmark_GetDest(document_, item);
    if (target == nullptr) {
      auto action = FPDFBookmark_GetAction(item);
      if (action != nullptr && FPDFAction_GetType(action) == 1) target = FPDFAction_GetDest(document_, action);
    }
    int page = target == nullptr ? -1 : FPDFDest_GetDestPageIndex(document_, target);
    if (page >= 0 && page < page_count_) entry.page = page + 1;
    return entry;
  }

  FPDF_DOCUMENT document_;
  int page_count_;
  std::uint32_t depth_limit_;
  Allowance& allowance_;
  std::unordered_set<FPDF_BOOKMARK> seen_;
};

}  // namespace

DocumentFacts PdfReader::facts(std::vector<std::string>& faults) const {
  auto document = handles_->document;
  DocumentFacts facts;
  facts.page_count = page_count_;
  int version = 0;
  if (FPDF_GetFileVersion(document, &version) && version > 0 && version < 100)
    facts.pdf_version = std::to_string(version / 10) + '.' + std::to_string(version % 10);
  facts.encrypted = FPDF_GetSecurityHandlerRevision(document) >= 0;
  facts.tagged = FPDFCatalog_IsTagged(document) != 0;

  Allowance allowance(document, limits_);
  Metadata& data = facts.metadata;
  data.title = allowance.meta("Title");
  data.author = allowance.meta("Author");
  data.subject = allowance.meta("Subject");
  data.creator = allowance.meta("Creator");
  data.producer = allowance.meta("Producer");
  if (auto date = allowance.meta("CreationDate")) data.creation_date = iso_date(*date);
  if (auto date = allowance.meta("ModDate")) data.modification_date = iso_date(*date);

  std::string_view file(file_.data(), file_.size());
  auto keys = information_keys(file);
  keys.emplace_back("Keywords");
  for (const char* key : common_keys) keys.emplace_back(key);
  constexpr std::array named{"Title", "Author", "Subject", "Creator", "Producer", "CreationDate", "ModDate"};
  std::unordered_set<std::string> asked(named.begin(), named.end());
  for (const auto& key : keys) {
    if (!asked.insert(key).second) continue;
    if (auto value = allowance.meta(key.c_str())) facts.other_info.emplace_back(key, std::move(*value));
  }
  auto packet = xmp_packet(file);
  auto room = std::min<std::size_t>(limits_.metadata_field_bytes, allowance.left());
  if (packet.size() > room) allowance.cut = true, packet = {};
  facts.xmp = allowance.spend(clean_text(packet));
  if (allowance.cut) faults.emplace_back("some metadata are longer than allowed and were cut or left out");

  OutlineWalk outline(document, page_count_, limits_.depth, allowance);
  outline.walk(nullptr, 1);
  facts.outline = std::move(outline.entries);
  if (outline.cut) faults.emplace_back("the outline has loops or more entries than allowed; it was cut");
  return facts;
}

}  // namespace docquarry
