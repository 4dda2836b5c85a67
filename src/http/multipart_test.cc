#include "http/multipart.h"

#include "http/test_kit.h"

#include <gmock/gmock.h>

#include <random>

namespace docquarry::http {
namespace {

struct Part {
  std::string name, filename, content;
  bool operator==(const Part&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Part& part) {
  return out << part.name << "/" << part.filename << "=" << part.content;
}

struct Form {
  std::vector<Part> parts;
  std::string failure;  // name of the error code
};

Async<Form> read_form_from(ByteSource& body, std::string boundary, std::size_t block_bytes) {
  Form form;
  MultipartReader reader(body, boundary);
  std::vector<std::byte> block(block_bytes);
  while (true) {
    auto head = co_await reader.next();
    if (!head) {
      form.failure = head.error().code().name;
      co_return form;
    }
    if (!*head) co_return form;
    Part part{(*head)->name, (*head)->filename.value_or(""), ""};
    while (true) {
      auto got = co_await reader.content().read(block);
      if (!got) {
        form.failure = got.error().code().name;
        co_return form;
      }
      if (*got == 0) break;
      part.content.append(reinterpret_cast<const char*>(block.data()), *got);
    }
    form.parts.push_back(std::move(part));
  }
}

// The body arrives in pieces of `piece` bytes and is read in blocks of `block`.
Form read_form(std::string body, std::size_t piece = 1 << 20, std::size_t block = 1 << 16, std::string boundary = "B") {
  TextSource source(std::move(body), piece);
  return run_now(read_form_from(source, std::move(boundary), block));
}

std::string part(std::string_view name, std::string_view content) {
  return "--B\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"\r\n\r\n" + std::string(content) + "\r\n";
}

std::string with_disposition(std::string_view value) {
  return "--B\r\nContent-Disposition: " + std::string(value) + "\r\n\r\nx\r\n--B--\r\n";
}

TEST(Multipart, gives_the_parts_in_order) {
  auto form = read_form(
      "--B\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n" +
      part("note", "hello") + "--B--\r\n");

  EXPECT_EQ(form.failure, "");
  EXPECT_THAT(form.parts, testing::ElementsAre(Part{"files", "a.pdf", "%PDF"}, Part{"note", "", "hello"}));
}

TEST(Multipart, does_not_depend_on_how_the_bytes_arrive) {
  std::string body = "a preamble\r\n" + part("a", "\r\n--") + part("b", "") +
                     "--B \t\r\nContent-Disposition: form-data; name=c\r\n\r\n" +
                     "\r\n--BB\r\n--B-\r\n-\r--B\r\n\r\n--B--\r\nan epilogue\r\n--B\r\n";
  std::vector<Part> expected{{"a", "", "\r\n--"}, {"b", "", ""}, {"c", "", "\r\n--BB\r\n--B-\r\n-\r--B\r\n"}};

  for (std::size_t piece = 1; piece <= body.size(); ++piece) {
    for (std::size_t block : {std::size_t(1), std::size_t(2), std::size_t(7), std::size_t(4096)}) {
      auto form = read_form(body, piece, block);
      ASSERT_EQ(form.failure, "") << piece;
      ASSERT_EQ(form.parts, expected) << "pieces of " << piece << ", blocks of " << block;
    }
  }
}

TEST(Multipart, finds_the_parts_of_random_forms_full_of_near_boundaries) {
  std::mt19937 random(1);
  auto pick = [&](std::size_t most) { return std::size_t(random() % most); };
  constexpr std::string_view pieces[] = {"\r",        "\n", "\r\n",    "--",       "\r\n--",
                                         "\r\n--Bou", "x",  "--Bound", "\r\n\r\n", "\r\n--Boundx"};
  for (int round = 0; round < 1500; ++round) {
    std::string body;
    std::vector<Part> expected;
    for (std::size_t i = 0, count = 1 + pick(4); i < count; ++i) {
      std::string content;
      for (std::size_t k = pick(40); k > 0; --k) content += pieces[pick(std::size(pieces))];
      // A boundary that happens to come out whole is not content.
      if (("\r\n" + content + "\r\n").find("\r\n--Bound\r\n") != std::string::npos) content = "x";
      if (("\r\n" + content).find("\r\n--Bound--") != std::string::npos) content = "x";
      if (pick(50) == 0) content += std::string(200'000, 'y');
      expected.push_back({"f" + std::to_string(i), "", content});
      body += "--Bound\r\nContent-Disposition: form-data; name=\"f" + std::to_string(i) + "\"\r\n\r\n" + content + "\r\n";
    }
    body += "--Bound--\r\n";

    auto form = read_form(body, 1 + pick(body.size() > 100'000 ? 70'000 : 9), 1 + pick(9000), "Bound");

    ASSERT_EQ(form.failure, "") << round;
    ASSERT_EQ(form.parts, expected) << round;
  }
}

TEST(Multipart, accepts_an_empty_part_without_a_line_end_of_its_own) {
  auto form = read_form("--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n--B--");

  EXPECT_THAT(form.parts, testing::ElementsAre(Part{"a", "", ""}));
  EXPECT_EQ(form.failure, "");
}

TEST(Multipart, skips_what_was_not_read_of_a_part) {
  TextSource source(part("a", std::string(300'000, 'x')) + part("b", "y") + "--B--\r\n", 5000);
  auto names = [&]() -> Async<std::string> {
    MultipartReader reader(source, "B");
    std::string out;
    while (true) {
      auto head = co_await reader.next();
      if (!head || !*head) co_return out;
      out += (*head)->name;
    }
  };

  EXPECT_EQ(run_now(names()), "ab");
}

TEST(Multipart, reads_the_epilogue_so_that_the_connection_can_go_on) {
  TextSource source("--B--\r\n" + std::string(200'000, 'e'), 5000);
  auto left = [&]() -> Async<std::size_t> {
    MultipartReader reader(source, "B");
    auto none = co_await reader.next();
    EXPECT_TRUE(none && !*none);
    std::vector<std::byte> block(10);
    auto got = co_await source.read(block);
    co_return got.value_or(99);
  };

  EXPECT_EQ(run_now(left()), 0u);
}

TEST(Multipart, tells_a_truncated_form_from_a_malformed_one) {
  std::string body = part("a", "content") + part("b", "more") + "--B--";
  for (std::size_t size = 5; size < body.size(); ++size) {
    auto failure = read_form(body.substr(0, size)).failure;
    EXPECT_TRUE(failure == "truncated_upload") << size << " " << failure;
  }

  EXPECT_EQ(read_form("--X\r\n").failure, "malformed_request");
  EXPECT_EQ(read_form("").failure, "malformed_request");
  EXPECT_EQ(read_form("--B\r\n\r\nx\r\n--B--").failure, "malformed_request");
  EXPECT_EQ(read_form("--B\r\nX: " + std::string(20'000, 'a') + "\r\n\r\nx\r\n--B--").failure, "malformed_request");
  EXPECT_EQ(read_form("--B\r\nno colon\r\n\r\nx\r\n--B--").failure, "malformed_request");
  EXPECT_EQ(read_form("--B\r\n" +
                      [] {
                        std::string many;
                        for (int i = 0; i < 40; ++i) many += "X: y\r\n";
                        return many;
                      }() +
                      "\r\nx\r\n--B--")
                .failure,
            "malformed_request");
}

TEST(Multipart, takes_a_form_within_a_part_as_data) {
  std::string inner = "--Y\r\nContent-Disposition: file\r\n\r\nz\r\n--Y--";

  EXPECT_THAT(read_form(part("a", inner) + "--B--").parts, testing::ElementsAre(Part{"a", "", inner}));
}

TEST(Multipart, reads_file_names_as_browsers_and_rfc_8187_write_them) {
  auto name = [](std::string_view disposition) { return read_form(with_disposition(disposition)).parts.at(0).filename; };

  EXPECT_EQ(name("form-data; name=f; filename=\"a%22b%0D%0Ac%25.pdf\""), "a\"b\r\nc%25.pdf");
  EXPECT_EQ(name("form-data; name=f; filename=\"C:\\dir\\a.pdf\""), "C:\\dir\\a.pdf");
  EXPECT_EQ(name("form-data; name=f; filename=\"say \\\"hi\\\".pdf\""), "say \"hi\".pdf");
  EXPECT_EQ(name("Form-Data; Name=\"f\"; FileName=plain.pdf"), "plain.pdf");
  EXPECT_EQ(name("form-data; name=f; filename=\"x\"; filename*=UTF-8''%e2%82%ac.pdf"), "\xE2\x82\xAC.pdf");
  EXPECT_EQ(name("form-data; name=f; filename*=iso-8859-1'en'%A3.pdf"), "\xC2\xA3.pdf");
  EXPECT_EQ(name("form-data; name=f; filename=\"a;b=c.pdf\""), "a;b=c.pdf");
}

TEST(Multipart, refuses_dispositions_that_cannot_be_understood) {
  for (auto disposition :
       {"form-data", "form-data; name=\"a", "attachment; name=a", "form-data; name=a; name=b", "form-data; filename=a",
        "form-data; name=a; filename*=UTF-9''%ff", "form-data; name=a; filename*=UTF-8''%zz",
        "form-data; name=a; filename*=UTF-8''%ff", "form-data; name=a; filename*=plain", "form-data; name=\"a\"b"}) {
    EXPECT_EQ(read_form(with_disposition(disposition)).failure, "malformed_request") << disposition;
  }
  auto nul = std::string("form-data; name=\"a\0b\"", 21);
  EXPECT_EQ(read_form(with_disposition(nul)).failure, "malformed_request");
  EXPECT_EQ(read_form(with_disposition("form-data; name=a\r\nContent-Transfer-Encoding: base64")).failure, "unsupported_media");
}

TEST(Multipart, finds_the_boundary_in_the_content_type) {
  EXPECT_EQ(*MultipartReader::boundary_of("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(*MultipartReader::boundary_of("Multipart/Form-Data;charset=utf-8;Boundary=\"a b\""), "a b");
  EXPECT_EQ(*MultipartReader::boundary_of("multipart/form-data; boundary=----=_Part/1="), "----=_Part/1=");
  for (std::string bad :
       {std::string("text/plain"), std::string("multipart/form-data"), std::string("multipart/form-data; boundary="),
        std::string("multipart/form-data; boundary=\"a"), std::string("multipart/mixed; boundary=a"),
        "multipart/form-data; boundary=" + std::string(71, 'b'), std::string("multipart/form-data; boundary=a*b")}) {
    auto boundary = MultipartReader::boundary_of(bad);
    ASSERT_FALSE(boundary) << bad;
    EXPECT_TRUE(boundary.error().is(unsupported_media));
  }
}

}  // namespace
}  // namespace docquarry::http
