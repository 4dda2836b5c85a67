// What PdfReader keeps of PDFium. Only for pdfium_*.cc.
#pragma once

#include "pdf_child/pdfium_api.h"
#include "pdf_child/pdfium_reader.h"

namespace docquarry {

// From the page's own space (points, y upwards, not rotated) to ours (ISO 32000-2, 8.3.2.3 and 14.11.2).
struct PageSpace {
  double left = 0, bottom = 0, right = 612, top = 792;
  int quarter_turns = 0;  // clockwise

  struct Point {
    double x, y;
  };
  Point map(double x, double y) const {
    switch (quarter_turns) {
      case 1: return {y - bottom, x - left};
      case 2: return {right - x, y - bottom};
      case 3: return {top - y, right - x};
      default: return {x - left, top - y};
    }
  }
  double width() const { return quarter_turns % 2 == 0 ? right - left : top - bottom; }
  double height() const { return quarter_turns % 2 == 0 ? top - bottom : right - left; }
};

struct PdfReader::Handles {
  FPDF_DOCUMENT document = nullptr;
  FPDF_PAGE page = nullptr;
  FPDF_TEXTPAGE text = nullptr;
  PageSpace space;

  ~Handles() {
    close_page();
    if (document != nullptr) FPDF_CloseDocument(document);
  }
  void close_page() {
    if (text != nullptr) FPDFText_ClosePage(text);
    if (page != nullptr) FPDF_ClosePage(page);
    text = nullptr;
    page = nullptr;
  }
};

// A box in our space that holds both corners; empty (all zero) when a coordinate is not a number that makes sense.
Box box_between(PageSpace::Point a, PageSpace::Point b);

}  // namespace docquarry
