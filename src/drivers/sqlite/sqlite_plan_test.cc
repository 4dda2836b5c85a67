// What the statements cost does not depend on how much is stored: SQLite's plans are read for scans and sorting.

#include "drivers/sqlite/sqlite_stores_test.h"

#include <gtest/gtest.h>

#include <map>

#include <sqlite3.h>

namespace docquarry {
namespace {

class SqlitePlanTest : public testing::Test {
 protected:
  SqlitePlanTest() { sqlite3_open(stores_.file().c_str(), &file_); }
  ~SqlitePlanTest() override { sqlite3_close(file_); }

  std::string plan(const Query& query) {
    std::string lines;
    sqlite3_stmt* statement = nullptr;
    std::string explain = "EXPLAIN QUERY PLAN " + query.text;
    EXPECT_EQ(sqlite3_prepare_v2(file_, explain.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << query.name << sqlite3_errmsg(file_);
    while (sqlite3_step(statement) == SQLITE_ROW) {
      lines += reinterpret_cast<const char*>(sqlite3_column_text(statement, 3));
      lines += '\n';
    }
    sqlite3_finalize(statement);
    return lines;
  }
  static bool contains(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

  SqlQueries queries_{"sqlite"};
  SqliteStores stores_;
  sqlite3* file_ = nullptr;
};

TEST_F(SqlitePlanTest, every_statement_prepares_on_a_fresh_schema) {
  auto connection = contracts::must(SqliteConnection::open(stores_.file(), SqliteConnection::Use::write, queries_));
  EXPECT_GT(queries_.all().size(), 50u);
  for (const auto* query : queries_.all()) {
    auto prepared = connection.prepare_only(*query);
    EXPECT_TRUE(prepared.has_value()) << query->name << ": " << (prepared ? "" : prepared.error().describe());
  }
}

TEST_F(SqlitePlanTest, no_statement_of_the_daily_work_looks_at_whole_tables_or_sorts) {
  // Statements that count, or that look for a part of a name, see every entry by their nature.
  auto may_scan = [&](const std::string& name) {
    return name.starts_with("count_") || name.starts_with("copy_") || name.starts_with("reset_") || contains(name, "+name");
  };
  for (const auto* query : queries_.all()) {
    if (may_scan(query->name)) continue;
    std::string steps = plan(*query);
    // Lists walk along the ids of documents and stop at their limit; that is the one scan that is meant.
    bool walks_the_list = query->name.starts_with("list_");
    for (std::string table : {"tasks", "pages", "users", "idempotency_keys", "idempotency_documents", "t", "p", "k", "i", "u"})
      EXPECT_FALSE(contains(steps, "SCAN " + table + "\n")) << query->name << "\n" << steps;
    EXPECT_FALSE(contains(steps, "SCAN d") && !walks_the_list) << query->name << "\n" << steps;
    // What a claim took, and the numbers of the pages of one answer, are few: they may be sorted.
    bool may_sort = query->name == "claimed_tasks" || query->name == "read_pages";
    EXPECT_FALSE(contains(steps, "TEMP B-TREE") && !may_sort) << query->name << "\n" << steps;
  }
}

TEST_F(SqlitePlanTest, claims_and_turns_read_the_heads_of_their_indexes) {
  std::map<std::string, std::string> plans;
  for (const auto* query : queries_.all()) plans[query->name] = plan(*query);

  EXPECT_TRUE(contains(plans["claim_tasks"], "idx_tasks_ready")) << plans["claim_tasks"];
  EXPECT_TRUE(contains(plans["claimed_tasks"], "idx_tasks_leases")) << plans["claimed_tasks"];
  EXPECT_TRUE(contains(plans["release_expired"], "idx_tasks_leases")) << plans["release_expired"];
  EXPECT_TRUE(contains(plans["release_delayed"], "idx_tasks_delayed")) << plans["release_delayed"];
  EXPECT_TRUE(contains(plans["insert_task"], "idx_tasks_owner")) << plans["insert_task"];
  EXPECT_TRUE(contains(plans["insert_task"], "idx_tasks_ready")) << plans["insert_task"];
  EXPECT_TRUE(contains(plans["take_unannounced"], "idx_tasks_announced")) << plans["take_unannounced"];
  EXPECT_TRUE(contains(plans["list_newest_first+owner+state"], "idx_user_status")) << plans["list_newest_first+owner+state"];
  EXPECT_TRUE(contains(plans["list_newest_first+owner"], "ix_documents_user_id")) << plans["list_newest_first+owner"];
  EXPECT_TRUE(contains(plans["list_newest_first+state"], "ix_documents_status")) << plans["list_newest_first+state"];
}

}  // namespace
}  // namespace docquarry
