#include "pdf_child/pdfium_reader.h"

#include "domain/error_codes.h"
#include "pdf_child/pdfium_handles.h"
#include "pdf_child/pdfium_text.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace docquarry {
namespace {

// A font provider that knows no font. PDFium asks MapFont first and then has its own substitutes.
FPDF_SYSFONTINFO no_fonts{1,
                          [](FPDF_SYSFONTINFO*) {},
                          [](FPDF_SYSFONTINFO*, void*) {},
                          [](FPDF_SYSFONTINFO*, int, FPDF_BOOL, int, int, const char*, FPDF_BOOL*) -> void* { return nullptr; },
                          [](FPDF_SYSFONTINFO*, const char*) -> void* { return nullptr; },
                          [](FPDF_SYSFONTINFO*, void*, unsigned, unsigned char*, unsigned long) -> unsigned long { return 0; },
                          [](FPDF_SYSFONTINFO*, void*, char*, unsigned long) -> unsigned long { return 0; },
                          [](FPDF_SYSFONTINFO*, void*) { return 0; },
                          [](FPDF_SYSFONTINFO*, void*) {}};

constexpr double farthest = 1e6;  // points; what lies beyond is no place on a page

bool contains(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(), [](char a, char b) { return (a | 0x20) == (b | 0x20); }) !=
         text.end();
}

// ISO 32000-2, 9.9.2: a subset's name starts with six capital letters and a plus sign.
std::string_view without_subset_prefix(std::string_view name) {
  bool prefixed =
      name.size() > 7 && name[6] == '+' && std::all_of(name.begin(), name.begin() + 6, [](char c) { return c >= 'A' && c <= 'Z'; });
  return prefixed ? name.substr(7) : name;
}

Font describe(FPDF_FONT handle) {
  Font font;
  char name[128] = "";
  if (handle == nullptr || FPDFFont_GetBaseFontName(handle, name, sizeof name) == 0) return font;
  name[sizeof name - 1] = 0;
  font.name = clean_text(without_subset_prefix(name));
  int flags = FPDFFont_GetFlags(handle);  // ISO 32000-2, table 121
  font.monospace = (flags & 1) != 0 || contains(font.name, "mono") || contains(font.name, "courier");
  font.italic = (flags & 0x40) != 0 || contains(font.name, "italic") || contains(font.name, "oblique");
  font.bold =
      (flags & 0x40000) != 0 || FPDFFont_GetWeight(handle) >= 600 || contains(font.name, "bold") || contains(font.name, "black");
  return font;
}

// Sane edges for the page, whatever the file says: coordinates relative to a box of 10^38 points would have no digits left.
PageSpace space_of(FPDF_PAGE page) {
  PageSpace space;
  space.quarter_turns = FPDFPage_GetRotation(page) & 3;
  FS_RECTF box{};
  if (!FPDF_GetPageBoundingBox(page, &box)) return space;
  bool sane = true;
  for (float edge : {box.left, box.top, box.right, box.bottom}) sane = sane && std::abs(edge) < farthest;
  if (!sane || !(box.right - box.left >= 1) || !(box.top - box.bottom >= 1)) return space;
  space.left = box.left, space.bottom = box.bottom, space.right = box.right, space.top = box.top;
  return space;
}

// What its owner can do about it.
std::string sentence_for(const ErrorCode& code) {
  if (&code == &password_required) return "the document is encrypted and needs a password";
  if (&code == &wrong_password) return "the password does not open the document";
  if (&code == &unsupported_encryption) return "the document is encrypted in a way that is not supported";
  return "the file has no readable PDF structure";
}

const ErrorCode& open_error(unsigned long error, bool with_password) {
  if (error == 4) return with_password ? wrong_password : password_required;
  return error == 5 ? unsupported_encryption : invalid_document;
}

}  // namespace

Box box_between(PageSpace::Point a, PageSpace::Point b) {
  auto sane = [](double v) { return std::abs(v) < farthest; };
  if (!sane(a.x) || !sane(a.y) || !sane(b.x) || !sane(b.y)) return {};
  return {float(std::min(a.x, b.x)), float(std::min(a.y, b.y)), float(std::max(a.x, b.x)), float(std::max(a.y, b.y))};
}

void start_pdfium() {
  const char* no_paths[] = {nullptr};
  FPDF_LIBRARY_CONFIG config{2, no_paths, nullptr, 0};
  FPDF_InitLibraryWithConfig(&config);
  FPDF_SetSystemFontInfo(&no_fonts);
}

PdfReader::PdfReader(std::span<const char> file, const wire::ChildLimits& limits)
    : file_(file), limits_(limits), handles_(std::make_unique<Handles>()), objects_left_(limits.objects) {}

PdfReader::~PdfReader() = default;

Result<std::unique_ptr<PdfReader>> PdfReader::open(std::span<const char> file, const std::string& password,
                                                   const wire::ChildLimits& limits) {
  std::unique_ptr<PdfReader> reader(new PdfReader(file, limits));
  auto document = FPDF_LoadMemDocument64(file.data(), file.size(), password.empty() ? nullptr : password.c_str());
  if (document == nullptr) {
    const ErrorCode& code = open_error(FPDF_GetLastError(), !password.empty());
    return fail(code, sentence_for(code));
  }
  reader->handles_->document = document;
  reader->page_count_ = FPDF_GetPageCount(document);
  if (reader->page_count_ <= 0) return fail(invalid_document, "the document has no pages");
  return reader;
}

Result<const PageInk*> PdfReader::read_page(int number, Page& page) {
  handles_->close_page();
  cut_.clear();
  ink_.fonts.clear(), ink_.glyphs.clear(), ink_.rules.clear(), ink_.pictures.clear();
  page.number = number;
  if (has_labels_) {
    page.label = pdfium_text(
        [&](void* to, unsigned long bytes) { return FPDF_GetPageLabel(handles_->document, number - 1, to, bytes); }, 1024);
    // A document with labels labels its first page (ISO 32000-2, 12.4.2), so one question tells for all.
    if (page.label.empty() && FPDF_GetPageLabel(handles_->document, 0, nullptr, 0) <= 2) has_labels_ = false;
  }
  handles_->page = FPDF_LoadPage(handles_->document, number - 1);
  if (handles_->page == nullptr) return fail(page_unreadable, "the page's dictionary or contents cannot be read");
  handles_->space = space_of(handles_->page);
  page.rotation = handles_->space.quarter_turns * 90;
  page.width_pt = ink_.width_pt = float(handles_->space.width());
  page.height_pt = ink_.height_pt = float(handles_->space.height());
  handles_->text = FPDFText_LoadPage(handles_->page);
  if (handles_->text == nullptr) return fail(page_unreadable, "the page's text cannot be read");
  read_glyphs(page);
  read_objects();
  return &ink_;
}

// Asks for five things per character; what belongs to its text object only when the object changes. Measured: asking per character for
// rectangles of ranges or for the text of objects would cost more than parsing the page.
void PdfReader::read_glyphs(Page& page) {
  auto text = handles_->text;
  const PageSpace& space = handles_->space;
  int count = FPDFText_CountChars(text);
  auto most = int(std::min(limits_.glyphs_per_page, limits_.text_per_page));
  if (count > most) {
    cut_ = "the page holds more than " + std::to_string(most) + " characters; the rest is left out";
    count = most;
  }
  ink_.glyphs.reserve(std::size_t(std::max(count, 0)));

  std::vector<FPDF_FONT> fonts;
  FPDF_PAGEOBJECT object = nullptr;
  std::uint32_t font = 0;
  float size = 0, angle = 0;
  bool invisible = false;

  auto enter = [&](int index) {
    auto handle = FPDFTextObj_GetFont(object);
    auto known = std::find(fonts.rbegin(), fonts.rend(), handle);
    font = std::uint32_t(known == fonts.rend() ? fonts.size() : fonts.size() - 1 - std::size_t(known - fonts.rbegin()));
    if (known == fonts.rend()) {
      if (fonts.size() >= 1000) font = 999;  // hostile: one font per glyph; the last one stands for the rest
      else fonts.push_back(handle), ink_.fonts.push_back(describe(handle));
    }
    float nominal = 0;
    FPDFTextObj_GetFontSize(object, &nominal);
    FS_MATRIX m{1, 0, 0, 1, 0, 0};
    FPDFText_GetMatrix(text, index, &m);
    size = std::abs(nominal) * float(std::hypot(m.c, m.d));
    if (!(size < 1e5f)) size = 0;
    // The text's direction in the page's space, turned by the page; ours counts clockwise because y goes down.
    double direction = -std::atan2(double(m.b), double(m.a)) + space.quarter_turns * std::numbers::pi / 2;
    if (!std::isfinite(direction)) direction = 0;
    angle = float(std::remainder(direction, 2 * std::numbers::pi));
    int mode = FPDFTextObj_GetTextRenderMode(object);
    invisible = mode == 3 || mode == 7;
  };

  for (int i = 0; i < count; ++i) {
    Glyph glyph;
    std::uint32_t c = FPDFText_GetUnicode(text, i);
    auto at = FPDFText_GetTextObject(text, i);
    if (at != nullptr && at != object) {
      object = at;
      enter(i);
    }
    glyph.generated = at == nullptr;
    if (c == 2 || c == '-' || c == 0xAD || c == 0x2010 || c == 0xFFFE) {
      glyph.hyphen = FPDFText_IsHyphen(text, i) == 1;
      if (glyph.hyphen) c = '-';
    }
    if ((c & 0xFFFFFC00) == 0xD800 && i + 1 < count) {
      std::uint32_t low = FPDFText_GetUnicode(text, i + 1);
      if ((low & 0xFFFFFC00) == 0xDC00) c = 0x10000 + ((c & 0x3FF) << 10) + (low & 0x3FF), ++i;
    }
    if (c == 0 || (c >= 0xD800 && c < 0xE000) || c > 0x10FFFF) c = 0xFFFD, ++page.replaced_characters;
    glyph.code_point = char32_t(c);
    FS_RECTF r{};
    double x = 0, y = 0;
    FPDFText_GetLooseCharBox(text, i, &r);
    FPDFText_GetCharOrigin(text, i, &x, &y);
    glyph.box = box_between(space.map(r.left, r.bottom), space.map(r.right, r.top));
    auto origin = space.map(x, y);
    glyph.baseline_y = std::abs(origin.y) < farthest ? float(origin.y) : glyph.box.bottom;
    glyph.size_pt = size;
    glyph.angle = angle;
    glyph.font = font;
    glyph.invisible = invisible;
    ink_.glyphs.push_back(glyph);
  }
  if (ink_.fonts.empty() && !ink_.glyphs.empty()) ink_.fonts.emplace_back();
}

std::uint64_t PdfReader::read_plain_text() {
  std::uint64_t characters = 0;
  std::vector<unsigned short> units;
  for (int i = 0; i < page_count_; ++i) {
    handles_->close_page();
    handles_->page = FPDF_LoadPage(handles_->document, i);
    handles_->text = handles_->page == nullptr ? nullptr : FPDFText_LoadPage(handles_->page);
    if (handles_->text == nullptr) continue;
    int count = FPDFText_CountChars(handles_->text);
    units.resize(std::size_t(std::max(count, 0)) + 1);
    if (count > 0) FPDFText_GetText(handles_->text, 0, count, units.data());
    characters += std::uint64_t(std::max(count, 0));
  }
  return characters;
}

}  // namespace docquarry
