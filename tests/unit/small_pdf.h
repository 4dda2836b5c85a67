// Small PDFs for unit tests, written as they are meant: no compression, no check, so a test can also write a broken one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace docquarry {

class SmallPdf {
 public:
  // Adds a page that runs these operators; the font /F1 is Helvetica. `extra` goes into the page's dictionary.
  SmallPdf& page(std::string operators, std::string extra = "") {
    pages_.push_back({std::move(operators), std::move(extra)});
    return *this;
  }
  // A page that shows one line of text at the given place.
  SmallPdf& text_page(const std::string& text, int x = 72, int y = 700) {
    return page("BT /F1 12 Tf " + std::to_string(x) + ' ' + std::to_string(y) + " Td (" + text + ") Tj ET");
  }
  SmallPdf& catalogue(std::string extra) { return catalogue_ += extra, *this; }
  SmallPdf& info(std::string entries) { return info_ += entries, *this; }
  // An object with a number from 1000 on, for what `extra` refers to.
  SmallPdf& object(int number, std::string body) {
    others_.push_back({std::to_string(number), std::move(body)});
    return *this;
  }

  std::string build() const {
    std::string out = "%PDF-1.7\n", kids;
    for (std::size_t i = 0; i < pages_.size(); ++i) kids += std::to_string(10 + 2 * i) + " 0 R ";
    auto add = [&](const std::string& number, const std::string& body) { out += number + " 0 obj\n" + body + "\nendobj\n"; };
    add("1", "<</Type/Catalog/Pages 2 0 R" + catalogue_ + ">>");
    add("2", "<</Type/Pages/Kids[" + kids + "]/Count " + std::to_string(pages_.size()) + ">>");
    add("3", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>");
    add("4", "<<" + info_ + ">>");
    for (std::size_t i = 0; i < pages_.size(); ++i) {
      auto at = 10 + 2 * i;
      add(std::to_string(at), "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents " +
                                  std::to_string(at + 1) + " 0 R" + pages_[i].extra + ">>");
      add(std::to_string(at + 1),
          "<</Length " + std::to_string(pages_[i].operators.size()) + ">>stream\n" + pages_[i].operators + "\nendstream");
    }
    for (const auto& [number, body] : others_) add(number, body);
    // No cross-reference table: readers rebuild it, and the tests need not count bytes.
    return out + "trailer\n<</Root 1 0 R/Info 4 0 R>>\n%%EOF\n";
  }

 private:
  struct OnePage {
    std::string operators, extra;
  };
  struct Object {
    std::string number, body;
  };
  std::vector<OnePage> pages_;
  std::vector<Object> others_;
  std::string catalogue_, info_;
};

}  // namespace docquarry
