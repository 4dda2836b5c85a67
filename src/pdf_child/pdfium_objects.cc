// Rules and pictures of a page: what tables and figures are recognised by. The third half of PdfReader.
#include "pdf_child/pdfium_handles.h"

#include <cmath>
#include <vector>

namespace docquarry {
namespace {

enum ObjectType { text_object = 1, path_object = 2, image_object = 3, form_object = 5 };

constexpr float thin_pt = 3;
constexpr int segments_per_path = 400;  // a path with more is a drawing, not a table
constexpr std::size_t segments_per_page = 40'000;
constexpr std::size_t rules_per_page = 20'000;
constexpr std::size_t pictures_per_page = 5'000;

struct Matrix {
  double a = 1, b = 0, c = 0, d = 1, e = 0, f = 0;

  PageSpace::Point map(double x, double y) const { return {a * x + c * y + e, b * x + d * y + f}; }
  Matrix after(const Matrix& first) const {  // first `first`, then this
    return {first.a * a + first.b * c, first.a * b + first.b * d,     first.c * a + first.d * c,
            first.c * b + first.d * d, first.e * a + first.f * c + e, first.e * b + first.f * d + f};
  }
};

Matrix matrix_of(FPDF_PAGEOBJECT object) {
  FS_MATRIX m{1, 0, 0, 1, 0, 0};
  FPDFPageObj_GetMatrix(object, &m);
  return {m.a, m.b, m.c, m.d, m.e, m.f};
}

class ObjectWalk {
 public:
  ObjectWalk(const PageSpace& space, PageInk& ink, std::uint32_t& left, std::uint32_t depth)
      : space_(space), ink_(ink), left_(left), depth_limit_(depth) {}

  bool cut = false;

  void walk_page(FPDF_PAGE page) {
    int count = FPDFPage_CountObjects(page);
    for (int i = 0; i < count; ++i) {
      if (!look_at(FPDFPage_GetObject(page, i), {}, 0)) return;
    }
  }

 private:
  bool look_at(FPDF_PAGEOBJECT object, const Matrix& matrix, std::uint32_t depth) {
    if (object == nullptr) return true;
    if (left_ == 0) return cut = true, false;
    --left_;
    switch (FPDFPageObj_GetType(object)) {
      case path_object: look_at_path(object, matrix); return true;
      case image_object:
        if (ink_.pictures.size() < pictures_per_page) {
          Box box = bounds(object, matrix);
          if (box.width() > 0 && box.height() > 0) ink_.pictures.push_back({box});
        }
        return true;
      case form_object: return look_into(object, matrix, depth);
      default: return true;
    }
  }

  bool look_into(FPDF_PAGEOBJECT form, const Matrix& matrix, std::uint32_t depth) {
    if (depth >= depth_limit_) return cut = true, true;
    Matrix inner = matrix.after(matrix_of(form));
    int count = FPDFFormObj_CountObjects(form);
    for (int i = 0; i < count; ++i) {
      if (!look_at(FPDFFormObj_GetObject(form, static_cast<unsigned long>(i)), inner, depth + 1)) return false;
    }
    return true;
  }

  void look_at_path(FPDF_PAGEOBJECT path, const Matrix& matrix) {
    if (ink_.rules.size() >= rules_per_page) return;
    Box box = bounds(path, matrix);
    if (box.width() <= 2 && box.height() <= 2) return;
    if (box.width() <= thin_pt || box.height() <= thin_pt) {
      if (is_drawn(path)) ink_.rules.push_back({box});
      return;
    }
    int segments = FPDFPath_CountSegments(path);
    if (segments < 2 || segments > segments_per_path || !is_drawn(path)) return;
    if ((segments_ += std::size_t(segments)) > segments_per_page) return;
    add_straight_edges(path, segments, matrix.after(matrix_of(path)));
  }

  // Every horizontal or vertical edge of the path: grids are often drawn as one path, cells as filled rectangles.
  void add_straight_edges(FPDF_PAGEOBJECT path, int segments, const Matrix& matrix) {
    PageSpace::Point from{}, start{};
    for (int i = 0; i < segments; ++i) {
      auto segment = FPDFPath_GetPathSegment(path, i);
      float x = 0, y = 0;
      if (segment == nullptr || !FPDFPathSegment_GetPoint(segment, &x, &y)) return;
      auto point = matrix.map(x, y);
      point = space_.map(point.x, point.y);
      int type = FPDFPathSegment_GetType(segment);
      if (type == 2) start = point;
      if (type == 0) add_edge(from, point);
      if (FPDFPathSegment_GetClose(segment)) add_edge(point, start);
      from = point;
    }
  }

  void add_edge(PageSpace::Point a, PageSpace::Point b) {
    Box box = box_between(a, b);
    bool straight = (box.height() < 0.5f && box.width() > 2) || (box.width() < 0.5f && box.height() > 2);
    if (straight && ink_.rules.size() < rules_per_page) ink_.rules.push_back({box});
  }

  static bool is_drawn(FPDF_PAGEOBJECT path) {
    int fill = 0;
    FPDF_BOOL stroke = 0;
    return FPDFPath_GetDrawMode(path, &fill, &stroke) && (fill != 0 || stroke != 0);
  }

  Box bounds(FPDF_PAGEOBJECT object, const Matrix& matrix) const {
    float left = 0, bottom = 0, right = 0, top = 0;
    if (!FPDFPageObj_GetBounds(object, &left, &bottom, &right, &top)) return {};
    auto a = matrix.map(left, bottom), b = matrix.map(right, top);
    return box_between(space_.map(a.x, a.y), space_.map(b.x, b.y));
  }

  const PageSpace& space_;
  PageInk& ink_;
  std::uint32_t& left_;
  std::uint32_t depth_limit_;
  std::size_t segments_ = 0;
};

}  // namespace

void PdfReader::read_objects() {
  ObjectWalk walk(handles_->space, ink_, objects_left_, limits_.depth);
  walk.walk_page(handles_->page);
  if (walk.cut && cut_.empty()) cut_ = "the document draws more objects than are looked at; tables and pictures may be missing";
}

}  // namespace docquarry
