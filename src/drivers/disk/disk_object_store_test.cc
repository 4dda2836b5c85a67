#include "drivers/disk/disk_object_store.h"

#include "drivers/disk/object_files.h"
#include "tests/contracts/object_store_contract.h"

#include <fstream>

#include <sys/resource.h>
#include <sys/wait.h>

namespace docquarry::contracts {

class DiskStores {
 public:
  DiskStores() {
    std::string name = (std::filesystem::temp_directory_path() / "docquarry-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary directory");
    root_ = name;
    open();
  }
  ~DiskStores() {
    store_.reset();
    std::filesystem::remove_all(root_);
  }

  boost::asio::io_context& loop() { return loop_; }
  ObjectStore& store() { return *store_; }
  const std::filesystem::path& root() const { return root_; }
  // Waits for the threads first, because a cancelled upload is cleaned up behind its caller's back.
  int traces() {
    store_.reset();
    int files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_)) files += entry.is_regular_file();
    open();
    return files;
  }

 private:
  void open() { store_ = must(DiskObjectStore::open(root_)); }

  std::filesystem::path root_;
  boost::asio::io_context loop_;
  std::unique_ptr<DiskObjectStore> store_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Disk, ObjectStoreContract, DiskStores);

namespace {

TEST(DiskObjectStore, removes_what_an_interrupted_upload_left) {
  DiskStores stores;
  std::ofstream(stores.root() / ".unfinished" / "123.4.part") << "half a file";
  auto long_ago = Timestamp(std::chrono::seconds(1));

  EXPECT_EQ(must(run(stores.loop(), stores.store().remove_unfinished(long_ago))), 0);
  EXPECT_EQ(must(run(stores.loop(), stores.store().remove_unfinished(Timestamp::max()))), 1);

  EXPECT_EQ(stores.traces(), 0);
}

TEST(DiskObjectStore, is_not_ready_when_its_directory_is_gone) {
  DiskStores stores;
  std::filesystem::remove_all(stores.root() / ".unfinished");

  EXPECT_EQ(code_of(run(stores.loop(), stores.store().check())), "storage_unavailable");
}

TEST(DiskObjectStore, spreads_objects_over_directories_that_never_change) {
  EXPECT_EQ(must(path_of_object(ObjectKey("uploads/a.pdf"))), std::filesystem::path("uploads/93/a.pdf"));
}

TEST(DiskObjectStore, says_what_a_failed_write_means) {
  auto code_for = [](int number) {
    errno = number;
    return std::string(write_failure("cannot write").code().name);
  };
  EXPECT_EQ(code_for(ENOSPC), "storage_full");
  EXPECT_EQ(code_for(EDQUOT), "storage_full");
  EXPECT_EQ(code_for(EIO), "storage_unavailable");
  EXPECT_EQ(code_for(EACCES), "storage_unavailable");
}

// A limit on file sizes (EFBIG) stands for a full disk, which a test cannot make. In a child, because the limit stays.
TEST(DiskObjectStore, leaves_nothing_when_the_disk_is_full) {
  pid_t child = ::fork();
  if (child == 0) {
    int status = 1;
    try {
      ::signal(SIGXFSZ, SIG_IGN);
      rlimit limit{300'000, 300'000};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      DiskStores stores;
      TextSource source(some_bytes(1'000'000));
      auto stored = run(stores.loop(), stores.store().put(ObjectKey("uploads/a.pdf"), source));
      TextSource small(some_bytes(1000));
      auto after = run(stores.loop(), stores.store().put(ObjectKey("uploads/b.pdf"), small));
      status = code_of(stored) == "storage_full" && after.has_value() && stores.traces() == 1 ? 0 : 2;
    } catch (...) {
    }
    ::_exit(status);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace docquarry::contracts
