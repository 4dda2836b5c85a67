#include "base/files.h"

#include "base/io_errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include <unistd.h>

namespace docquarry {
namespace {

namespace fs = std::filesystem;

class FilesTest : public testing::Test {
 protected:
  FilesTest() {
    std::string name = testing::TempDir() + "files-XXXXXX";
    folder = ::mkdtemp(name.data());
  }
  ~FilesTest() override { fs::remove_all(folder); }

  fs::path make(const std::string& name, const std::string& content = "x") {
    fs::create_directories((folder / name).parent_path());
    std::ofstream(folder / name) << content;
    return folder / name;
  }
  fs::path folder;
};

TEST_F(FilesTest, are_found_below_a_directory_by_the_end_of_their_names) {
  auto b = make("b.pdf"), a = make("a.PDF"), c = make("sub/deep/c.pdf");
  make("note.txt");
  fs::create_directory(folder / "folder.pdf");

  auto found = files_below(folder, ".pdf");

  ASSERT_TRUE(found);
  EXPECT_THAT(*found, testing::ElementsAre(a, b, c));
  EXPECT_FALSE(files_below(folder / "nowhere", ".pdf"));
}

TEST_F(FilesTest, are_read_whole_up_to_a_limit) {
  auto path = make("a", "12345");

  EXPECT_EQ(*read_whole_file(path, 5), "12345");
  EXPECT_TRUE(read_whole_file(path, 4).error().is(storage_unavailable));
  EXPECT_TRUE(read_whole_file(folder / "nowhere", 4).error().is(file_not_found));
  EXPECT_TRUE(open_read_only(folder).error().is(storage_unavailable));
}

}  // namespace
}  // namespace docquarry
