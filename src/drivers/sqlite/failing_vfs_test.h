// An SQLite file system whose disk can be told to fail, on top of the usual one.
#pragma once

#include <atomic>
#include <map>

#include <sqlite3.h>

namespace docquarry {

struct FailingDisk {
  static inline std::atomic<bool> sync_fails = false;
  static inline std::atomic<bool> is_full = false;
  static inline std::atomic<int> syncs = 0;

  // Registers the file system once; returns its name.
  static const char* vfs() {
    static const bool registered = add();
    return registered ? "failing" : nullptr;
  }
  static void reset() {
    sync_fails = is_full = false;
    syncs = 0;
  }

 private:
  static bool add() {
    usual_ = sqlite3_vfs_find(nullptr);
    static sqlite3_vfs vfs = *usual_;
    vfs.zName = "failing";
    vfs.xOpen = open;
    return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK;
  }
  // The methods of one kind of file, two of them replaced. SQLite sees the first member.
  struct Methods {
    sqlite3_io_methods seen;
    const sqlite3_io_methods* usual;
  };
  static const Methods& methods_like(const sqlite3_io_methods* usual) {
    static std::map<const sqlite3_io_methods*, Methods> known;
    auto [place, is_new] = known.try_emplace(usual, Methods{*usual, usual});
    if (is_new) {
      place->second.seen.xWrite = write;
      place->second.seen.xSync = sync;
    }
    return place->second;
  }
  static const sqlite3_io_methods& usual(sqlite3_file* file) { return *reinterpret_cast<const Methods*>(file->pMethods)->usual; }

  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    int result = usual_->xOpen(usual_, name, file, flags, out_flags);
    if (result == SQLITE_OK) file->pMethods = &methods_like(file->pMethods).seen;
    return result;
  }
  static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
    if (is_full) return SQLITE_FULL;
    return usual(file).xWrite(file, bytes, size, offset);
  }
  static int sync(sqlite3_file* file, int flags) {
    ++syncs;
    if (sync_fails) return SQLITE_IOERR_FSYNC;
    return usual(file).xSync(file, flags);
  }

  static inline sqlite3_vfs* usual_ = nullptr;
};

}  // namespace docquarry
