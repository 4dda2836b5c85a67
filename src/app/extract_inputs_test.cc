#include "app/extract_inputs.h"

#include "domain/error_codes.h"

#include <gtest/gtest.h>

#include <fstream>

#include <unistd.h>

namespace docquarry {
namespace {

namespace fs = std::filesystem;

class ExtractInputsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "inputs-XXXXXX";
    folder = ::mkdtemp(name.data());
    for (const char* file : {"b.pdf", "a.PDF", "note.txt", "sub/c.pdf"}) {
      fs::create_directories((folder / file).parent_path());
      std::ofstream(folder / file) << "%PDF-";
    }
  }
  void TearDown() override { fs::remove_all(folder); }

  fs::path folder;
};

TEST_F(ExtractInputsTest, searches_directories_for_pdfs_in_the_order_of_their_names) {
  auto inputs = find_inputs({folder.string()}, std::nullopt, ResultFormat::text);

  ASSERT_TRUE(inputs);
  ASSERT_EQ(inputs->size(), 3u);
  EXPECT_EQ((*inputs)[0].path, folder / "a.PDF");
  EXPECT_EQ((*inputs)[2].path, folder / "sub/c.pdf");
  EXPECT_FALSE((*inputs)[0].output);
}

TEST_F(ExtractInputsTest, writes_each_file_below_the_same_folders_of_the_output) {
  auto inputs = find_inputs({folder.string()}, "out", ResultFormat::markdown);

  ASSERT_TRUE(inputs);
  EXPECT_EQ((*inputs)[2].output, fs::path("out/sub/c.md"));
}

TEST_F(ExtractInputsTest, takes_a_named_file_whatever_it_is_called) {
  auto inputs = find_inputs({(folder / "note.txt").string()}, "x.txt", ResultFormat::text);

  ASSERT_TRUE(inputs);
  EXPECT_EQ((*inputs)[0].output, fs::path("x.txt"));
}

TEST_F(ExtractInputsTest, reports_a_missing_file_and_goes_on_with_the_others) {
  auto inputs = find_inputs({"/nowhere.pdf", (folder / "b.pdf").string()}, std::nullopt, ResultFormat::text);

  ASSERT_TRUE(inputs);
  EXPECT_EQ((*inputs)[0].problem, "no such file");
  EXPECT_EQ((*inputs)[1].problem, "");
}

TEST_F(ExtractInputsTest, refuses_to_write_two_inputs_to_one_place) {
  fs::create_directories(folder / "other");
  std::ofstream(folder / "other/b.pdf") << "%PDF-";
  auto inputs = find_inputs({(folder / "b.pdf").string(), (folder / "other/b.pdf").string()}, "out", ResultFormat::text);

  ASSERT_FALSE(inputs);
  EXPECT_TRUE(inputs.error().is(invalid_request));
}

TEST_F(ExtractInputsTest, refuses_an_empty_directory) {
  fs::create_directories(folder / "empty");
  EXPECT_FALSE(find_inputs({(folder / "empty").string()}, std::nullopt, ResultFormat::text));
}

}  // namespace
}  // namespace docquarry
