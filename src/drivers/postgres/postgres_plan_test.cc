// What the daily statements cost does not depend on how much is stored: PostgreSQL's plans are read for scans and sorting.

#include "drivers/postgres/postgres_stores_test.h"

#include <gtest/gtest.h>

#include <map>

namespace docquarry {
namespace {

constexpr const char* many_documents = R"(
  INSERT INTO users (id, email, api_key) SELECT i, 'u' || i, 'k' || i FROM generate_series(1, 21) i;
  INSERT INTO documents (user_id, filename, s3_key, status, created_at, uid)
  SELECT CASE WHEN i % 1000 = 1 THEN 21 ELSE 1 + i % 20 END, 'a.pdf', 'uploads/' || i, CASE WHEN i % 4 = 0 THEN 'PENDING' ELSE 'COMPLETED' END,
         TIMESTAMP '2026-01-01' + i * INTERVAL '1 second', 'uid' || i
  FROM generate_series(1, 40000) i;
  INSERT INTO tasks (document_id, generation, user_id, turn, state, created_at, announced_at)
  SELECT id, 1, user_id, id / 20, status, created_at, created_at FROM documents;
  UPDATE tasks SET state = 'PROCESSING', lease_until = created_at, claim = 'c', holder = 'h' WHERE document_id % 1000 = 0;
  UPDATE tasks SET due_at = created_at WHERE state = 'PENDING' AND document_id % 100 = 4;
  INSERT INTO pages SELECT id, n, 1, 1, 0, '', 1, 0, NULL, NULL, 1, 1, 1, 't', 't', 't' FROM tasks, generate_series(1, 2) n;
  INSERT INTO idempotency_keys (user_id, key, fingerprint, created_at) SELECT user_id, s3_key, 'f', created_at FROM documents;
  INSERT INTO idempotency_documents SELECT id, id FROM idempotency_keys;
)";

class PostgresPlanTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto& server = PostgresServer::shared();
    server.create_database("plans");
    PostgresOptions options;
    options.url = server.url("plans");
    boost::asio::io_context loop;
    contracts::must(PostgresDatabase::open(loop, options, Timestamp()));
    server.execute(many_documents, "plans");
    server.execute("VACUUM ANALYZE", "plans");
  }

  // The server plans lists for the values at hand, because without knowing the limit it would expect a tenth of everything. Here the
  // owner is one with few documents: those of one with many are soon met along the ids.
  std::string plan(const Query& query) {
    static const char* of_lists[] = {"20000", "21", "'COMPLETED'", "'2026-01-01'", "'2026-01-01 01:00'", "'%a%'", "50"};
    std::string values;
    for (int place : query.parameters)
      if (query.name.starts_with("list_")) values += (values.empty() ? "" : ", ") + std::string(of_lists[place]);
    return PostgresServer::shared().plan(query.text, values, "plans");
  }
  static bool contains(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

  SqlQueries queries_{"postgres"};
};

TEST_F(PostgresPlanTest, every_statement_prepares_on_a_fresh_schema) {
  EXPECT_GT(queries_.all().size(), 50u);
  for (const auto* query : queries_.all()) EXPECT_NO_THROW(plan(*query)) << query->name;
}

TEST_F(PostgresPlanTest, no_statement_of_the_daily_work_looks_at_whole_tables) {
  // Statements that count, or that look for a part of a name, see every entry by their nature; what runs once an hour may.
  auto may_scan = [&](const std::string& name) {
    return name.starts_with("count_") || name.starts_with("copy_") || name.starts_with("reset_") || contains(name, "+name") ||
           name == "forget_keys";
  };
  for (const auto* query : queries_.all()) {
    if (may_scan(query->name)) continue;
    std::string steps = plan(*query);
    for (std::string table : {"documents", "tasks", "pages", "idempotency_keys", "idempotency_documents"})
      EXPECT_FALSE(contains(steps, "Seq Scan on " + table)) << query->name << "\n" << steps;
  }
}

TEST_F(PostgresPlanTest, claims_and_turns_read_the_heads_of_their_indexes) {
  std::map<std::string, std::string> plans;
  for (const auto* query : queries_.all()) plans[query->name] = plan(*query);
  auto uses = [&](const std::string& name, const std::string& index) {
    EXPECT_TRUE(contains(plans[name], index)) << name << "\n" << plans[name];
  };

  uses("claim_tasks", "Index Scan using idx_tasks_ready");
  EXPECT_FALSE(contains(plans["claim_tasks"], "Sort")) << plans["claim_tasks"];
  uses("claimed_tasks", "idx_tasks_leases");
  uses("release_expired", "idx_tasks_leases");
  uses("release_delayed", "idx_tasks_delayed");
  uses("insert_task", "idx_tasks_owner");
  uses("insert_task", "idx_tasks_ready");
  uses("take_unannounced", "idx_tasks_announced");
  uses("next_due", "idx_tasks_delayed");
  uses("next_due", "idx_tasks_leases");
  uses("list_newest_first+owner", "idx_documents_owner");
  EXPECT_FALSE(contains(plans["list_newest_first"], "Sort")) << plans["list_newest_first"];
}

TEST_F(PostgresPlanTest, a_long_queue_is_counted_up_to_a_bound_and_estimated_beyond) {
  boost::asio::io_context loop;
  PostgresOptions options;
  options.url = PostgresServer::shared().url("plans");
  auto database = contracts::must(PostgresDatabase::open(loop, options, Timestamp()));
  contracts::CountingIds ids;
  SqlLedger ledger(*database, ids);
  auto exact = std::stoll(PostgresServer::shared().execute("SELECT count(*) FROM tasks WHERE state = 'PENDING'", "plans"));
  EXPECT_EQ(contracts::must(contracts::run(loop, ledger.waiting())), exact);
  PostgresServer::shared().execute("UPDATE tasks SET state = 'PENDING' WHERE state = 'COMPLETED'", "plans");
  PostgresServer::shared().execute("VACUUM ANALYZE tasks", "plans");

  auto estimate = contracts::must(contracts::run(loop, ledger.waiting()));

  EXPECT_GT(estimate, 35'000);
  EXPECT_LT(estimate, 45'000);
}

}  // namespace
}  // namespace docquarry
